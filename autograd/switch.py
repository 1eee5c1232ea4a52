"""What was ever used in this process: until it is, nothing needs to look for it."""


class Switch:
    """A flag that is off until somebody needs it.

    Example:
        >>> Switch().used
        False
    """

    __slots__ = ("used",)

    def __init__(self) -> None:
        """Start off."""
        self.used = False


BLOCKS = Switch()  # `no_grad` and its kin: operations need not ask the context for the block they are in
CHECKPOINTS = Switch()  # sweeps need not look for nodes whose inside is to be recomputed

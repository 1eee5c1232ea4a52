"""When training is to end early, and what it goes back to then."""

from __future__ import annotations

import math
from collections.abc import Sequence

from autograd import Value
from nn.checking import real, whole
from nn.history import History
from nn.interrupts import uninterrupted
from nn.parameters import assign


class EarlyStopping:
    """The best epoch so far, and its parameters.

    Args:
        parameters: what is trained.
        patience: epochs without a better loss before training ends, at least 1; ``None``: it does not.
        min_improvement: by how much a better loss is below the best one, at least 0.

    Raises:
        TypeError, ValueError: an argument is none of the above.
    """

    def __init__(self, parameters: Sequence[Value], patience: int | None, min_improvement: float) -> None:
        """Begin without a best epoch."""
        self.parameters = parameters
        self.patience = None if patience is None else whole(patience, "fit: patience")
        self.min_improvement = real(min_improvement, "fit: min_improvement", 0.0)
        self.loss = math.inf
        self.numbers: list[float] = []

    def ends(self, history: History, loss: float) -> bool:
        """Take note of the loss after an epoch, and tell whether the best one is too long ago."""
        if loss < self.loss - self.min_improvement or not history.best_epoch:
            if self.patience is not None:
                self.numbers = [parameter.data for parameter in self.parameters]
            self.loss = loss if loss == loss else math.inf
            history.best_epoch = len(history)
        return self.patience is not None and len(history) - history.best_epoch >= self.patience

    def restore(self, history: History) -> None:
        """Put the parameters of the best epoch back, if training may end early."""
        if self.numbers:
            with uninterrupted():
                assign(self.parameters, self.numbers)
                history.restored = True

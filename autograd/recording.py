"""Whether operations are recorded into a graph: `no_grad`, and the observation that `checkpoint` needs."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from autograd.primitive import CONSTANT
from autograd.scoped import scoped

if TYPE_CHECKING:
    from autograd.value import Value


class Suspension:
    """A block in which nothing is recorded; it may collect the nodes that would have been operands, in order."""

    __slots__ = ("captured",)

    def __init__(self, collect: bool) -> None:
        """Collect the operands, or only suspend recording."""
        self.captured: dict[Value, None] | None = {} if collect else None

    def note(self, operands: Iterable[Value | float | None]) -> None:
        """Collect the operands of an operation that is not recorded."""
        if self.captured is not None:
            nodes = [o for o in operands if o is not None and not isinstance(o, float)]
            self.captured.update((node, None) for node in nodes if node._op is not CONSTANT)


# None: record.
_SUSPENSION: ContextVar[Suspension | None] = ContextVar("suspension", default=None)


class _Suspensions:
    """How many blocks in all threads have switched recording off: while it is 0, nobody asks the context."""

    __slots__ = ("count", "lock")

    def __init__(self) -> None:
        self.count = 0
        self.lock = threading.Lock()

    def add(self, change: int) -> None:
        with self.lock:
            self.count += change


SUSPENSIONS = _Suspensions()


def suspension() -> Suspension | None:
    """Return ``None`` where operations are recorded, else the block that suspends recording."""
    return _SUSPENSION.get()


@contextmanager
def not_recording(collect: bool = False) -> Iterator[dict[Value, None]]:
    """Record nothing in this block; with ``collect``, give the differentiable operands that were met, in order."""
    block = Suspension(collect)
    SUSPENSIONS.add(1)
    try:
        with scoped(_SUSPENSION, block):
            yield {} if block.captured is None else block.captured
    finally:
        SUSPENSIONS.add(-1)


@contextmanager
def recording() -> Iterator[None]:
    """Record in this block, even inside `no_grad`."""
    with scoped(_SUSPENSION, None):
        yield


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording: what is made in this block (or decorated function) is a constant.

    Holds for this thread and async task only.

    Example:
        >>> from autograd import Value, no_grad
        >>> x = Value(3.0)
        >>> with no_grad():
        ...     y = x * x
        >>> y.op, y.operands, (x * y).partials
        ('constant', (), (9.0, 0.0))
    """
    with not_recording():
        yield

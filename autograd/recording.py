"""Whether operations are recorded into a graph, and what meets in a block of code: for `no_grad` and `checkpoint`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar, cast

from autograd.rows import CONSTANT
from autograd.scoped import scoped
from autograd.switch import BLOCKS

if TYPE_CHECKING:
    from autograd.value import Value

F = TypeVar("F", bound=Callable[..., Any])


class Block:
    """How operations inside a ``with`` block are treated.

    Attributes:
        records: whether they make nodes; otherwise they make constants.
        captured: where the nodes made outside that meet an operation inside are collected, in order; or ``None``.
        born: the nodes made inside, which are not captured.
        outer: the block that this one stands in.
    """

    __slots__ = ("born", "captured", "outer", "records")

    def __init__(
        self, records: bool, captured: dict[Value, None] | None, born: set[Value], outer: Block | None = None
    ) -> None:
        """Keep the fields."""
        self.outer = outer
        self.records = records
        self.captured = captured
        self.born = born

    def meet(self, operands: Iterable[Value | float | None]) -> None:
        """Collect the operands of an operation."""
        if self.captured is not None:
            for o in operands:
                if o is not None and not isinstance(o, float) and o._op is not CONSTANT and o not in self.born:
                    self.captured[o] = None

    def bear(self, node: Value) -> None:
        """Note a node made inside: in this block and in those around it."""
        block: Block | None = self
        while block is not None:
            if block.captured is not None:
                block.born.add(node)
            block = block.outer


_BLOCK: ContextVar[Block | None] = ContextVar("block", default=None)


def current_block() -> Block | None:
    """Return the innermost block of this thread and task; ``None`` where operations are recorded unobserved."""
    return _BLOCK.get()


def in_block(node: Value, operands: Iterable[Value | float | None]) -> Value:
    """Show a new node to the block of code that it is made in; where nothing is recorded, it becomes a constant."""
    block = current_block()
    if block is not None:
        block.meet(operands)
        if block.records:
            block.bear(node)
        else:
            node._op = CONSTANT
            node._a = node._b = node._rest = None
            node._da = node._db = 0.0
    return node


def _opened(block: Block | None) -> AbstractContextManager[None]:
    BLOCKS.used = True
    return scoped(_BLOCK, block)


@contextmanager
def observing(records: bool) -> Iterator[dict[Value, None]]:
    """Give the nodes from outside that meet an operation in this block; record the operations, or make constants."""
    captured: dict[Value, None] = {}
    with _opened(Block(records, captured, set(), outer=current_block())):
        yield captured


def recording() -> AbstractContextManager[None]:
    """Record in this block even inside `no_grad` or a checkpoint, which goes on observing."""
    outer = current_block()
    if outer is None:
        return nullcontext()
    return _opened(None if outer.captured is None else Block(True, outer.captured, outer.born, outer=outer.outer))


class no_grad:  # noqa: N801 - used like a function
    """Compute without recording: what is made in this block is a constant.

    Holds for this thread and async task only. Also decorates functions, coroutines and generators, whose own steps are
    then not recorded.

    Example:
        >>> from autograd import Value, no_grad
        >>> x = Value(3.0)
        >>> with no_grad():
        ...     y = x * x
        >>> y.op, y.operands, (x * y).partials
        ('constant', (), (9.0, 0.0))
        >>> @no_grad()
        ... def square(x):
        ...     return x * x
        >>> square(x).op
        'constant'
    """

    def __init__(self, *wrong: Any) -> None:
        """Make a block; one object may be entered several times, in several threads."""
        if wrong:
            raise TypeError("write @no_grad() or `with no_grad():`, with brackets and nothing in them")

    def __enter__(self) -> None:
        """Stop recording."""
        BLOCKS.used = True
        _BLOCK.set(Block(False, None, set(), outer=_BLOCK.get()))

    def __exit__(self, *reason: object) -> None:
        """Go on as before."""
        block = _BLOCK.get()
        _BLOCK.set(None if block is None else block.outer)

    def __call__(self, function: F) -> F:
        """Decorate a function, a coroutine function or a generator function."""
        wrapper: Callable[..., Any]
        if inspect.isasyncgenfunction(function):
            raise TypeError(f"no_grad cannot decorate the async generator {function.__name__}: use a block inside it")
        if inspect.iscoroutinefunction(function):

            async def wrapper(*args: Any, **kwargs: Any) -> Any:
                with no_grad():
                    return await function(*args, **kwargs)

        elif inspect.isgeneratorfunction(function):

            def wrapper(*args: Any, **kwargs: Any) -> Any:
                return (yield from _Steps(function(*args, **kwargs)))

        else:

            def wrapper(*args: Any, **kwargs: Any) -> Any:
                with no_grad():
                    return function(*args, **kwargs)

        return cast("F", functools.update_wrapper(wrapper, function))


class _Steps(Generator[Any, Any, Any]):
    """A generator each of whose steps runs without recording; in between, its consumer records."""

    def __init__(self, generator: Generator[Any, Any, Any]) -> None:
        self._generator = generator

    def send(self, value: Any) -> Any:
        with no_grad():
            return self._generator.send(value)

    def throw(self, *error: Any) -> Any:
        with no_grad():
            return self._generator.throw(*error)

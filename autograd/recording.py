"""Opening blocks of code in which operations are not recorded, or are observed: for `no_grad` and `checkpoint`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar, cast

from autograd.block import CURRENT_BLOCK, Block
from autograd.scoped import scoped
from autograd.switch import BLOCKS

if TYPE_CHECKING:
    from autograd.value import Value

F = TypeVar("F", bound=Callable[..., Any])


def within(outer: Block | None, *, records: bool | None = None, provenance: Any = None) -> Block:
    """Make a block that observes what ``outer`` does, and takes its place but for what is said here."""
    if outer is None:
        return Block(records is not False, None, set(), provenance=provenance)
    provenance = provenance or outer.provenance
    records = outer.records if records is None else records
    return Block(records, outer.captured, outer.born, outer=outer.outer, provenance=provenance)


def opened(block: Block | None) -> AbstractContextManager[None]:
    """Make ``block`` the current one for the length of a ``with`` block."""
    BLOCKS.used = True
    return scoped(CURRENT_BLOCK, block)


@contextmanager
def observing(records: bool) -> Iterator[dict[Value, None]]:
    """Give the nodes from outside that meet an operation in this block; record the operations, or make constants."""
    captured: dict[Value, None] = {}
    with opened(Block(records, captured, set(), outer=CURRENT_BLOCK.get())):
        yield captured


def recording() -> AbstractContextManager[None]:
    """Record in this block even inside `no_grad` or a checkpoint, which goes on observing."""
    outer = CURRENT_BLOCK.get()
    if outer is None:
        return nullcontext()
    plain = outer.captured is None and outer.provenance is None
    return opened(None if plain else within(outer, records=True))


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
        CURRENT_BLOCK.set(Block(False, None, set(), outer=CURRENT_BLOCK.get()))

    def __exit__(self, *reason: object) -> None:
        """Go on as before."""
        block = CURRENT_BLOCK.get()
        CURRENT_BLOCK.set(None if block is None else block.outer)

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

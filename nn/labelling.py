"""Labels for the entries of vectors and matrices, as mathematics counts them: from 1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from autograd import Value
from nn.nesting import entries

Nested = TypeVar("Nested")


def label(values: Nested, name: str, mark: str = "") -> Nested:
    """Label the entries of nested lists by their places: ``W_12``, or ``W_1_12`` where an index has two digits.

    Numbers and constants among them are left as they are. Pictures, derivations and `autograd.check` call the entries
    by these labels.

    Args:
        values: a `Value`, which gets the name itself; or nested lists of them.
        name: what the whole is called, such as ``"W1"``.
        mark: what is put behind each label, such as ``"^(2)"`` for the second sample.

    Returns:
        ``values``, for use inside an expression.

    Raises:
        TypeError: ``name`` is no text.

    Example:
        >>> from nn import Layer, label
        >>> layer = Layer(2, 2)
        >>> label(layer.weight, "W1")[0][1].label, label(layer.bias, "b1")[1].label
        ('W1_12', 'b1_2')
    """
    for text, what in ((name, "name"), (mark, "mark")):
        if not isinstance(text, str):
            raise TypeError(f"label: the {what} must be a text, not {type(text).__name__} ({text!r:.60})")
    largest = _largest(values)
    for place, value in _placed(values, ()):
        value.label = indexed(name, place, largest) + mark
    return values


def indexed(name: str, place: Sequence[int], largest: int) -> str:
    """Return what an entry is called: the name, and its indices.

    Args:
        name: of the whole.
        place: the indices, counted from 1; none for the whole.
        largest: the largest index that any entry has.

    Example:
        >>> indexed("W1", (1, 2), 9), indexed("W1", (1, 2), 10), indexed("b", (), 0)
        ('W1_12', 'W1_1_2', 'b')
    """
    return f"{name}_{('_' if largest > 9 else '').join(map(str, place))}" if place else name


def leaves_of(numbers: Iterable[Any]) -> list[Value]:
    """Return the `Value`s among numbers as they are, and leaves for the others."""
    return [number if isinstance(number, Value) else Value(number) for number in numbers]


def _placed(values: Any, place: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Value]]:
    """Yield the `Value`s with their indices."""
    if isinstance(values, (list, tuple)):
        for index, item in enumerate(values, 1):
            yield from _placed(item, (*place, index))
    elif isinstance(values, Value):
        yield place, values


def _largest(values: Any) -> int:
    """Return the largest index, counted from 1."""
    if not isinstance(values, (list, tuple)):
        return 0
    return max(len(values), *map(_largest, values), 0)


def unlabelled(values: Any) -> bool:
    """Tell whether none of the entries has a label yet.

    Example:
        >>> unlabelled([Value(1.0), Value(2.0)]), unlabelled([[Value(1.0, "w")], [Value(2.0)]])
        (True, False)
    """
    return not any(isinstance(entry, Value) and entry.label for entry in entries(values))

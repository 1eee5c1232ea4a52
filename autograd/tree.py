"""Nested lists, tuples, dictionaries and NumPy arrays of numbers, taken apart into leaves and put together again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

Rebuild = Callable[[Iterator[Any]], Any]


def flatten(tree: Any) -> tuple[list[Any], Rebuild]:
    """Return the leaves of a nested structure in order, and the function that puts such leaves back.

    Lists, tuples (named ones too), dictionaries (in their own order) and NumPy arrays are structure; anything else is
    a leaf. Arrays come back as arrays: of floats if all their leaves are floats, else of objects.

    Example:
        >>> leaves, rebuild = flatten({"w": [1.0, 2.0], "b": 3.0})
        >>> leaves, rebuild(iter([10.0, 20.0, 30.0]))
        ([1.0, 2.0, 3.0], {'w': [10.0, 20.0], 'b': 30.0})
    """
    parts, rebuild = blocks(tree)
    leaves = [leaf for part in parts for leaf in _entries(part)]
    return leaves, lambda new: rebuild(iter([_refill(part, new) for part in parts]))


def blocks(tree: Any) -> tuple[list[Any], Rebuild]:
    """Take a nested structure apart like `flatten`, but leave arrays whole.

    Example:
        >>> blocks([1.0, (2.0,)])[0]
        [1.0, 2.0]
    """
    parts: list[Any] = []
    return parts, _visit(tree, parts)


def map_leaves(function: Callable[[Any], Any], tree: Any) -> Any:
    """Apply ``function`` to every leaf of a nested structure, keeping the nesting.

    Example:
        >>> map_leaves(lambda x: x + 1, [1, (2, 3)])
        [2, (3, 4)]
    """
    leaves, rebuild = flatten(tree)
    return rebuild(iter([function(leaf) for leaf in leaves]))


def nest_matrix(rows: Sequence[Sequence[Any]], outputs: Any, inputs: Any) -> Any:
    """Put a matrix into the nesting of ``outputs`` and, at each of its leaves, that of ``inputs``.

    Where either side is an array, the entries join into an array of the output's shape followed by the input's.

    Example:
        >>> nest_matrix([[1.0, 2.0], [3.0, 4.0]], [0.0, 0.0], {"x": 0.0, "y": 0.0})
        [{'x': 1.0, 'y': 2.0}, {'x': 3.0, 'y': 4.0}]
    """
    output_blocks, rebuild_outputs = blocks(outputs)
    input_blocks, rebuild_inputs = blocks(inputs)
    remaining = iter(rows)
    outer = []
    for output in output_blocks:
        band = list(islice(remaining, len(_entries(output))))
        inner, start = [], 0
        for part in input_blocks:
            stop = start + len(_entries(part))
            inner.append(_block([row[start:stop] for row in band], output, part))
            start = stop
        outer.append(rebuild_inputs(iter(inner)))
    return rebuild_outputs(iter(outer))


def _visit(tree: Any, parts: list[Any]) -> Rebuild:
    if isinstance(tree, dict):
        fields = {key: _visit(item, parts) for key, item in tree.items()}
        return lambda new: {key: field(new) for key, field in fields.items()}
    if isinstance(tree, (list, tuple)):
        items = [_visit(item, parts) for item in tree]
        make: Callable[..., Any] = tree._make if hasattr(tree, "_make") else type(tree)
        return lambda new: make([item(new) for item in items])
    parts.append(tree)
    return next


def _entries(part: Any) -> list[Any]:
    entries: list[Any] = part.ravel().tolist() if is_array(part) else [part]
    return entries


def _refill(part: Any, new: Iterator[Any]) -> Any:
    return array_of(list(islice(new, part.size)), part.shape) if is_array(part) else next(new)


def _block(rows: list[Sequence[Any]], output: Any, part: Any) -> Any:
    if not (is_array(output) or is_array(part)):
        return rows[0][0]
    shape = (output.shape if is_array(output) else ()) + (part.shape if is_array(part) else ())
    return array_of([entry for row in rows for entry in row], shape)


def is_array(tree: Any) -> bool:
    """Tell a NumPy array from anything else, without importing NumPy."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(tree, numpy.ndarray)


def array_of(entries: list[Any], shape: tuple[int, ...]) -> Any:
    """Make a NumPy array: of floats if all entries are floats, else of objects."""
    numpy = sys.modules["numpy"]
    floats = all(isinstance(entry, float) for entry in entries)
    array = numpy.empty(len(entries), dtype=float if floats else object)
    array[:] = entries
    return array.reshape(shape)

"""Nested lists, tuples, dictionaries and NumPy arrays of numbers, taken apart into leaves and put together again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
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
    leaves: list[Any] = []
    return leaves, _visit(tree, leaves)


def map_leaves(function: Callable[[Any], Any], tree: Any) -> Any:
    """Apply ``function`` to every leaf of a nested structure, keeping the nesting.

    Example:
        >>> map_leaves(lambda x: x + 1, [1, (2, 3)])
        [2, (3, 4)]
    """
    leaves, rebuild = flatten(tree)
    return rebuild(iter([function(leaf) for leaf in leaves]))


def nest(trees: Iterable[Any], rebuild: Rebuild, inner: Any) -> Any:
    """Put one tree (all shaped like ``inner``) at each leaf of an outer structure; arrays join into larger arrays."""
    blocks = list(trees)
    if _is_array(inner) and _is_array(outer := rebuild(iter(blocks_as_leaves(blocks)))):
        numpy = sys.modules["numpy"]
        joined = numpy.array([block.tolist() for block in blocks], dtype=blocks[0].dtype if blocks else float)
        return joined.reshape(outer.shape + inner.shape)
    return rebuild(iter(blocks))


def blocks_as_leaves(blocks: list[Any]) -> list[float]:
    """Return as many placeholders as there are blocks."""
    return [0.0] * len(blocks)


def _visit(tree: Any, leaves: list[Any]) -> Rebuild:
    if isinstance(tree, dict):
        parts = {key: _visit(item, leaves) for key, item in tree.items()}
        return lambda new: {key: part(new) for key, part in parts.items()}
    if isinstance(tree, (list, tuple)):
        items = [_visit(item, leaves) for item in tree]
        make: Callable[..., Any] = tree._make if hasattr(tree, "_make") else type(tree)  # type: ignore[union-attr]
        return lambda new: make([item(new) for item in items])
    if _is_array(tree):
        leaves.extend(tree.ravel().tolist())
        return lambda new: _array([next(new) for _ in range(tree.size)], tree.shape)
    leaves.append(tree)
    return next


def _is_array(tree: Any) -> bool:
    """Tell a NumPy array from the rest, without importing NumPy."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(tree, numpy.ndarray)


def _array(items: list[Any], shape: tuple[int, ...]) -> Any:
    numpy = sys.modules["numpy"]
    floats = all(isinstance(item, float) for item in items)
    array = numpy.empty(len(items), dtype=float if floats else object)
    array[:] = items
    return array.reshape(shape)

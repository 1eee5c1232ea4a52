"""Nested structures: taken apart and put together again unchanged."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from autograd.tree import blocks, flatten, map_leaves, nest_matrix

TREES = st.recursive(
    st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)


@given(TREES)
def test_flatten_and_rebuild_give_the_same_tree(tree: Any) -> None:
    leaves, rebuild = flatten(tree)
    assert rebuild(iter(leaves)) == tree
    assert all(isinstance(leaf, float) for leaf in leaves)


@given(TREES)
def test_rebuild_can_be_used_again(tree: Any) -> None:
    leaves, rebuild = flatten(tree)
    assert rebuild(iter(range(len(leaves)))) == rebuild(iter(range(len(leaves))))


def test_kinds_of_containers_are_kept() -> None:
    Pair = namedtuple("Pair", "a b")
    tree = Pair([1.0], OrderedDict(k=(2.0,)))
    twice = map_leaves(lambda x: 2 * x, tree)
    assert twice == Pair([2.0], {"k": (4.0,)})
    assert isinstance(twice, Pair)


def test_arrays_keep_shape_and_become_objects_only_for_values() -> None:
    array = np.arange(6.0).reshape(2, 3)
    assert map_leaves(lambda x: x + 1, array).tolist() == (array + 1).tolist()
    assert map_leaves(lambda x: x + 1, array).dtype == np.float64
    assert map_leaves(Value, array).dtype == object
    assert flatten(np.array(2.0))[0] == [2.0]
    assert flatten(np.zeros((0, 3)))[0] == []
    assert blocks([array, 1.0])[0][0] is array


def test_matrices_nest_outputs_around_inputs() -> None:
    inputs = {"x": 0.0, "v": np.zeros(2)}
    nested = nest_matrix([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], np.zeros(2), inputs)
    assert nested["x"].tolist() == [1.0, 4.0]
    assert nested["v"].tolist() == [[2.0, 3.0], [5.0, 6.0]]
    assert nest_matrix([[1.0]], 0.0, 0.0) == 1.0
    assert nest_matrix([], [], [0.0]) == []

"""Use private parts for what they are not for, in ways that overflow the stack or spoil memory where nobody minds."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Callable
from typing import Any

import pytest

import autograd
from autograd import Primitive, Value, native
from autograd.value import Many


def a_row_that_changes() -> None:
    for name, thing in [("compute", autograd.tanh), ("partials", None), ("arity", 7), ("nothing", 1)]:
        with pytest.raises(AttributeError, match="does not change"):
            setattr(autograd.tanh, name, thing)
        with pytest.raises(AttributeError, match="does not change"):
            delattr(autograd.tanh, name)
    assert autograd.tanh(Value(0.0)).data == 0.0


def a_row_that_calls_itself() -> None:
    row = Primitive("own", lambda v: row(v), [lambda v, r: row(v)], "{0}", "A row.")
    for operand in (1.0, Value(1.0)):
        with contextlib.suppress(RecursionError):
            row(operand)


def a_node_that_is_its_own_segment() -> None:
    x = Value(1.0)
    node: Any = autograd.sum([x, x, x])
    with contextlib.suppress(AttributeError):
        node._rest.segment = node
    for read in (lambda: node.partials, lambda: node._rest.partials, lambda: list(node._rest.edges()), node.backward):
        with contextlib.suppress(RecursionError, TypeError, AttributeError):
            read()


def a_subclass_behind_a_mixin() -> None:
    """Where a class before `Value` says that subclassing is all right, the ban is not asked."""

    class Mixin:
        def __init_subclass__(cls) -> None:
            pass

    with contextlib.suppress(TypeError):
        kind = type("Kind", (Mixin, Value), {})
        for _ in range(20):
            nodes = [kind(1.0) for _ in range(10_000)]
            doubled = [node * 2.0 for node in nodes]
            dictionaries = [{i: i} for i in range(10_000)]
            nodes.clear()
            del doubled, dictionaries
        gc.collect()


def sealing_what_is_no_class_of_nodes() -> None:
    for kind in (3, "text", None, [], Many, float, object(), lambda: None):
        with contextlib.suppress(TypeError, AttributeError, ImportError):
            native.seal(kind)  # type: ignore[arg-type]
    assert float("1.5") * 2.0 == 3.0
    assert [float(i) for i in range(1000)][-1] == 999.0


def rows_of_rows() -> None:
    row: Any = None
    for _ in range(1_500_000):
        row = Primitive("own", lambda vs: 0.0, lambda vs, r: [1.0] * len(vs), "{0}", "A row.", written=row)
    del row


def parts_of_parts_of_nodes() -> None:
    """Hang what is kept of a wide node in the place of a segment, and so on."""
    many: Any = None
    with contextlib.suppress(TypeError):
        for _ in range(1_000_000):
            many = Many((), (), many)
    del many


def a_row_made_again_of_itself() -> None:
    row = Primitive("own", lambda vs: 0.0, lambda vs, r: [1.0] * len(vs), "{0}", "A row.")
    with contextlib.suppress(AttributeError, RecursionError):
        row.__init__("own", row.evaluate, row.slopes, "{0}", "A row.")  # type: ignore[misc]
        row.evaluate((1.0,))


def a_row_written_by_its_descriptors() -> None:
    row = Primitive("own", lambda vs: 0.0, lambda vs, r: [1.0] * len(vs), "{0}", "A row.")
    with contextlib.suppress(AttributeError, KeyError, RecursionError):  # there is none in the plain build
        Primitive.__dict__["compute"].__set__(row, row.evaluate)
        row.evaluate((1.0,))


def a_part_made_with_its_node_for_a_segment() -> None:
    x = Value(1.0)
    for remake in (lambda node: node._rest.__init__((x,), (1.0,), node), lambda node: Many((x,), (1.0,), node)):
        node: Any = autograd.sum([x, x, x])
        with contextlib.suppress(TypeError, AttributeError, RecursionError):
            node._rest = remake(node) or node._rest
            assert node.partials is not None


MISUSES: tuple[Callable[[], None], ...] = (
    rows_of_rows,
    parts_of_parts_of_nodes,
    a_row_made_again_of_itself,
    a_row_written_by_its_descriptors,
    a_part_made_with_its_node_for_a_segment,
    a_row_that_changes,
    a_row_that_calls_itself,
    a_node_that_is_its_own_segment,
    a_subclass_behind_a_mixin,
    sealing_what_is_no_class_of_nodes,
)


def main(name: str) -> None:
    next(misuse for misuse in MISUSES if misuse.__name__ == name)()
    print("done")


if __name__ == "__main__":
    main(*sys.argv[1:])

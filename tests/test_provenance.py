"""Scopes and source lines: what nodes remember of where they were made."""

from __future__ import annotations

import asyncio
import copy
import pickle
import threading
from collections.abc import Callable
from contextlib import nullcontext
from inspect import currentframe
from typing import Any

import pytest

from autograd import Value, checkpoint, finite_difference, grad, line_of, no_grad, scope, scope_of, source_lines
from autograd import sum as total
from autograd.provenance import code_of
from autograd.recording import recording


def line() -> int:
    frame = currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def test_scopes_nest_and_end() -> None:
    with scope("net"):
        a = Value(1.0)
        with scope("layer 1"):
            b = a * 2
        c = b + 1
    d = c.tanh()
    assert [scope_of(node) for node in (a, b, c, d)] == ["net", "net/layer 1", "net", ""]


@pytest.mark.parametrize(
    "make",
    [
        lambda x: Value(1.0),
        lambda x: x + x,
        lambda x: x + 1,
        lambda x: 1 - x,
        lambda x: x / 2,
        lambda x: x.tanh(),
        lambda x: x**x,
        lambda x: total([x, x, x]),
        lambda x: -x,
        lambda x: checkpoint(lambda y: y * y, x),
    ],
)
@pytest.mark.parametrize("block", [lambda: scope("s"), source_lines])
def test_every_way_to_make_a_node_notes_it(make: Callable[[Value], Value], block: Callable[[], Any]) -> None:
    x = Value(2.0, "x")
    with block():
        node = make(x)
    assert scope_of(node) == "s" or line_of(node).startswith("test_provenance.py:")
    assert scope_of(x) == line_of(x) == ""
    node.backward()
    assert node.grad == 1.0


def test_lines_name_the_line_that_made_a_node() -> None:
    x = Value(2.0)
    with source_lines():
        y, here = x * x, line()
        z = (y
             + x)  # fmt: skip
    assert line_of(y) == f"test_provenance.py:{here}"
    assert code_of(y) == "y, here = x * x, line()"
    assert line_of(z) in {f"test_provenance.py:{here + 1}", f"test_provenance.py:{here + 2}"}


@pytest.mark.parametrize("file", ["<ipython-input-3-0a1b>", "/somewhere/ipykernel_12/34.py"])
def test_lines_of_notebooks_are_named_by_the_cell(file: str) -> None:
    x, names = Value(1.0), dict[str, Value]()
    with source_lines():
        exec(compile("y = x * x", file, "exec"), {"__name__": "__main__", "x": x}, names)
    assert line_of(names["y"]) == "cell:1"


def test_lines_and_scopes_together() -> None:
    with source_lines(), scope("a"), source_lines():
        x = Value(1.0, "x")
    assert (scope_of(x), bool(line_of(x)), x.label) == ("a", True, "x")


def test_labels_are_as_without() -> None:
    with scope("a"), source_lines():
        x = Value(1.0, "x")
        y = (x * x).named("y")
    x.label = "z"
    assert (x.label, y.label, scope_of(x), scope_of(y)) == ("z", "y", "a", "a")
    assert repr(y) == "Value(data=1.0, grad=0.0, label='y')"
    assert x.describe() == "Value 'z'"
    with pytest.raises(TypeError, match="label must be a string"):
        x.label = 3  # type: ignore[assignment]
    assert x.detach().label == "z"


def test_copies_and_pickles_keep_their_origin() -> None:
    with scope("a"), source_lines():
        x = Value(1.0, "x")
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        twin = pickle.loads(pickle.dumps(x, protocol))
        assert (scope_of(twin), line_of(twin), twin.label) == ("a", line_of(x), "x")
    with scope("b"):
        assert scope_of(copy.deepcopy(x)) == scope_of(copy.copy(x)) == "a"
        assert scope_of(copy.deepcopy(Value(1.0))) == "b"


def test_constants_have_no_scope_and_no_grad_stays_in_force() -> None:
    x = Value(2.0)
    with no_grad(), scope("a"):
        y = x * x
    assert (y.op, scope_of(y)) == ("constant", "")
    with scope("a"):
        with no_grad():
            y = x * x
        z = x * x
    assert (y.op, z.op, scope_of(z)) == ("constant", "*", "a")


def test_a_scope_inside_a_checkpoint_is_no_obstacle() -> None:
    w = Value(3.0, "w")

    def inside(x: Value) -> Value:
        with scope("inside"):
            return x * w * Value(2.0)

    x = Value(2.0)
    with scope("outside"):
        y = checkpoint(inside, x)
    y.backward()
    assert (y.data, x.grad, w.grad, scope_of(y)) == (12.0, 6.0, 4.0, "outside")


def test_derivatives_and_differences_inside_scopes() -> None:
    with scope("a"), source_lines():
        assert grad(lambda x: x**3)(2.0) == 12.0
        assert abs(finite_difference(lambda x: x**3, 2.0).value - 12.0) < 1e-9
        with no_grad(), recording():
            assert scope_of(Value(1.0) * 2) == "a"


def test_scopes_belong_to_their_thread_and_task() -> None:
    found: list[str] = []

    def work() -> None:
        found.append(scope_of(Value(1.0)))

    async def task(name: str) -> str:
        with scope(name):
            await asyncio.sleep(0)
            return scope_of(Value(1.0) * 2)

    async def both() -> list[str]:
        return list(await asyncio.gather(task("a"), task("b")))

    with scope("outer"):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert found == [""]
    assert asyncio.run(both()) == ["a", "b"]


def test_a_scope_decorates() -> None:
    @scope("layer")
    def layer(x: Value) -> Value:
        return x * 2

    assert [scope_of(layer(Value(1.0))) for _ in range(2)] == ["layer"] * 2


def test_an_exception_ends_the_scope() -> None:
    with pytest.raises(ZeroDivisionError), scope("a"):
        _ = 1 / 0
    assert scope_of(Value(1.0)) == ""


@pytest.mark.parametrize("name", ["", " ", "/", "//"])
def test_a_scope_needs_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="a scope needs a name"), scope(name):
        pass


@pytest.mark.parametrize("name", [None, 3, b"a", Value(1.0)])
def test_the_name_of_a_scope_is_a_text(name: Any) -> None:
    with pytest.raises(TypeError, match="the name of a scope must be a text, not"), scope(name):
        pass


@pytest.mark.parametrize("ask", [scope_of, line_of, code_of])
def test_only_values_have_an_origin(ask: Callable[[Any], str]) -> None:
    with pytest.raises(TypeError, match="can be told, not a int"):
        ask(3)


def test_nothing_is_kept_outside_of_blocks() -> None:
    with nullcontext():
        assert type((Value(1.0) * 2)._label) is str

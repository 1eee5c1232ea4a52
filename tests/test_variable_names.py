"""Names for nodes from a program's variables."""

from __future__ import annotations

from collections import UserDict
from typing import Any

import numpy as np
import pytest

from autograd import Value, draw
from autograd.pictures.variable_names import variable_names
from tests.pictures import boxes


def names_of(variables: Any, *nodes: Value) -> list[str]:
    found = variable_names(variables, set(nodes))
    return [found.get(node, "") for node in nodes]


def test_variables_and_containers() -> None:
    a, b, c, d, e, f = (Value(float(i)) for i in range(6))
    variables = {"a": a, "W1": [[b, 1.0], (c,)], "layers": {"out": {"b": d}}, "A": np.array([[e, 0]], dtype=object)}
    assert names_of(variables, a, b, c, d, e, f) == ["a", "W1[0][0]", "W1[1][0]", "layers[out][b]", "A[0][0]", ""]


def test_the_least_nested_name_counts_and_of_these_the_first() -> None:
    a, b = Value(1.0), Value(2.0)
    assert names_of({"all": [[a], b], "first": a, "second": a, "bs": [b]}, a, b) == ["first", "all[1]"]


def test_underscores_are_skipped() -> None:
    a, b = Value(1.0), Value(2.0)
    assert names_of({"_": a, "_private": [b], "__x": b}, a, b) == ["", ""]
    assert names_of({"kept": {"_inner": a}}, a) == ["kept[_inner]"]


def test_what_else_is_among_variables_does_not_matter() -> None:
    class Proxy:
        @property  # type: ignore[misc]
        def __class__(self) -> Any:
            raise RuntimeError("not now")

        def __getattr__(self, name: str) -> Any:
            raise RuntimeError("not now")

    a = Value(1.0)
    loop: list[Any] = [a]
    loop.append(loop)
    variables = {
        "module": pytest, "text": "abc", "numbers": np.zeros(3), "frame": np.array(["x"]), "proxy": Proxy(),
        "none": None, "loop": loop, "twice": [loop, loop], "type": Value, "scalar": np.float64(2.0),
        "empty": np.array(None, dtype=object),
    }  # fmt: skip
    assert names_of(variables, a) == ["loop[0]"]


def test_an_array_of_no_dimension() -> None:
    a = Value(1.0)
    box = np.empty((), dtype=object)
    box[()] = a
    assert names_of({"box": box}, a) == ["box[()]"]


def test_arrays_in_arrays_are_all_visited() -> None:
    nodes = [Value(float(i)) for i in range(200)]
    grid = np.array(nodes, dtype=object).reshape(10, 20)
    assert names_of({"grid": grid}, *nodes) == [f"grid[{i // 20}][{i % 20}]" for i in range(200)]


def test_a_picture_shows_the_names_and_labels_win() -> None:
    x, w = Value(2.0, "own"), Value(3.0)
    y = x * w
    z = (y + 1).named("z")
    texts = boxes(draw(z, names=locals()))
    assert [texts[name][0] for name in ("n0", "n1")] == ["own", "w"]
    assert "y" in texts["n2"]
    assert (w.label, y.label) == ("", "")
    assert "y" not in boxes(draw(z))["n2"]


def test_mathematical_names_are_typeset() -> None:
    weights = [[Value(2.0), Value(3.0)]]
    texts = boxes(
        draw([weights[0][1], Value(1.0, "w_12"), Value(1.0, "delta_out"), Value(1.0, "W'")], names={"W1": weights})
    )
    assert [texts[f"n{i}"][0] for i in range(4)] == ["W₁[0][1]", "w₁₂", "δ_out", "W′"]


@pytest.mark.parametrize("name", ['"]; evil [label="', "</TD>", "\\N", "a\nb", "<B>", "&lt;"])
def test_names_can_inject_nothing(name: str) -> None:
    a, b = Value(1.0), Value(2.0)
    texts = boxes(draw(a * b, names={name: a, "d": {name: b}}, fold=True))
    assert len(texts) == 3
    assert texts["n0"][0] == name.replace("\n", "␊")
    assert texts["n1"][0] == f"d[{name}]".replace("\n", "␊")


def test_named_nodes_are_not_folded_away() -> None:
    x = Value(2.0, "x")
    h = x * x
    y = (h + 1).named("y")
    assert len(boxes(draw(y, fold=True))) == 2
    assert len(boxes(draw(y, fold=True, names={"h": h}))) == 3


def test_any_mapping_is_taken() -> None:
    a = Value(1.0)
    assert names_of(UserDict({"a": a}), a) == ["a"]
    assert variable_names(None, {a}) == {}


@pytest.mark.parametrize("names", [["x"], "x", 3])
def test_what_is_no_mapping_is_refused(names: Any) -> None:
    with pytest.raises(TypeError, match=r"names maps names to Values, as locals\(\) does"):
        draw(Value(1.0), names=names)


def test_a_mapping_the_wrong_way_round_is_refused() -> None:
    x = Value(1.0)
    with pytest.raises(TypeError, match="not the other way round: a name is Value"):
        draw(x, names={x: "x"})  # type: ignore[dict-item]

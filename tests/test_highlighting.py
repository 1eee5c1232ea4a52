"""Highlighted paths: their colours, what is dimmed, and what is no path of the graph."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from autograd import Value, checkpoint, draw
from autograd.derivative_paths.paths import paths, top_paths
from autograd.pictures.palette import DIM, PATHS
from tests.counting import assert_linear
from tests.pictures import arrows, boxes, caption, groups, parsed


def path(*nodes: Value, slots: tuple[Any, ...] = ()) -> Any:
    return SimpleNamespace(nodes=nodes, slots=slots)


def diamond() -> tuple[Value, Value, Value, Value]:
    x = Value(2.0, "x")
    a, b = (x * 3).named("a"), (x * 5).named("b")
    out = (a * b).named("out")
    out.backward()
    return x, a, b, out


def coloured(picture: Any) -> dict[tuple[str, str], str]:
    found = {ends: attributes.get("color", "") for ends, attributes in arrows(picture).items()}
    return {ends: colour for ends, colour in found.items() if any(part in PATHS for part in colour.split(":"))}


def test_one_path() -> None:
    x, a, _, out = diamond()
    picture = draw(out, highlight=path(x, a, out, slots=(0, 0)))
    assert coloured(picture) == {("n0", "n1:s0"): PATHS[0], ("n1", "n3:s0"): PATHS[0]}
    root = parsed(picture)
    strokes = [line.get("stroke") for edge in groups(root, "edge") for line in edge.iter() if "d" in line.attrib]
    assert strokes.count(PATHS[0]) == 2
    body = {line.split()[0]: line for line in picture.body if "->" not in line}
    dimmed = {name for name, line in body.items() if DIM.band in line or DIM.pale in line}
    assert dimmed >= {"n2"}
    assert not dimmed & {"n0", "n1", "n3"}


def test_the_legend_names_the_paths_and_their_contributions() -> None:
    x, a, _, out = diamond()
    texts = caption(draw(out, highlight=path(x, a, out, slots=(0, 0))))
    assert "x → a → out" in texts
    assert "30" in texts  # 3 · 10
    assert "x → a → out" not in caption(draw(out, highlight=path(x, a, out, slots=(0, 0)), legend=False))


def test_parallel_edges_are_told_apart() -> None:
    x = Value(3.0, "x")
    y = x * x
    picture = draw(y, highlight=[path(x, y, slots=(0,)), path(x, y, slots=(1,))])
    assert coloured(picture) == {("n0", "n1:s0"): PATHS[0], ("n0", "n1:s1"): PATHS[1]}
    assert coloured(draw(y, highlight=path(x, y, slots=(1,)))) == {("n0", "n1:s1"): PATHS[0]}


def test_an_edge_on_several_paths_has_the_colours_of_all() -> None:
    x, a, b, out = diamond()
    end = out.tanh()
    both = [path(x, a, out, end, slots=(0, 0, 0)), path(x, b, out, end, slots=(0, 1, 0))]
    assert coloured(draw(end, highlight=both))["n3", "n4:s0"] == f"{PATHS[0]}:{PATHS[1]}"


def test_what_paths_and_top_paths_give_is_taken() -> None:
    x, _, _, out = diamond()
    lazy = coloured(draw(out, highlight=paths(out, x)))
    assert len(lazy) == 4
    assert set(lazy.values()) == set(PATHS[:2])
    assert len(coloured(draw(out, highlight=top_paths(out, x, 1)))) == 2
    assert coloured(draw(out, highlight=next(iter(paths(out, x))))) != {}
    assert coloured(draw(out, highlight=[])) == {}


def test_endlessly_many_paths_do_not_matter() -> None:
    x = Value(0.5, "x")
    y = x
    for _ in range(100):
        y = y + y  # 2**100 paths
    picture = draw(y, highlight=paths(y, x))
    assert any(text.startswith(f"the first {len(PATHS)} ") for text in caption(picture))

    def endless() -> Iterator[Any]:
        return (path(x) for _ in itertools.count())

    assert "the first 6 paths are highlighted" in caption(draw(y, highlight=endless()))
    assert "the first 6 of 7 paths are highlighted" in caption(draw(y, highlight=[path(x)] * 7))


def test_paths_through_what_is_folded_away() -> None:
    x = Value(2.0, "x")
    h = (x * 3 + x).named("h")
    out = (h * h).tanh().named("out")
    inner, square = h.operands[0], out.operands[0]
    ways = [
        path(x, inner, h, square, out, slots=(0, 0, 0, 0)),
        path(x, h, square, out, slots=(1, 1, 0)),
    ]
    both = f"{PATHS[0]}:{PATHS[1]}"
    assert set(coloured(draw(out, fold=True, highlight=ways)).values()) == {both}
    assert len(coloured(draw(out, fold=True, highlight=ways))) == 2
    assert len(coloured(draw(out, highlight=ways))) == 6


def test_a_path_over_a_checkpoint_has_no_figure_and_runs_nothing() -> None:
    calls = []

    def square(x: Any) -> Any:
        calls.append(x)
        return x * x

    x = Value(3.0, "x")
    y = checkpoint(square, x)
    picture = draw(y, highlight=path(x, y, slots=(0,)))
    assert len(coloured(picture)) == 1
    assert len(calls) == 1


def test_a_summary_shows_the_way_of_a_path() -> None:
    x = Value(0.5, "x")
    y = x
    for _ in range(1_000):
        y = y + 1.0
    picture = draw(y, highlight=paths(y, x))
    assert set(coloured(picture).values()) == {PATHS[0]}
    assert len(coloured(picture)) == len(arrows(picture))


def test_names_of_long_paths_and_evil_names() -> None:
    x = Value(0.5, "<x>&")
    nodes = [x]
    for index in range(20):
        nodes.append((nodes[-1] * 1.5).named(f"h{index}"))
    texts = caption(draw(nodes[-1], highlight=path(*nodes, slots=(0,) * 20)))
    assert "<x>& → h₀ → h₁ → h₂ → … → h₁₇ → h₁₈ → h₁₉" in texts


def test_highlighting_is_linear() -> None:
    def work(size: int) -> Any:
        x = Value(0.5, "x")
        nodes = [x]
        for _ in range(size):
            nodes.append(nodes[-1] * 1.01)
        way = path(*nodes, slots=(0,) * size)
        return lambda: draw(nodes[-1], highlight=way, limit=None)

    assert_linear(work)


# What it refuses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("highlight", [3, "x", Value(1.0), [1.0], [None], {"x": 1}, lambda: 0])
def test_what_is_no_path(highlight: Any) -> None:
    with pytest.raises(TypeError, match=r"highlight takes a path or several, as paths\(out, x\)"):
        draw(Value(1.0), highlight=highlight)


def test_paths_that_are_not_in_the_graph() -> None:
    x, a, _, out = diamond()
    stranger = Value(1.0, "stranger")
    with pytest.raises(ValueError, match="Value 'stranger' is no part of what is drawn"):
        draw(out, highlight=path(stranger))
    with pytest.raises(ValueError, match="Value 'out' is no part of what is drawn"):
        draw(a, highlight=path(x, a, out, slots=(0, 0)))
    with pytest.raises(ValueError, match=r"Value 'a' is not operand 1 \(counted from 0\) of Value 'out'"):
        draw(out, highlight=path(x, a, out, slots=(0, 1)))
    with pytest.raises(ValueError, match=r"Value 'x' is not operand 0 .* of Value 'out'"):
        draw(out, highlight=path(x, out, slots=(0,)))


@pytest.mark.parametrize("slot", [-1, 2, "0", None, True, 0.0])
def test_slots_are_positions(slot: Any) -> None:
    x, a, _, _ = diamond()
    with pytest.raises(ValueError, match="is not operand"):
        draw(a, highlight=path(x, a, slots=(slot,)))


def test_malformed_paths() -> None:
    x, a, _, out = diamond()
    with pytest.raises(ValueError, match="one slot fewer than nodes, not 0 slots for 2 nodes"):
        draw(out, highlight=path(x, a))
    with pytest.raises(ValueError, match="0 slots for 0 nodes"):
        draw(out, highlight=path())
    with pytest.raises(TypeError, match="the nodes of a path are Values, not float"):
        draw(out, highlight=path(2.0, slots=()))  # type: ignore[arg-type]


def test_nothing_is_dimmed_without_highlights() -> None:
    *_, out = diamond()
    assert DIM.band not in draw(out).source
    assert boxes(draw(out)).keys() == boxes(draw(out, highlight=[])).keys()
    assert draw(out, highlight=[]).source == draw(out).source

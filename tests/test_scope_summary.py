"""Frames around scopes, and the summary of a graph that is too large to be drawn node by node."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from typing import Any

import pytest

import autograd
from autograd import Value, draw, scope
from autograd.pictures.clusters import DEEPEST, parts
from autograd.pictures.drawing import EDGES_PER_BOX, LIMIT
from autograd.pictures.grouping import MOST_BANDS, MOST_SCOPES, group
from autograd.pictures.scope_summary import MOST_ARROWS
from autograd.provenance import scope_of
from autograd.traversal import topological_order
from tests.counting import assert_linear
from tests.pictures import SVG, arrows, boxes, caption, groups, parsed, shown


def frames(picture: Any) -> list[str]:
    return ["".join(shown(group)) for group in groups(parsed(picture), "cluster")]


def network(sizes: list[int], scopes: bool = True) -> Value:
    layer: list[Any] = [Value(0.1 * i, f"x{i}") for i in range(sizes[0])]
    for number, (inputs, outputs) in enumerate(itertools.pairwise(sizes), 1):
        with scope("net" if scopes else "all"), scope(f"layer {number}" if scopes else "all"):
            weights = [[Value(0.01 * (i - j)) for i in range(inputs)] for j in range(outputs)]
            layer = [autograd.tanh(sum(w * x for w, x in zip(row, layer, strict=True))) for row in weights]
    loss: Value = autograd.sum(layer)
    return loss.named("loss")


def chain(length: int) -> Value:
    y = x = Value(0.5, "x")
    for _ in range(length):
        y = y * x
    return y


# Frames -----------------------------------------------------------------------------------------------------------


def test_scopes_are_nested_frames() -> None:
    with scope("net"):
        w = Value(2.0, "w")
        with scope("layer 1"):
            h = w * 3
        with scope("layer 2"):
            out = h.tanh()
    picture = draw(out * w)
    assert frames(picture) == ["net", "layer 1", "layer 2"]
    bounds = []
    for frame in groups(parsed(picture), "cluster"):
        (path,) = frame.iter(SVG + "path")
        numbers = [
            float(part) for pair in path.attrib["d"].replace("C", " ").strip("M").split() for part in pair.split(",")
        ]
        bounds.append((min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])))
    net, first, second = bounds
    for inner in (first, second):
        assert net[0] < inner[0] < inner[2] < net[2]
        assert net[1] < inner[1] < inner[3] < net[3]
    assert first[2] <= second[0]  # side by side


def test_a_scope_that_is_entered_twice_has_one_frame() -> None:
    for _ in range(2):
        with scope("again"):
            x = Value(1.0)
            y = x * x
    with scope("again"):
        assert frames(draw(y + x)) == ["again"]


def test_without_scopes_there_are_no_frames() -> None:
    assert "subgraph" not in draw(chain(5)).source


def test_frames_are_as_deep_as_can_be_seen() -> None:
    assert parts("/".join("abcdefghijkl")) == ["a", "b", "c", "d", "e", "f", "g", "h/i/j/k/l"]
    with scope("/".join(["deep"] * 2_000)):
        x = Value(1.0)
    assert len(frames(draw(x))) == DEEPEST


EVIL = ['"]; evil [label="', "<B>", "\\N", "a\nb", "&amp;", "cluster", "}", "a b", "∂"]


@pytest.mark.parametrize("name", EVIL)
@pytest.mark.parametrize("limit", [LIMIT, 1])
def test_names_of_scopes_can_inject_nothing(name: str, limit: int) -> None:
    with scope("outer"), scope(name):
        y = Value(2.0) * Value(3.0)
    with scope("outer"), scope("other"):
        y = y * y
    picture = draw(y, limit=limit)
    texts = frames(picture) + [text for texts in boxes(picture).values() for text in texts]
    assert name.replace("\n", "␊") in texts
    assert len(groups(parsed(picture), "node")) == (4 if limit == LIMIT else 2)


# Where it starts --------------------------------------------------------------------------------------------------


def summarised(picture: Any) -> bool:
    return "summarised" in picture.graph_attr["label"]


def test_the_limit_is_on_boxes() -> None:
    assert len([line for line in draw(chain(LIMIT - 1)).body if "->" not in line]) == LIMIT
    assert summarised(draw(chain(LIMIT)))
    assert not summarised(draw(chain(LIMIT), limit=LIMIT + 1))
    assert summarised(draw(chain(10), limit=10))
    x = Value(1.0)
    assert summarised(draw(x * 2 * 3, limit=4))  # constants are boxes too
    assert not summarised(draw(x * 2 * 3, limit=4, constants=False))


def test_the_limit_is_on_edges_too() -> None:
    x = Value(1.0)
    assert summarised(draw(autograd.sum([x] * (EDGES_PER_BOX * LIMIT + 1))))
    assert not summarised(draw(autograd.sum([x] * (EDGES_PER_BOX * LIMIT))))


@pytest.mark.parametrize("limit", [0, -1, 2.5, True, "all", math.inf])
def test_the_limit_must_be_a_number_of_boxes(limit: Any) -> None:
    with pytest.raises(ValueError, match="limit must be a number of boxes, at least 1, or None"):
        draw(Value(1.0), limit=limit)


def test_detail_without_names_is_folded_away_first() -> None:
    y = Value(0.5, "x")
    for index in range(20):
        for _ in range(100):
            y = y * 0.99
        y = y.named(f"h_{index}")
    picture = draw(y)
    assert len(boxes(picture)) == 21
    assert "2,001 nodes, those without a name folded away" in caption(picture)


# What it says -----------------------------------------------------------------------------------------------------


def told(picture: Any) -> dict[str, list[str]]:
    """Return the texts of each box, by its title."""
    return {texts[0]: texts[1:] for texts in boxes(picture).values()}


def test_a_summary_by_scope() -> None:
    loss = network([4, 20, 20, 5])
    loss.backward()
    order = topological_order(loss)
    assert len(order) > LIMIT
    picture = draw(loss)
    assert f"{len(order):,} nodes, summarised by scope" in caption(picture)
    assert frames(picture) == ["net"]
    texts = told(picture)
    assert set(texts) == {"x", "layer 1", "layer 2", "layer 3", "outside any scope"}
    for title in ("layer 1", "layer 2", "layer 3"):
        nodes = [node for node in order if scope_of(node) == f"net/{title}"]
        operations = Counter({"*": "×"}.get(node.op, node.op) for node in nodes if node.op)
        assert f"{len(nodes):,} nodes" in texts[title]
        assert f"{sum(not node.op for node in nodes):,} leaves" in texts[title]
        assert ", ".join(f"{count:,} {sign}" for sign, count in operations.most_common()) in texts[title]
        steepest = max(abs(node.grad) for node in nodes)
        shown_ = texts[title][texts[title].index("largest |grad|") + 1].replace("e−", "e-")
        assert float(shown_) == pytest.approx(steepest, rel=5e-4)  # four digits
    place = {node: scope_of(node) or ("outside" if node.op else "x") for node in order}
    uses = [(place[o], place[node]) for node in order for o in node.operands if o in place]
    crossing = Counter((tail, head) for tail, head in uses if tail != head)
    labels = {ends: attributes["tooltip"] for ends, attributes in arrows(picture).items()}
    assert sorted(labels.values()) == sorted(f"{count} edges" for count in crossing.values())


def test_a_scope_with_scopes_inside_and_nodes_of_its_own() -> None:
    with scope("net"):
        x = Value(1.0, "x")
        with scope("inner"):
            y = x * x
        z = y + x
    texts = told(draw(z, limit=1))
    assert {title: content[0] for title, content in texts.items()} == {"directly inside": "2 nodes", "inner": "1 node"}
    assert frames(draw(z, limit=1)) == ["net"]


def test_a_summary_without_scopes() -> None:
    loss = autograd.sum([chain(300), chain(300)]).named("loss")
    loss.backward()
    picture = draw(loss, limit=2)  # two leaves and a result have names
    texts = told(picture)
    assert any("summarised by distance from the leaves" in text for text in caption(picture))
    assert texts["x"][0] == "2 leaves"
    assert len(texts) <= MOST_BANDS + 2
    count = sum(int(content[0].split()[0]) for content in texts.values())
    assert count == len(topological_order(loss))
    assert 'BORDER="2"' in next(line for line in picture.body if "301" in line)


def test_leaves_are_grouped_by_the_stems_of_their_names() -> None:
    leaves = [Value(1.0, f"W{layer}[{i}][{j}]") for layer in (1, 2) for i in range(20) for j in range(20)]
    xs = [Value(1.0, f"x{i}") for i in range(3)]
    y = autograd.sum(
        [a * b for a, b in zip(leaves, leaves[1:] + leaves[:1], strict=True)] + xs + [Value(2.0, "k").detach()]
    )
    titles = set(told(draw(y)))
    assert titles >= {"W1", "W2", "x", "constants"}
    assert all(title.startswith("step") for title in titles - {"W1", "W2", "x", "constants"})
    names = [Value(1.0, letter * 3) for letter in "abcdefghijkl"]
    assert {key.title for key in group(names, lambda node: node.label).keys.values()} == {"leaves"}
    grouped = group(topological_order(leaves), lambda node: node.label).keys
    assert {key.title for key in grouped.values()} == {"W1", "W2"}


def test_broken_gradients_are_counted() -> None:
    x = Value(0.0, "x")
    y = autograd.sum([autograd.sqrt(x) * 0.0 for _ in range(700)])
    y.backward()
    texts = told(draw(y))
    assert texts["x"][-2:] == ["nan or inf", "1"]


def many_scopes(name: Any, count: int) -> Value:
    y = Value(1.0, "x")
    for index in range(count):
        with scope(name(index)):
            for _ in range(10):
                y = y + 1.0
    return y


def test_inner_scopes_are_taken_together_where_they_are_too_many() -> None:
    y = many_scopes(lambda i: f"part {i % 3}/step {i}", 300)
    picture = draw(y)
    assert any("summarised by scope, to depth 1" in text for text in caption(picture))
    assert [title for title in told(picture) if title != "x"] == ["part 0", "part 1", "part 2"]


def test_scopes_that_differ_in_a_number_are_taken_together_where_they_are_too_many() -> None:
    picture = draw(many_scopes(lambda i: f"step {i}", 300))
    assert any("those that differ in a number together" in text for text in caption(picture))
    assert told(picture)["step …"][0] == "3,000 nodes"


def test_too_many_scopes_of_all_kinds_are_not_what_it_goes_by() -> None:
    picture = draw(many_scopes(lambda i: "abcdefghij"[i % 10] * (1 + i // 10), 10 * MOST_SCOPES))
    assert any("summarised by distance from the leaves" in text for text in caption(picture))
    assert len(boxes(picture)) <= MOST_BANDS + 1


def test_the_busiest_connections_are_drawn() -> None:
    nodes: list[Value] = []
    for index in range(30):
        with scope(f"s{index}"):
            total: Value = autograd.sum([Value(1.0), *nodes, *nodes])
            nodes.append(total)
    picture = draw(nodes[-1], limit=10)
    assert len(arrows(picture)) == MOST_ARROWS
    assert f"of {30 * 29 // 2} connections the {MOST_ARROWS} with most edges are drawn" in caption(picture)


@pytest.mark.parametrize("scopes", [True, False])
def test_a_summary_is_linear(scopes: bool) -> None:
    def work(size: int) -> Any:
        y = chain(4 * size) if not scopes else many_scopes(lambda i: f"part {i % 5}", size)
        return lambda: draw(y, limit=10)

    assert_linear(work)


def test_a_large_graph_is_summarised() -> None:
    picture = draw(chain(300_000))
    assert len(picture.body) < 50
    assert "300,001 nodes" in caption(picture)[0]


def test_pictures_are_the_same_every_time() -> None:
    for options in ({}, {"limit": 5}, {"fold": True}, {"constants": False}):
        first, second = (draw(network([3, 4, 2]), **options).source for _ in range(2))
        assert first == second

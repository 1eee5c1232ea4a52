"""What `draw` shows, and that no label can make it show anything else."""

import html
import itertools
import math
import xml.etree.ElementTree as ET
from collections import Counter
from typing import Any

import graphviz
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, checkpoint, draw
from autograd.pictures.drawing import node_ids
from autograd.pictures.folding import slot_marks
from autograd.pictures.palette import tint
from autograd.rows import PRIMITIVES, Primitive
from autograd.wording import LONGEST_LABEL, number, spoken
from tests.counting import assert_linear
from tests.pictures import LINK, SVG, arrows, boxes, caption, edges, groups, parsed, shown


def leaf_labels(root: ET.Element, count: int) -> list[str]:
    """List the labels of the nodes n0, n1, …, which are leaves; nothing but numbers follows a leaf's label."""
    nodes = {group.findtext(SVG + "title"): shown(group) for group in groups(root, "node")}
    texts = [nodes[f"n{index}"] for index in range(count)]
    assert all([text[1], text[3]] == ["data", "grad"] and len(text) == 5 for text in texts)
    return [text[0] for text in texts]


def neuron() -> Value:
    x1, x2, w1, w2 = Value(2, "x1"), Value(0, "x2"), Value(-3, "w1"), Value(1, "w2")
    return (x1 * w1 + x2 * w2 + Value(6.8813735870195432, "b")).tanh().named("o")


# What it shows ----------------------------------------------------------------------------------------------------


def test_neuron() -> None:
    out = neuron()
    out.backward()
    picture = draw(out, legend=False)
    assert isinstance(picture, graphviz.Digraph)
    root = parsed(picture)
    assert len(groups(root, "node")) == 10
    assert len(groups(root, "edge")) == 9
    texts = Counter(itertools.chain.from_iterable(text.split() for text in shown(root)))
    assert all(texts[word] == 1 for word in ("x₁", "x₂", "w₁", "w₂", "b", "o", "tanh", "−1.5", "0.7071", "6.881"))
    assert (texts["+"], texts["×"], texts["data"], texts["grad"]) == (2, 2, 10, 10)


def test_a_repeated_operand_has_an_edge_for_each_use() -> None:
    x = Value(3.0)
    assert len(edges(draw(x * x))) == 2
    assert len(groups(parsed(draw(autograd.sum([x, x, x]))), "edge")) == 3


def test_shared_nodes_are_drawn_once() -> None:
    a = Value(1.0)
    for _ in range(20):
        a = a + a
    assert len(draw([a, a]).body) == 21 + 40


@pytest.mark.parametrize(
    ("make", "marks"),
    [
        (lambda x, y: x - y, ["1", "2"]),
        (lambda x, y: x / y, ["1", "2"]),
        (lambda x, y: x**y, ["1", "2"]),
        (lambda x, y: 2 - y, ["1", "2"]),
        (lambda x, y: autograd.where(x, y, 1.0), ["1", "2", "3"]),
        (lambda x, y: autograd.dot([x, y], [y, 3.0]), ["1", "2", "1′", "2′"]),
        (lambda x, y: x + y, []),
        (lambda x, y: x * 2, []),
        (lambda x, y: x.tanh(), []),
        (lambda x, y: autograd.sum([x, y, 1.0]), []),
    ],
)
def test_operands_are_numbered_where_their_order_matters(make: Any, marks: list[str]) -> None:
    node = make(Value(2.0), Value(3.0))
    picture = draw(node)
    assert shown(parsed(picture), **{"font-size": "9.00"}) == marks
    arrivals = [edge.split(":")[1] for edge in edges(picture)]
    assert arrivals == [f"s{index}" for index in range(len(node.operands))]


MANY = [row for row in PRIMITIVES.values() if row.arity != 1]


@pytest.mark.parametrize("row", MANY, ids=lambda row: row.name)
def test_the_rows_of_any_order_are_all_and_only_the_symmetric(row: Primitive) -> None:
    length = row.arity or 4
    probes = [(0.3, 1.7, 2.9, 4.1), (-1.2, 0.4, 0.0, 2.5), (2.0, 3.0, 0.5, 1.0)]
    symmetric = all(
        math.isclose(row.evaluate(order), row.evaluate(probe[:length]), rel_tol=1e-12)
        for probe in probes
        if not math.isnan(row.evaluate(probe[:length]))
        for order in itertools.permutations(probe[:length])
    )
    assert symmetric == row.commutative


def test_constants_are_small_and_have_no_gradient() -> None:
    kept = Value(7.0, "kept").detach()
    picture = draw(Value(2.0, "x") * 5 + kept * 5 + kept)
    root = parsed(picture)
    texts = shown(root, **{"font-size": "11.00"})
    assert sorted(texts) == ["5", "5", "kept = 7"]
    assert sum("grad" in text for text in shown(root)) == 5
    assert [edge for edge in edges(draw(Value(2.0) * 5)) if "partial 0.0" in edge]


def test_one_node_per_use_of_a_number() -> None:
    x = Value(1.0)
    assert len(draw(2 * x + 2 * x).body) == 4 + 2 + 6


def test_leaves_constants_results_and_the_rest_differ() -> None:
    x = Value(2.0, "x")
    y = x * 2
    body = {line.split()[0]: line for line in draw(y + x).body if "->" not in line}
    leaf, inner, number_, result = body["n0"], body["n1"], body["n1c1"], body["n2"]
    assert "ROUNDED" in leaf.split("<TR>")[0]
    assert "ROUNDED" not in inner.split("<TR>")[0]
    assert "grad" not in number_
    assert 'BORDER="2"' in result
    assert 'BORDER="2"' not in leaf + inner + number_
    assert draw([y, y + x]).source.count('BORDER="2"') == 2
    assert 'BORDER="2"' in draw(x).source


def test_gradients_can_be_left_out() -> None:
    assert "grad" not in "".join(shown(parsed(draw(neuron(), gradients=False))))


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.0, "0"), (-0.0, "0"), (2.0, "2"), (-3.0, "−3"), (2 / 3, "0.6667"), (6.8813735870195432, "6.881"),
        (0.49999999999999994, "0.5"), (12345.0, "12345"), (-999999.0, "−999999"), (1e6, "1e6"), (123456.7, "1.235e5"),
        (1e-12, "1e−12"), (-1.5e-300, "−1.5e−300"), (1e100, "1e100"), (0.0001, "0.0001"), (math.inf, "inf"),
        (-math.inf, "−inf"), (math.nan, "nan"), (5e-324, "4.941e−324"),
    ],
)  # fmt: skip
def test_numbers(x: float, text: str) -> None:
    assert number(x, 4) == text
    assert any(text in line for line in shown(parsed(draw(Value(x), gradients=False))))


def test_precision() -> None:
    assert [number(2 / 3, digits) for digits in (1, 2, 17)] == ["0.7", "0.67", "0.66666666666666663"]
    assert "data0.67" in html.unescape("".join(shown(parsed(draw(Value(2 / 3), precision=2)))))


def test_full_numbers_are_in_the_tooltips() -> None:
    x = Value(2 / 3)
    (x * 0.1).backward()
    tips = [link.get(LINK) for link in parsed(draw(x * 0.1)).iter(SVG + "a")]
    assert f"data {2 / 3!r}, grad 0.1" in tips
    assert "local partial 0.1" in tips


def test_tints_follow_the_gradient() -> None:
    assert tint(0.0, 1.0) == tint(0.0, 0.0) == ""
    assert tint(1.0, 1.0) != tint(0.1, 1.0) != tint(-0.1, 1.0)
    assert tint(math.nan, 1.0) == tint(math.inf, 1.0) != ""
    blue, orange = tint(1.0, 1.0), tint(-1.0, 1.0)
    assert int(blue[5:], 16) > int(blue[1:3], 16)
    assert int(orange[5:], 16) < int(orange[1:3], 16)


def test_infinite_and_undefined_gradients_are_drawn() -> None:
    x = Value(0.0)
    (autograd.sqrt(x) * 1e300).backward(1e300)
    assert x.grad == math.inf
    y = Value(0.0)
    (autograd.sqrt(y) * 0.0).backward()
    assert math.isnan(y.grad)
    texts = shown(parsed(draw([x, y])))
    assert any("inf" in text for text in texts)
    assert any("nan" in text for text in texts)


def test_title_and_direction() -> None:
    root = parsed(draw(neuron(), rankdir="TB", title="A <neuron>"))
    assert "A <neuron>" in shown(root)
    wide, high = parsed(draw(neuron())), root
    assert float(wide.attrib["width"][:-2]) > float(wide.attrib["height"][:-2])
    assert float(high.attrib["width"][:-2]) < float(high.attrib["height"][:-2])


def stale(picture: Any) -> bool:
    return any("stale" in text for text in shown(parsed(picture)))


def test_a_stale_graph_is_drawn_as_recorded_and_marked() -> None:
    x = Value(3.0, "x")
    y = (x * x).named("y")
    assert not stale(draw(y))
    x.data = 5.0
    assert stale(draw(y))
    assert any("9" in text for text in shown(parsed(draw(y))))
    y.recompute()
    assert not stale(draw(y))


def test_a_graph_is_stale_where_it_cannot_be_computed_any_more() -> None:
    x = Value(3.0)
    y = autograd.log(x)
    x.data = -1.0
    assert stale(draw(y))


def test_drawing_does_not_run_checkpoints() -> None:
    calls = []

    def cube(x: Any) -> Any:
        calls.append(x)
        return x * x * x

    y = checkpoint(cube, Value(2.0))
    draw(y).pipe("svg")
    assert len(calls) == 1


def chips(picture: Any, node: str) -> list[str]:
    return [text for text in boxes(picture)[node] if text.startswith("∂")]


def test_edges_end_in_their_partials() -> None:
    x, w = Value(2.0, "x"), Value(-3.0, "w")
    y = x * w
    assert chips(draw(y), "n2") == ["∂ −3", "∂ 2"]
    assert chips(draw(y, rankdir="TB", precision=2), "n2") == ["∂ −3", "∂ 2"]
    assert chips(draw(y, partials=False), "n2") == []
    assert [edge.split(" [")[0] for edge in edges(draw(y))] == ["n0 -> n2:s0:w", "n1 -> n2:s1:w"]
    assert [edge.split(" [")[0] for edge in edges(draw(y, rankdir="TB"))] == ["n0 -> n2:s0:n", "n1 -> n2:s1:n"]


def test_constants_and_checkpoints_have_no_partial_to_show() -> None:
    x = Value(2.0, "x")
    assert chips(draw(x * 5), "n1") == ["∂ 5"]
    assert chips(draw(x * Value(5.0).detach()), "n2") == ["∂ 5"]
    assert chips(draw(checkpoint(lambda a: a * a, x)), "n1") == []


@pytest.mark.parametrize("options", [{}, {"partials": False}, {"rankdir": "TB"}, {"fold": True}, {"constants": False}])
def test_every_edge_ends_at_a_place_that_is_there(options: dict[str, Any]) -> None:
    x = Value(2.0, "x")
    y = checkpoint(lambda a: a * 3, x) - autograd.where(x, 2.0, x.detach()) + autograd.dot([x, 1.0], [2.0, x])
    picture = draw(y, **options)
    for _, head in arrows(picture):
        name, port = head.split(":")
        body = next(line for line in picture.body if line.split()[0] == name)
        assert body.count(f'PORT="{port}"') == 1


def test_edges_show_what_the_backward_pass_sends() -> None:
    x, w = Value(2.0, "x"), Value(-3.0, "w")
    y = (x * w + x * 0.001 + w * 0).named("y")
    assert not any("color" in attributes for attributes in arrows(draw(y)).values())
    y.backward()
    lines = {ends: attributes for ends, attributes in arrows(draw(y)).items() if "c" not in ends[0]}
    ids = node_ids(y)
    up, down = lines[ids[w], "n2:s1"], lines[ids[x], "n2:s0"]  # 2 and -3
    assert up["color"] != down["color"]
    assert 1.1 < float(up["penwidth"]) < float(down["penwidth"])
    weak = next(edge for ends, edge in lines.items() if ends[0] == ids[x] and ends[1] != "n2:s0")
    assert (weak["color"], float(weak["penwidth"]) < float(up["penwidth"])) == (up["color"], True)
    assert sum("color" not in line for line in lines.values()) == 1  # w * 0
    assert not any("color" in attributes for attributes in arrows(draw(y, gradients=False)).values())


def test_the_legend_explains_what_is_there() -> None:
    x = Value(2.0, "x")
    y = x * 3
    assert caption(draw(y)) == ["∂", "local partial"]
    y.backward()
    assert caption(draw(y)) == ["∂", "local partial", "grad > 0"]
    (-y).backward()
    assert caption(draw(-y)) == ["∂", "local partial", "grad < 0"]
    x.grad = 1.0
    assert caption(draw(y)) == ["∂", "local partial", "grad > 0", "grad < 0"]
    assert caption(draw((y + 1).named("z"), fold=True))[1] == "derivative along the edge"
    assert caption(draw(y, partials=False, gradients=False)) == caption(draw(y, legend=False)) == []


def test_ids_are_those_in_the_picture() -> None:
    out = neuron()
    texts = boxes(draw(out))
    for node, name in node_ids(out).items():
        assert not node.label or spoken(node.label) in texts[name]
        assert number(node.data, 4) in texts[name]
    assert set(boxes(draw(out, fold=True))) < set(node_ids(out).values())


# What it refuses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rankdir", ["RL", "lr", "", None, 'LR"; x ['])
def test_rankdir_must_be_known(rankdir: Any) -> None:
    with pytest.raises(ValueError, match="rankdir must be one of 'LR', 'TB', not "):
        draw(Value(1.0), rankdir=rankdir)


@pytest.mark.parametrize("precision", [0, 18, -1, 2.5, True, "4"])
def test_precision_must_be_a_number_of_digits(precision: Any) -> None:
    with pytest.raises(ValueError, match="precision must be a number of digits from 1 to 17"):
        draw(Value(1.0), precision=precision)


@pytest.mark.parametrize("out", [3.0, None, [3.0], "x", [Value(1.0), None]])
def test_only_values_can_be_drawn(out: Any) -> None:
    with pytest.raises(TypeError, match="draw takes a Value or several, not "):
        draw(out)


def test_nothing_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        draw([])


# Strings of the user ----------------------------------------------------------------------------------------------

EVIL = [
    '"]; evil [label="', '"', "<script>alert(1)</script>", "</text><evil/>", "&", "&amp;amp;", "&#60;", "&nbsp;",
    "'", "\\", "\\\\", "\\N", "\\G \\l \\n", "a\\", "<>", "<<B>x</B>>", "<!-- x -->", "-->", "]]>", "<![CDATA[", "%",
    "a:b:c", "{|}", "graph", "ü ∂L/∂w₁₂ δ", "日本語", "🙂👩‍👩‍👧", "שלום עולם", "مرحبا", "a  b   c", " lead", "trail ",
    "n0", "  ", "&lt;", "x" * 40, "e\u0301", "\ufeff", "$x^2$", "/*", "//", "#", ";",
    "charset=\"utf-16\"", 'charset="latin1"',
]  # fmt: skip


def test_labels_come_out_as_they_went_in() -> None:
    root = parsed(draw([Value(1.0, label) for label in EVIL]))
    assert leaf_labels(root, len(EVIL)) == ["n₀" if label == "n0" else label for label in EVIL]


@pytest.mark.parametrize(
    ("label", "text"),
    [("a\nb\tc", "a␊b␉c"), ("\0\x1b\x7f", "␀␛␡"), ("\x85\ud800\uffff\u202e", "\ufffd" * 4), ("x" * 41, "x" * 39 + "…")],
)
def test_what_cannot_be_shown_is_stood_for(label: str, text: str) -> None:
    assert shown(parsed(draw(Value(1.0, label))))[0] == text


def test_operations_constants_and_titles_are_escaped_too() -> None:
    rows = [Primitive("odd", lambda x: x, [lambda x, y: 1.0], "{0}", "odd", symbol=text) for text in EVIL]
    root = parsed(draw([row(Value(1.0, text).detach()) for row, text in zip(rows, EVIL, strict=True)]))
    texts = shown(root)
    assert all(text in texts and f"{spoken(text)} = 1" in texts for text in EVIL)
    title = "".join(EVIL[:12])
    assert title in shown(parsed(draw(Value(1.0), title=title)))


def plain(character: str) -> bool:
    """Tell whether XML can hold a character and showing it leaves the text around it alone."""
    code = ord(character)
    return code >= 0x20 and not (
        0x7F <= code < 0xA0
        or 0xD800 <= code < 0xE000
        or 0x2028 <= code <= 0x202E
        or 0x2066 <= code <= 0x2069
        or code in (0xFFFE, 0xFFFF)
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(st.characters() | st.sampled_from('<>&"\\;[]{}|NGln#- \n\0'), min_size=1, max_size=50), max_size=12
    )
)
def test_no_label_can_inject_anything(labels: list[str]) -> None:
    pygraphviz = pytest.importorskip("pygraphviz")
    leaves = [Value(index, label) for index, label in enumerate(labels)]
    total = autograd.sum([*leaves, 1.0, Value(2.0)])
    picture = draw(total.named("total"))
    graph = pygraphviz.AGraph(string=picture.source)
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (len(labels) + 3, len(labels) + 2)
    root = parsed(picture)
    assert len(groups(root, "node")) == len(labels) + 3
    for text, label in zip(leaf_labels(root, len(labels)), labels, strict=True):
        whole = spoken(label).replace("\xa0", " ")
        if len(label) > LONGEST_LABEL:
            whole = whole[: LONGEST_LABEL - 1] + "…"
        assert len(text) == len(whole)
        assert all(a == b or not plain(b) for a, b in zip(text, whole, strict=True))


# Size -------------------------------------------------------------------------------------------------------------


def tower(size: int) -> Value:
    """Make a graph of more nodes than ``size``, in which every second one uses a leaf again."""
    x = Value(0.5, "x")
    y = x
    for _ in range(size):
        y = y + x
    return y


def test_without_a_limit_a_large_graph_still_gives_source() -> None:
    picture = draw(tower(20_000), limit=None)
    assert len(picture.body) == 20_001 + 40_000
    assert picture.source.count("->") == 40_000
    assert "too many to lay out" in str(picture._repr_mimebundle_()["text/plain"])


@pytest.mark.parametrize("options", [{}, {"fold": True}, {"constants": False}, {"limit": None}], ids=str)
def test_drawing_visits_each_node_a_few_times(options: dict[str, Any]) -> None:
    def work(size: int) -> Any:
        y = tower(4 * size)
        return lambda: draw(y, **options)

    assert_linear(work)


def test_five_hundred_nodes_are_drawn_one_by_one() -> None:
    layer: list[Any] = [Value(0.1 * i, f"x{i}") for i in range(4)]
    for size in (9, 9, 4, 1):
        rows = [[Value(0.01 * i * j) for i, _ in enumerate(layer)] for j in range(size)]
        layer = [autograd.tanh(sum((w * x for w, x in zip(row, layer, strict=True)), Value(0.1))) for row in rows]
    assert 450 <= len(autograd.topological_order(layer)) <= 600
    assert len(groups(parsed(draw(layer)), "node")) >= 450


def test_long_edges_are_laid_out_with_less_effort() -> None:
    efforts = [draw(tower(size)).graph_attr.get("nslimit", "inf") for size in (20, 80, 250, 500)]
    assert [float(effort) for effort in efforts] == sorted(map(float, efforts), reverse=True)
    assert float(efforts[-1]) == 0.0
    assert len(groups(parsed(draw(tower(500))), "node")) == 501


def test_marks_are_one_per_operand() -> None:
    for row in MANY:
        if row.arity:
            node = row(*[Value(0.5 + i / 10) for i in range(row.arity)])
            assert len(slot_marks(node)) == len(node.operands)

"""What `nn.draw` shows: order, colours, widths, numbers; what is left out of large layers; what is refused."""

from __future__ import annotations

import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise, product
from typing import Any

import pytest

import autograd
from autograd import Value
from nn import DAG, MLP, Conv2d, Flatten, Layer, Module, Neuron, Sequential, annotate, draw, label
from nn.colours import BROKEN, LINE, NEGATIVE, POSITIVE
from tests.counting import live_nodes
from tests.pictures import LINK, SVG, groups, shown

D1 = "x1→n1, x2→n2, n1→n3, n1→n4, n2→n4, n2→n5, n3→n6, n4→n6, n5→n7"
D2 = "x1→n1→n3→n6→n8, x2→n2→n4→n7→n8, n1→n4, n2→n3, n3→n7, n3→n8, n4→n6, n1→n5→n6, n2→n5→n7"


def lines(picture: Any) -> dict[tuple[str, str], dict[str, str]]:
    """Return the attributes of what is drawn from node to node."""
    found = {}
    for line in picture.body:
        ends = re.match(r"\t(\w+) -> (\w+) \[", line) or re.match(r'\t\{ edge .* "(\w+) → (\w+)":w ', line)
        if ends and "style=invis" not in line:
            values = re.findall(r'(\w+)=(?:"([^"]*)"|([^\s"<>\]]+))', line)
            found[ends[1], ends[2]] = {name: a or b for name, a, b in values}
    return found


def svg(picture: Any) -> ET.Element:
    return ET.fromstring(picture.pipe("svg"))


def circles(picture: Any) -> dict[str, tuple[float, float]]:
    """Return where the circles are, by name; y grows downwards."""
    nodes = {node.findtext(SVG + "title") or "": node.find(f".//{SVG}ellipse") for node in groups(svg(picture), "node")}
    found = {name: node for name, node in nodes.items() if node is not None and node.get("stroke") != "none"}
    return {name: (float(node.get("cx", "")), float(node.get("cy", ""))) for name, node in found.items()}


def above(picture: Any) -> list[str]:
    """List the texts above the diagram."""
    (graph,) = groups(svg(picture), "graph")
    return [text for element in graph if element.get("class") not in ("node", "edge") for text in shown(element)]


def columns(places: dict[str, tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """Return the places of circles named c0_0, c0_1…, column by column in the order of their numbers."""
    indices = sorted(tuple(map(int, name[1:].split("_"))) for name in places)
    return [
        [places[f"c{column}_{row}"] for other, row in indices if other == column]
        for column in range(indices[-1][0] + 1)
    ]


# Places ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [[3, 1], [16, 16, 1], [1, 5, 2, 7], [9]])
def test_neurons_stand_in_columns_in_the_order_of_their_numbers(sizes: list[int]) -> None:
    found = columns(circles(draw(MLP(2, sizes, seed=0))))
    assert [len(column) for column in found] == [2, *sizes]
    for column in found:
        assert len({x for x, _ in column}) == 1
        steps = [below[1] - one[1] for one, below in pairwise(column)]
        assert all(step == pytest.approx(steps[0], abs=0.5) and step > 32 for step in steps)  # circles are 32 points
    assert all(one[0][0] + 50 < other[0][0] for one, other in pairwise(found))
    middles = [(column[0][1] + column[-1][1]) / 2 for column in found]
    assert middles == pytest.approx([middles[0]] * len(middles), abs=1.0)  # dot counts in whole points


def test_every_weight_is_a_line_and_nothing_else_is() -> None:
    picture = draw(MLP(2, [3, 1]))
    wanted = {(f"c0_{i}", f"c1_{j}") for i in range(2) for j in range(3)} | {(f"c1_{j}", "c2_0") for j in range(3)}
    assert set(lines(picture)) == wanted
    assert len(groups(svg(picture), "edge")) == 9
    assert repr(picture).startswith("<picture of 9 edges")
    assert isinstance(picture, autograd.Picture)


def test_captions_say_what_a_column_is() -> None:
    texts = shown(svg(draw(MLP(2, [16, 1], "tanh"))))
    for text in ("input", "2 numbers", "layer 1", "16 × tanh", "layer 2, output", "1 × identity"):
        assert text in texts


def test_a_neuron_and_a_layer_alone() -> None:
    neuron = Neuron(3, "tanh", init=[1.0, -2.0, 3.0])
    found = lines(draw(neuron))
    assert {ends: line["tooltip"] for ends, line in found.items()} == {
        (f"c0_{i}", "c1_0"): f"weight[{i}]: data {number}, grad 0.0" for i, number in enumerate((1.0, -2.0, 3.0))
    }
    assert len(lines(draw(Layer(3, 4)))) == 12


# Numbers --------------------------------------------------------------------------------------------------------------


def test_colours_are_those_of_signs() -> None:
    layer = Layer(2, 3, init=[[1.0, -2.0], [0.0, 0.5], [-0.1, 2.0]])
    layer.weight[1][1].data = math.inf
    found = {ends: line["color"][:7] for ends, line in lines(draw(layer)).items()}
    assert found == {
        ("c0_0", "c1_0"): POSITIVE, ("c0_1", "c1_0"): NEGATIVE, ("c0_0", "c1_1"): LINE, ("c0_1", "c1_1"): BROKEN,
        ("c0_0", "c1_2"): NEGATIVE, ("c0_1", "c1_2"): POSITIVE,
    }  # fmt: skip


@pytest.mark.parametrize("scale", [1.0, 1e-300, 1e300])
def test_widths_grow_with_magnitudes_relative_to_the_largest(scale: float) -> None:
    numbers = [0.0, 0.1, -0.2, 0.4, -0.8, 0.8]
    found = lines(draw(Layer(6, 1, init=[[scale * number for number in numbers]])))
    widths = [float(found[f"c0_{i}", "c1_0"]["penwidth"]) for i in range(6)]
    assert widths == sorted(widths)
    assert len(set(widths)) == 5
    assert widths[4] == widths[5]
    # Linear between what 0 and the largest have; two digits are written.
    assert widths[3] - widths[0] == pytest.approx((widths[5] - widths[0]) / 2, abs=0.011)


def test_the_same_weight_is_the_same_in_all_layers() -> None:
    model = MLP(1, [1, 1], init=1.0)
    model.layers[1].weight[0][0].data = 0.5
    found = lines(draw(model))
    assert float(found["c0_0", "c1_0"]["penwidth"]) > float(found["c1_0", "c2_0"]["penwidth"])


def test_gradients_in_the_place_of_weights() -> None:
    layer = Layer(2, 1, "identity", init=[[1.0, 1.0]])
    layer([-3.0, 1.0]).backward()  # the gradients of the weights are the inputs, that of the bias is 1
    picture = draw(layer, by="gradient")
    found = lines(picture)
    assert found["c0_0", "c1_0"]["color"] == f"{NEGATIVE}ff"
    assert found["c0_1", "c1_0"]["color"].startswith(POSITIVE)
    assert found["c0_0", "c1_0"]["tooltip"] == "W1_11 = weight[0][0]: data 1.0, grad -3.0"
    texts = shown(svg(picture))
    assert ("−3" in texts, texts.count("1")) == (True, 2)
    assert "|gradient| up to 3" in above(picture)


def test_without_gradients_it_says_what_to_do() -> None:
    assert "all gradients are 0: call backward() on a result first" in above(draw(Layer(2, 2), by="gradient"))
    assert not any("backward" in text for text in above(draw(Layer(2, 2))))


def test_tooltips_hold_names_and_all_digits() -> None:
    model = MLP(2, [3, 1], "tanh", seed=4)
    model([0.3, -0.7]).backward()
    links = {link.get(LINK) for link in svg(draw(model, precision=1)).iter(SVG + "a")}
    for name, leaf in model.named_parameters():
        tooltip = f"{name}: data {leaf.data!r}, grad {leaf.grad!r}"
        assert any(link is not None and link.endswith(tooltip) for link in links)
    assert "z1_3: neuron 3 of layer 1, b1_3 = layers.0.bias[2]: data 0.0" in " ".join(filter(None, links))


@pytest.mark.parametrize("made", [False, True])
def test_names_are_those_of_annotate(made: bool) -> None:
    model = MLP(2, [3, 12, 1], "tanh", seed=4)
    if made:
        model.parameters()
    links = " ".join(filter(None, (link.get(LINK) for link in svg(draw(model)).iter(SVG + "a"))))
    with annotate(model):
        output = model([0.5, -0.25])
    for name, leaf in model.named_parameters():
        assert f"{leaf.label} = {name}: data {leaf.data!r}" in links
    labels = {node.label for node in autograd.topological_order(output) if node.label.startswith("z")}
    assert len(labels) == 16
    assert all(f"{label}: neuron " in links for label in labels)


def test_labels_of_ones_own_are_kept() -> None:
    layer = Layer(1, 1)
    label(layer.weight, "V")
    found = lines(draw(layer))
    assert found["c0_0", "c1_0"]["tooltip"].startswith("V_11 = weight[0][0]: ")


def test_names_stand_in_the_neurons_of_small_networks() -> None:
    model = MLP(2, [2, 1], seed=1)
    assert {"z₁‚₁", "z₁‚₂", "z₂‚₁"} <= set(shown(svg(draw(model))))
    assert "in a neuron: the name of its output" in above(draw(model))
    assert "z₁‚₁" not in shown(svg(draw(model, labels=False)))
    assert "z₁‚₁" not in shown(svg(draw(Neuron(2))))  # `annotate` names none of a neuron's


def test_biases_that_are_all_0_are_said_once() -> None:
    model: Any = MLP(2, [20, 1], seed=1)
    assert "0" not in shown(svg(draw(model)))
    assert "all biases are 0" in above(draw(model))
    assert "in a neuron: its bias" not in above(draw(model))
    model.layers[0].bias[1].data = 0.5
    assert {"0", "0.5"} <= set(shown(svg(draw(model))))
    assert "all biases are 0" not in above(draw(model))
    assert "in a neuron: its bias" in above(draw(model))
    assert "all gradients of biases are 0" in above(draw(model, by="gradient"))
    assert not any("bias" in text for text in above(draw(Layer(1, 2, bias=False))))


@pytest.mark.parametrize(
    ("number", "text"),
    [(1.0, "1"), (0.9997, "1.00"), (-1.9999, "−2.00"), (0.25, "0.25"), (0.2500001, "0.250"), (99.98, "100.0")],
)
def test_what_is_rounded_is_not_mistaken_for_what_is_exact(number: float, text: str) -> None:
    for model in (Layer(1, 1, init=number), DAG("x → n", init=number)):
        assert text in {shown_text.strip() for shown_text in shown(svg(draw(model)))}


def chips(picture: Any) -> dict[str, tuple[float, float, float, float]]:
    """Return the boxes of the numbers on lines, by what is written: left, top, right, bottom."""
    found = {}
    for group in groups(svg(picture), "edge"):
        for text in group.iter(SVG + "text"):
            x, y = float(text.get("x", "")), float(text.get("y", ""))
            found[text.text or ""] = (x, y - 9, x + 5.0 * len(text.text or ""), y + 2)
    return found


@pytest.mark.parametrize("sizes", [(2, 2), (3, 3), (2, 3), (3, 1)])
def test_each_number_stands_on_its_own_line_and_on_no_other(sizes: tuple[int, int]) -> None:
    nin, nout = sizes
    weights = [[(10 * j + i + 11) / 100 for i in range(nin)] for j in range(nout)]
    picture = draw(Layer(nin, nout, init=weights))
    places, boxes = circles(picture), chips(picture)
    assert len(boxes) == nin * nout
    for j, i in product(range(nout), range(nin)):
        left, top, right, bottom = boxes[f"{weights[j][i]:g}"]
        for other_j, other_i in product(range(nout), range(nin)):
            (x, y), (end_x, end_y) = places[f"c0_{other_i}"], places[f"c1_{other_j}"]
            slope = (end_y - y) / (end_x - x)
            heights = [y + slope * (place - x) for place in (left, right)]
            if (other_j, other_i) == (j, i):
                assert top < sum(heights) / 2 < bottom
            else:
                assert max(heights) < top or bottom < min(heights)
    for one, other in combinations(boxes.values(), 2):
        assert one[0] > other[2] or other[0] > one[2] or one[1] > other[3] or other[1] > one[3]


@pytest.mark.parametrize("sizes", [[2, 1], [4, 4, 1], [16, 16]])
def test_captions_stand_close_below_the_highest_column(sizes: list[int]) -> None:
    picture = draw(MLP(2, sizes, seed=0))
    lowest = max(y for _, y in circles(picture).values())
    (caption,) = [text for text in svg(picture).iter(SVG + "text") if text.text == "input"]
    assert 15 < float(caption.get("y", "")) - lowest < 50  # a circle's radius is up to 19, the letters are 12 high


def test_biases_stand_in_the_neurons() -> None:
    layer: Any = Layer(1, 2, init=0.0)
    layer.bias = [0.25, -7.5]
    texts = shown(svg(draw(layer)))
    assert ("0.25" in texts, "−7.5" in texts) == (True, True)
    assert "in a neuron: the name of its output, and below it its bias" in above(draw(layer))
    assert "in a neuron: its bias" in above(draw(layer, labels=False))


def test_numbers_stand_on_few_lines_or_where_they_are_asked_for() -> None:
    assert "0.123" in shown(svg(draw(Layer(4, 4, init=0.12345))))
    assert "0.123" not in shown(svg(draw(Layer(4, 5, init=0.12345))))
    assert "0.12345" in shown(svg(draw(Layer(4, 5, init=0.12345), labels=True, precision=17)))
    assert "0.123" not in shown(svg(draw(Layer(1, 1, init=0.12345), labels=False)))


def test_the_legend_explains_what_occurs() -> None:
    layer = Layer(2, 1, init=[[0.5, 0.25]])
    assert {"weight > 0", "|weight| up to 0.5"} <= set(above(draw(layer)))
    assert not {"weight < 0", "nan or inf"} & set(above(draw(layer)))
    layer.weight[0][1].data = -math.inf
    assert "nan or inf" in above(draw(layer))
    assert "weight < 0" not in above(draw(layer))
    assert "all weights are 0" in above(draw(Layer(2, 1, init=0.0)))


# Large layers ---------------------------------------------------------------------------------------------------------


def test_of_large_layers_the_first_and_the_last_are_drawn() -> None:
    picture = draw(Layer(40, 100), limit=7)
    names = [*range(5), 39], [*range(5), 99]
    assert set(circles(picture)) == {f"c0_{i}" for i in names[0]} | {f"c1_{j}" for j in names[1]}
    assert set(lines(picture)) == {(f"c0_{i}", f"c1_{j}") for i in names[0] for j in names[1]}
    links = {link.get(LINK) for link in svg(picture).iter(SVG + "a")}
    assert {"34 more", "94 more"} <= links
    assert shown(svg(picture)).count("⋮") == 2
    found = columns(circles(picture))
    for column in found:  # the gap is where something is left out
        steps = [below[1] - one[1] for one, below in pairwise(column)]
        assert steps[4] == pytest.approx(2 * steps[0], abs=1.0)


def test_a_layer_of_just_the_limit_is_drawn_whole() -> None:
    picture = draw(Layer(7, 8), limit=7)
    assert len([name for name in circles(picture) if name.startswith("c0")]) == 7
    assert len([name for name in circles(picture) if name.startswith("c1")]) == 6


def test_nothing_is_made_for_a_picture() -> None:
    layer = Layer(8192, 96, seed=5)
    before = live_nodes()
    picture = draw(layer)
    assert live_nodes() == before
    assert "weight" not in vars(layer)
    assert len(lines(picture)) == 15 * 15
    small = Layer(3, 2, seed=5)
    drawn = {ends: line["tooltip"] for ends, line in lines(draw(small)).items()}
    assert drawn["c0_2", "c1_1"] == f"W1_23 = weight[1][2]: data {small.weight[1][2].data!r}, grad 0.0"


# Sequential -----------------------------------------------------------------------------------------------------------


def test_sequential_with_activations_and_nested() -> None:
    model = Sequential(Flatten(), Layer(4, 3, "identity"), "relu", MLP(3, [2, 2]), "softmax", "tanh")
    picture = draw(model)
    texts = shown(svg(picture))
    assert {"3 × relu", "2 × relu", "2 × softmax → tanh"} <= set(texts)
    tooltips = [line["tooltip"] for line in lines(picture).values()]
    assert len(tooltips) == 12 + 6 + 4
    assert any(tooltip.startswith("W3_22 = layers.3.layers.1.weight[1][1]:") for tooltip in tooltips)


class Other(Module):
    def forward(self, x: Any) -> Any:
        return x


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (Conv2d(1, 1, 2), "Conv2d"),
        (Sequential(Layer(1, 1), Conv2d(1, 1, 2)), "Conv2d"),
        (Sequential(Layer(1, 1), abs), "builtin_function_or_method"),
        (Other(), "Other"),
        (Value(1.0), "Value"),
        (3, "int"),
    ],
)
def test_other_models_are_refused_with_advice(model: Any, kind: str) -> None:
    with pytest.raises(TypeError, match=rf"MLP, Layer, Neuron, DAG.*not of {kind}.*autograd\.draw\(output\)"):
        draw(model)


def test_other_arguments_are_refused() -> None:
    model: Any = Layer(2, 2)
    for options, error, words in (
        ({"by": "grad"}, ValueError, "did you mean 'gradient'"),
        ({"limit": 2}, ValueError, "limit must be at least 3, not 2"),
        ({"limit": "3"}, TypeError, "limit must be a whole number"),
        ({"precision": 18}, ValueError, "precision must be at most 17, not 18"),
        ({"precision": 0}, ValueError, "precision must be at least 1"),
    ):
        with pytest.raises(error, match=words):
            draw(model, **options)
    with pytest.raises(ValueError, match="layer 2 takes 4 numbers, but layer 1 gives 3"):
        draw(Sequential(Layer(2, 3), Layer(4, 1)))
    with pytest.raises(TypeError, match="Sequential has no layers"):
        draw(Sequential("relu"))


@pytest.mark.parametrize("title", ["plain", "<b>&amp;", "\\N \\G", 'a "quoted" $x$', "two\nlines\x00", "⟨ö⟩"])
def test_a_title_is_shown_as_it_is(title: str) -> None:
    shown_title = above(draw(Layer(1, 1), title=title))[0]
    assert shown_title == re.sub("[\x00-\x1f]", "\N{REPLACEMENT CHARACTER}", title)


# DAG ------------------------------------------------------------------------------------------------------------------


def test_a_dag_is_drawn_by_its_edges() -> None:
    net = DAG(D1, inputs=2, seed=1)
    picture = draw(net)
    assert set(lines(picture)) == set(net.edges)
    assert len(net.edges) == 9
    places = circles(picture)
    assert set(places) == {"x1", "x2", *(f"n{i}" for i in range(1, 8))}
    assert all(places[tail][0] < places[head][0] for tail, head in net.edges)
    assert places["x1"][0] == places["x2"][0]
    assert places["x1"][1] < places["x2"][1]
    assert "b = 0" in " ".join(above(picture))
    assert {"w₃₆", "n₆", "x₁", "2 numbers"} <= {text.strip() for text in shown(svg(picture))}


def test_numbers_of_a_dag_stand_on_its_lines() -> None:
    net = DAG(D2, inputs=2, seed=1)
    picture = draw(net)
    places = {group.findtext(SVG + "title"): group for group in groups(svg(picture), "node")}
    paths: dict[str, list[tuple[float, float]]] = {}
    for group in groups(svg(picture), "edge"):
        tail, head = re.sub(r":[we]\b", "", group.findtext(SVG + "title") or "").split("->")
        path = group.find(f".//{SVG}path")
        drawn = "" if path is None else path.get("d", "")
        points = [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", drawn)]
        for name, end in ((head, points[-1]), (tail, points[0])):
            paths.setdefault(name, []).append(end)
    written = [name for name in places if name and " → " in name]
    assert len(written) == len(net.edges) == 17
    for name in written:  # at mid-height into it and out of it
        (text, *_) = places[name].iter(SVG + "text")
        into, out = paths[name]
        assert into[1] == pytest.approx(out[1], abs=1.0)
        assert into[0] < float(text.get("x", "")) < out[0]
        assert into[1] == pytest.approx(float(text.get("y", "")) - 3, abs=4.0)
    assert repr(picture).startswith("<picture of 17 edges")


def test_numbered_neurons_of_a_dag_stand_in_their_order() -> None:
    for labels in (True, False):
        places = circles(draw(DAG(D2, inputs=2, seed=1), labels=labels))
        for column in (["x1", "x2"], ["n1", "n2"], ["n3", "n4", "n5"], ["n6", "n7"]):
            assert len({places[name][0] for name in column}) == 1
            heights = [places[name][1] for name in column]
            assert heights == sorted(heights)
    edges = ", ".join(f"x → n{i} → m{i + 20}" for i in range(8, 12))
    places = circles(draw(DAG(edges)))
    assert [name for _, name in sorted((y, name) for name, (_, y) in places.items() if name[0] == "n")] == [
        "n8", "n9", "n10", "n11",
    ]  # fmt: skip


def test_what_stands_in_circles_of_a_dag_does_not_touch_them() -> None:
    for length in (2, 10, 784):
        picture = draw(DAG("x → n", inputs=length))
        (group,) = [group for group in groups(svg(picture), "node") if group.findtext(SVG + "title") == "x"]
        (circle,) = group.iter(SVG + "ellipse")
        (text,) = [text for text in group.iter(SVG + "text") if "numbers" in (text.text or "")]
        below = float(text.get("y", "")) - float(circle.get("cy", ""))
        chord = 2 * math.sqrt(float(circle.get("rx", "")) ** 2 - below**2)
        assert 0.55 * float(text.get("font-size", "")) * len(text.text or "") < chord - 3  # Helvetica's mean width


def test_inputs_of_a_dag_keep_their_order() -> None:
    net = DAG("a → n1, b → n2, c → n3, n1 → o, n2 → o, n3 → o", inputs={"c": 1, "a": 1, "b": 1})
    places = circles(draw(net))
    assert places["c"][1] < places["a"][1] < places["b"][1]


def test_lines_of_a_dag_are_those_of_its_numbers() -> None:
    net: Any = DAG("x → a → b, x → b", inputs=2, activation="identity", bias=False, seed=0)
    net.v_x_a, net.v_x_b, net.w_a_b = [1.0, -4.0], [2.0, 2.0], -1.0
    found = lines(draw(net))
    assert found["x", "a"]["color"] == f"{POSITIVE}ff:{NEGATIVE}ff"
    assert found["x", "b"]["color"].startswith(POSITIVE)
    assert ":" not in found["x", "b"]["color"]
    assert found["a", "b"]["color"].startswith(NEGATIVE)
    assert found["x", "a"]["penwidth"] > found["x", "b"]["penwidth"] > found["a", "b"]["penwidth"]
    assert found["x", "a"]["tooltip"] == "v_x_a[0]: data 1.0, grad 0.0; v_x_a[1]: data -4.0, grad 0.0"
    texts = {text.strip() for text in shown(svg(draw(net)))}
    assert {"(1, −4)", "(2, 2)", "−1", "v_x_a"} <= texts
    net([[3.0, 5.0]]).backward()  # ∂b/∂w_a_b is a = 3 − 20
    assert lines(draw(net, by="gradient"))["a", "b"]["color"] == f"{NEGATIVE}ff"


def test_biases_and_activations_of_a_dag() -> None:
    net: Any = DAG("x → a → b", activation={"a": "relu", "b": "tanh"}, bias="separate")
    net.b_a, net.b_b = 0.25, -0.75
    texts = shown(svg(draw(net)))
    assert {"relu", "tanh", "0.25", "−0.75"} <= set(texts)
    assert "small number: bias" in above(draw(net))
    assert "every neuron: tanh, small number: bias" in above(draw(DAG("x → a → b", bias="separate")))


def test_a_large_dag_has_no_numbers_on_its_lines_and_names_may_be_words_of_dot() -> None:
    edges = [("node", f"n{i}") for i in range(30)] + [(f"n{i}", "graph") for i in range(30)]
    picture = draw(DAG(edges, bias=False, init=0.12345))
    assert "0.123" not in shown(svg(picture))
    assert len(groups(svg(picture), "edge")) == 60
    assert {"node", "graph"} <= set(circles(picture))


# What it needs --------------------------------------------------------------------------------------------------------


def test_importing_nn_imports_no_library_for_pictures() -> None:
    code = "import sys, nn; print([name for name in ('graphviz', 'matplotlib', 'numpy') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"


def test_layers_have_the_numbers_that_annotate_gives_them() -> None:
    """One that computes something of its own has none, in either."""

    class Doubled(Layer):
        def forward(self, x: Any) -> Any:
            return [2 * z for z in super().forward(x)]

    model = Sequential(Doubled(2, 2, seed=0), Layer(2, 1, seed=1))
    source = draw(model).source
    with annotate(model):
        output = model([0.5, -1.0])
    assert output.label == "z1_1"
    assert model[1].weight[0][1].label == "W1_12"
    assert "W1_12 = layers.1.weight[0][1]" in source
    assert "W2_12" not in source

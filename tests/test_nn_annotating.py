"""`annotate`: frames for modules and names for what is in them, in pictures and derivations."""

from __future__ import annotations

from typing import Any

import pytest

from autograd import Value, check, derive, scope_of, topological_order
from autograd import draw as draw_graph
from nn import DAG, MLP, Conv2d, Flatten, Layer, Module, Sequential, annotate, label
from tests.pictures import groups, parsed, shown


def inputs() -> list[Value]:
    return [Value(1.0, "x1"), Value(-1.0, "x2")]


def frames(picture: Any) -> list[list[str]]:
    """List the texts in each frame of a picture: its heading is the first."""
    return [shown(group) for group in groups(parsed(picture), "cluster")]


def scopes(out: Value) -> dict[str, set[str]]:
    """Return the operations and labels of the nodes in each frame."""
    found: dict[str, set[str]] = {}
    for node in topological_order(out):
        found.setdefault(scope_of(node), set()).add(node.label or node.op)
    return found


def test_one_frame_for_each_layer() -> None:
    model = MLP(2, [2, 1], "tanh", seed=0)
    with annotate(model):
        out = model(inputs())
    picture = draw_graph(out)
    assert frames(picture) == [["layer 1"], ["layer 2"]]
    assert scopes(out) == {
        "": {"x1", "x2", "W1_11", "W1_12", "W1_21", "W1_22", "b1_1", "b1_2", "W2_11", "W2_12", "b2_1"},
        "layer 1": {"dot", "s1_1", "s1_2", "z1_1", "z1_2"},
        "layer 2": {"dot", "z2_1"},
    }


def test_frames_in_a_picture_stand_around_the_nodes_of_their_layers() -> None:
    model = MLP(2, [3, 2, 1], "relu", seed=0)
    with annotate(model):
        out = model(inputs())
    root = parsed(draw_graph(out))
    corners = {}
    for group in groups(root, "cluster"):
        path = group.find(".//{http://www.w3.org/2000/svg}path")
        assert path is not None
        numbers = [float(x) for x in path.get("d", "").replace("M", " ").replace("C", " ").replace(",", " ").split()]
        corners[shown(group)[0]] = (min(numbers[::2]), max(numbers[::2]))
    assert list(corners) == ["layer 1", "layer 2", "layer 3"]
    # They stand side by side, from left to right.
    assert corners["layer 1"][1] < corners["layer 2"][0]
    assert corners["layer 2"][1] < corners["layer 3"][0]


def test_a_large_network_is_summarised_layer_by_layer() -> None:
    model = MLP(2, [16, 16, 1], seed=0)
    with annotate(model):
        out = model(inputs())
    texts = shown(parsed(draw_graph(out, limit=50)))
    assert {"layer 1", "layer 2", "layer 3"} <= set(texts)


def test_nested_modules_have_nested_frames() -> None:
    model = Sequential(Layer(2, 2, "identity"), "relu", MLP(2, [2, 1]))
    with annotate(model):
        out = model(inputs())
    assert set(scopes(out)) == {"", "layer 1", "layer 2", "layer 3/layer 1", "layer 3/layer 2"}
    # Without an activation of its own a layer's sums are its outputs.
    assert scopes(out)["layer 1"] == {"dot", "z1_1", "z1_2"}
    assert scopes(out)["layer 2"] == {"relu"}
    assert "z3_1" in scopes(out)["layer 3/layer 2"]


class Named(Module):
    def __init__(self) -> None:
        self.read_out = Layer(2, 1, "identity", seed=0)
        self.heads = {"left": Layer(2, 1, seed=0)}

    def forward(self, x: Any) -> Any:
        return self.read_out(x) + self.heads["left"](x)


def test_frames_have_the_names_of_attributes() -> None:
    model = Named()
    with annotate(model):
        out = model(inputs())
    assert set(scopes(out)) == {"", "read out", "left"}


def test_parameters_stand_outside_the_frames_whenever_they_were_made() -> None:
    model = Sequential(Conv2d(1, 1, 2, seed=0), Flatten(), Layer(1, 1, seed=0))
    for _ in range(2):
        with annotate(model):
            out = model([[[1.0, 2.0], [3.0, 4.0]]])
        assert {scope_of(leaf) for leaf in model.parameters()} == {""}
        assert {"layer 1", "layer 3"} <= set(scopes(out))


def test_labels_that_are_there_are_kept() -> None:
    model = MLP(2, [2, 1], "tanh", seed=0)
    label(model.layers[0].weight, "A")
    model.layers[1].bias[0].label = "c"  # type: ignore[index]
    with annotate(model):
        out = model(inputs())
    labels = {node.label for node in topological_order(out)}
    assert {"A_11", "A_22", "b1_1", "W2_12", "c"} <= labels
    assert "W1_11" not in labels


def test_indices_of_two_digits_are_kept_apart() -> None:
    model = MLP(2, [12, 1], "tanh", seed=0)
    with annotate(model):
        out = model(inputs())
    labels = {node.label for node in topological_order(out)}
    assert {"W1_1_2", "W1_12_2", "b1_12", "z1_12", "W2_1_12"} <= labels


def test_derivations_use_the_names() -> None:
    model = MLP(2, [2, 1], "tanh", seed=0)
    with annotate(model):
        out = model(inputs())
    # out = W2 · z1 + b2, and z1 = tanh(s1) with s1 = W1 x + b1
    lines = str(derive(out, model.layers[0].weight[1][0])).splitlines()
    assert lines[0] == "∂z₂‚₁/∂W₁‚₂₁ = ∂z₂‚₁/∂z₁‚₂ ∂z₁‚₂/∂s₁‚₂ ∂s₁‚₂/∂W₁‚₂₁"
    assert lines[1].split("= ")[1] == "W₂‚₁₂ (1 − z₁‚₂²) x₁"


def test_the_numbers_are_the_same_with_and_without() -> None:
    model = MLP(2, [4, 2], "relu", "softmax", seed=0)
    plain = [value.data for value in model([0.5, -0.25])]
    with annotate(model):
        annotated = [value.data for value in model([0.5, -0.25])]
    assert annotated == plain
    outside = model(inputs())[0]
    assert {scope_of(node) for node in topological_order(outside)} == {""}


def test_an_error_inside_ends_the_block() -> None:
    model = MLP(2, [2, 1], seed=0)
    with pytest.raises(ValueError, match="takes 2 numbers"), annotate(model):
        model([1.0, 2.0, 3.0])
    assert {scope_of(node) for node in topological_order(model(inputs()))} == {""}


def test_other_modules_called_inside_have_no_frames() -> None:
    model, other = MLP(2, [1], seed=0), MLP(2, [1], seed=0)
    with annotate(model):
        out = other(inputs())
    assert set(scopes(out)) == {""}


def test_only_modules_are_annotated() -> None:
    model: Any = [Layer(1, 1)]
    with pytest.raises(TypeError, match="annotate takes a module, not list"), annotate(model):
        pass


def test_numbers_that_go_in_become_leaves_with_names() -> None:
    model = MLP(2, [2, 1], "tanh", seed=0)
    named = Value(0.25, "t")
    with annotate(model):
        y, z = model([0.5, -1.0]), model([named, 1.0])
    leaves = {node.label: node for node in topological_order(y) if not node.operands}
    assert (leaves["x_1"].data, leaves["x_2"].data) == (0.5, -1.0)
    assert scope_of(leaves["x_1"]) == ""
    assert check(y, {"x_1": "W2_11*(1 - z1_1**2)*W1_11 + W2_12*(1 - z1_2**2)*W1_21"}).ok
    assert named.label == "t"  # and what has a name keeps it
    assert named in topological_order(z)


def test_marks_tell_samples_apart() -> None:
    model = MLP(1, [2, 1], "tanh", seed=0)
    outputs = []
    for mark in ("_a", "_b"):
        with annotate(model, mark):
            outputs.append(model([0.5]))
    total = (outputs[0] * outputs[1]).named("P")
    assert [y.label for y in outputs] == ["z2_1_a", "z2_1_b"]
    assert check(total, {"z1_1_a": "z2_1_b * W2_11", "z1_2_b": "z2_1_a * W2_12"}).ok
    with pytest.raises(TypeError, match="mark must be a text"), annotate(model, 1):  # type: ignore[arg-type]
        model([0.5])


def test_marks_tell_the_nodes_of_a_dag_apart() -> None:
    net = DAG("x → n1 → n2", seed=0)
    errors = [(net.nodes([x], mark)["n2"] - 1.0) ** 2 for x, mark in ((0.5, "_1"), (-0.5, "_2"))]
    error = (errors[0] + errors[1]).named("E")
    assert check(error, {"w_12": " + ".join(f"2*(n2_{i} - 1)*(1 - n2_{i}**2)*n1_{i}" for i in (1, 2))}).ok

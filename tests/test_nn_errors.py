"""What is said of wrong arguments, and what the package leans on: public names, and no other library."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import DomainError, Value

NN = Path(nn.__file__).parent

# Wrong types are the point, so the names are looked up without theirs.
of: Any = nn


# Errors ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: of.Neuron(0), ValueError, ["Neuron: nin", "at least 1", "0"]),
        (lambda: of.Layer(2, -3), ValueError, ["Layer: nout", "at least 1", "-3"]),
        (lambda: of.Layer(2.0, 3), TypeError, ["Layer: nin", "whole number", "float"]),
        (lambda: of.Layer(True, 3), TypeError, ["Layer: nin", "bool"]),
        (lambda: of.Layer(2, 1, "rely"), ValueError, ["Layer: activation", "rely", "did you mean 'relu'"]),
        (lambda: of.Layer(2, 1, 3), TypeError, ["Layer: activation", "int"]),
        (lambda: of.Layer(2, 1, init=[1, 2]), ValueError, ["init of weight", "1 × 2", "got 2"]),
        (lambda: of.Layer(2, 1, init="xaver"), ValueError, ["init of weight", "did you mean 'xavier'"]),
        (lambda: of.Layer(2, 1, seed=1.5), TypeError, ["Layer: seed", "whole number", "1.5"]),
        (lambda: of.Neuron(2, "softmax"), ValueError, ["Neuron: activation", "softmax", "not known"]),
        (lambda: of.MLP(2, []), ValueError, ["nouts", "at least one layer"]),
        (lambda: of.MLP(2, 3), TypeError, ["nouts", "[16, 1]", "3"]),
        (lambda: of.MLP(2, "16"), TypeError, ["nouts", "'16'"]),
        (lambda: of.MLP(2, [3, 0]), ValueError, ["MLP: each of nouts", "at least 1"]),
        (lambda: of.Sequential(), ValueError, ["at least one module"]),
        (lambda: of.Sequential(of.Layer), TypeError, ["module 0", "Layer(…)"]),
        (lambda: of.Sequential(of.Layer(1, 1), 3), TypeError, ["module 1", "3"]),
        (lambda: of.Sequential("rely"), ValueError, ["did you mean 'relu'"]),
        (lambda: of.Conv2d(1, 1, 0), ValueError, ["kernel_size", "at least 1"]),
        (lambda: of.Conv2d(1, 1, (1, 2, 3)), ValueError, ["kernel_size", "pair"]),
        (lambda: of.Conv2d(1, 1, 2, padding=-1), ValueError, ["padding", "at least 0"]),
        (lambda: of.Conv2d(1, 1, 2, activation="softmax"), ValueError, ["Conv2d: activation"]),
        (lambda: of.Embedding(0, 2), ValueError, ["num_embeddings", "at least 1"]),
        (lambda: of.LayerNorm(2, -1.0), ValueError, ["LayerNorm: eps", "at least 0"]),
        (lambda: of.RMSNorm("2"), TypeError, ["RMSNorm: size", "str"]),
        (lambda: of.MultiHeadAttention(3, 2), ValueError, ["num_heads", "2", "3"]),
        (lambda: of.DAG("a → b → a"), ValueError, ["circle", "→"]),
        (lambda: of.DAG("a → b, a → b"), ValueError, ["a → b", "twice"]),
        (lambda: of.DAG(""), ValueError, ["no edges"]),
        (lambda: of.DAG("a"), ValueError, ["n1 → n3", "'a'"]),
        (lambda: of.DAG([("a", "b", "c")]), TypeError, ["pair of names"]),
        (lambda: of.DAG("a → b", outputs=["c"]), ValueError, ["output", "'c'", "only b"]),
        (lambda: of.DAG("a → b", inputs={"a": 0}), ValueError, ["length of a", "at least 1"]),
        (lambda: of.DAG("a → b, c → b", inputs={"a": 1}), ValueError, ["c", "inputs"]),
        (lambda: of.DAG("a → b", activation={"d": "tanh"}), ValueError, ["activation", "'d'"]),
        (lambda: of.DAG("a → b", bias="one"), ValueError, ["bias", "shared", "'one'"]),
        (lambda: of.Layer(2, 1)([1.0]), ValueError, ["Layer(2, 1)", "takes 2 numbers", "1 number"]),
        (lambda: of.Layer(2, 1)([[1.0, 2.0], [3.0, 4.0]]), TypeError, ["one sample", "2 × 2", "each of them"]),
        (lambda: of.Layer(2, 1)(np.zeros((3, 2))), TypeError, ["one sample", "3 × 2"]),
        (lambda: of.Layer(2, 1)("ab"), TypeError, ["Layer(2, 1)", "str"]),
        (lambda: of.Neuron(2)(1.0), ValueError, ["Neuron(2)", "2 numbers", "1 number"]),
        (lambda: of.Layer(2, 2, "softmax").neurons, ValueError, ["softmax", "all neurons"]),
        (lambda: of.Conv2d(2, 1, 2)([[1.0]]), TypeError, ["2 × rows × columns", "1 × 1"]),
        (lambda: of.Conv2d(2, 1, 2)(np.zeros((3, 4, 4))), ValueError, ["2 channel(s)", "3 × 4 × 4"]),
        (lambda: of.Conv2d(1, 1, 3)(np.zeros((1, 2, 5))), ValueError, ["3 × 3", "2 × 5", "does not fit"]),
        (lambda: of.Embedding(3, 2)(3), IndexError, ["0 to 2", "3"]),
        (lambda: of.Embedding(3, 2)(-1), IndexError, ["0 to 2", "-1"]),
        (lambda: of.Embedding(3, 2)([1.0]), TypeError, ["whole number", "float"]),
        (lambda: of.MultiHeadAttention(2, 1)([1.0, 2.0]), TypeError, ["queries", "vectors of 2 numbers"]),
        (lambda: of.MultiHeadAttention(2, 1)([[1.0, 2.0]], [[1.0]]), ValueError, ["keys", "2 numbers"]),
        (lambda: of.MultiHeadAttention(2, 1)(np.ones((2, 2)), np.ones((3, 2)), np.ones((2, 2))), ValueError,
         ["as many keys as values", "2 queries, 3 keys and 2 values"]),
        (lambda: of.MultiHeadAttention(2, 1, causal=True)([[1, 2]], np.ones((3, 2))), ValueError, ["as queries"]),
        (lambda: of.DAG("x → a", inputs=2)([[1.0]]), ValueError, ["input x", "2 numbers"]),
        (lambda: of.DAG("x → a, y → a")([1.0]), ValueError, ["2 input(s): x, y"]),
        (lambda: of.DAG("x → a")({"z": 1.0}), ValueError, ["inputs are x", "not z"]),
        (lambda: of.save(1.0, "x.json"), TypeError, ["save takes a module", "float"]),
        (lambda: of.annotate(1.0).__enter__(), TypeError, ["annotate takes a module", "float"]),
    ],
)  # fmt: skip
def test_errors_name_what_was_given_and_what_was_expected(
    make: Callable[[], Any], error: type[Exception], words: list[str]
) -> None:
    with pytest.raises(error) as caught:
        make()
    assert type(caught.value) is error
    assert all(word in str(caught.value) for word in words), caught.value


# What the package leans on --------------------------------------------------------------------------------------------


def test_nn_uses_public_names_of_autograd_only() -> None:
    sources = sorted(NN.glob("*.py"))
    assert len(sources) >= 25
    for source in sources:
        aliases = set()
        tree = ast.parse(source.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "autograd":
                assert node.module == "autograd", f"{source.name}:{node.lineno} imports from {node.module}"
                aliases |= {alias.name for alias in node.names}
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
                assert not [name for name in names if name.startswith("autograd.")], f"{source.name}:{node.lineno}"
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "autograd":
                aliases.add(node.attr)
            if isinstance(node, ast.Attribute):  # nor any private attribute of a Value, such as x._data
                assert node.attr not in PRIVATE, f"{source.name}:{node.lineno} uses {node.attr}"
        public = {*autograd.__all__, "abs", "sum", "max", "min"}  # the last are public, but not for `import *`
        assert aliases <= public, f"{source.name} uses {sorted(aliases - public)}"


PRIVATE = {name for name in dir(Value) if name.startswith("_") and not name.startswith("__")} - {"_repr_png_"}


def test_importing_nn_imports_no_other_library() -> None:
    program = "import sys, nn; print(sorted(sys.modules.keys() & set(sys.argv[1:])))"
    heavy = ["numpy", "scipy", "matplotlib", "graphviz", "pygraphviz", "tqdm", "safetensors", "torch", "PIL", "rich"]
    result = subprocess.run([sys.executable, "-c", program, *heavy], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_every_public_name_is_there_and_listed_once() -> None:
    assert len(set(nn.__all__)) == len(nn.__all__)
    assert all(hasattr(nn, name) for name in nn.__all__)


# What people write who come from elsewhere ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: of.Linear, AttributeError, ["Linear", "Layer(nin, nout"]),
        (lambda: of.optim, AttributeError, ["nn.SGD"]),
        (lambda: of.nonsense, AttributeError, ["'nn' has no attribute 'nonsense'"]),
        (lambda: of.Layer(2, 1, "ReLU"), ValueError, ["'ReLU'", "did you mean 'relu'"]),
        (lambda: of.Layer(2, 1, "linear"), ValueError, ["did you mean 'identity'"]),
        (lambda: of.Layer(2, 1, None), TypeError, ["Layer: activation", "identity", "a function"]),
        (lambda: of.MLP(2, [1], "tanh", 0), TypeError, ["MLP: output_activation", "int"]),
        (lambda: of.DAG("x → n1 → n2").w_21, AttributeError, ["w_21", "did you mean 'w_12'"]),
        (lambda: of.Layer(4, 1)([[1.0, 2.0], [3.0, 4.0]]), TypeError, ["one sample of 4", "Flatten()"]),
        (lambda: of.squared_error(Value(1.0), [1.0]), ValueError, ["a single number", "a list of 1 number"]),
        (lambda: of.cross_entropy([0.1, 0.2], 1.0), TypeError, ["float (1.0)", "int(target)"]),
        (lambda: of.binary_cross_entropy(Value(1.7), 1), DomainError, ["from 0 to 1", "1.7", "_from_logits"]),
        (lambda: of.binary_cross_entropy(Value(0.0), 1), DomainError, ["infinite loss", "_from_logits"]),
        (lambda: of.binary_cross_entropy(Value(1.0), 0), DomainError, ["infinite loss", "_from_logits"]),
        (
            lambda: of.cross_entropy_from_probabilities([2.0, -1.0], 0),
            DomainError,
            ["2.0", "cross_entropy takes scores"],
        ),
        (lambda: of.cross_entropy_from_probabilities([2.0, -1.0], [0.5, 0.5]), DomainError, ["from 0 to 1", "2.0"]),
    ],
)
def test_habits_from_elsewhere_are_answered(make: Callable[[], Any], error: type[Exception], words: list[str]) -> None:
    with pytest.raises(error) as caught:
        make()
    assert all(word in str(caught.value) for word in words), caught.value


def test_micrograds_word_for_an_activation() -> None:
    assert of.Neuron(2, nonlin=False).activation.name == "identity"
    assert of.Layer(2, 1, nonlin=True).activation.name == "relu"


def test_the_line_of_an_error_is_the_users_and_not_one_of_nn() -> None:
    layer = of.Layer(1, 1, autograd.log, init=-1.0)
    with pytest.raises(DomainError, match=r"log\(x\) is not defined at x = -2\.0.*test_nn_errors\.py, line \d+\)"):
        layer(2.0)

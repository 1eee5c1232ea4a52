"""Expressions whose names are defined by further expressions."""

from __future__ import annotations

import math
from typing import Any

import pytest

from autograd import DomainError, Value
from autograd.command_line.program import Program, ProgramError

NEURON: dict[str, float | str] = {"n": "tanh(s)", "s": "w*x + b", "w": 0.5, "x": 2.0, "b": -0.25}


def test_definitions_become_labelled_nodes() -> None:
    output, nodes = Program("(n - 1)**2", NEURON).graph()
    assert isinstance(output, Value)
    assert {name: node.label for name, node in nodes.items()} == {name: name for name in NEURON}
    output.backward()
    n = math.tanh(0.75)
    assert output.data == (n - 1) ** 2
    assert nodes["n"].grad == pytest.approx(2 * (n - 1), rel=1e-15)
    assert nodes["w"].grad == pytest.approx(2 * (n - 1) * (1 - n**2) * 2.0, rel=1e-14)


def test_leaves_come_in_the_order_in_which_they_appear() -> None:
    assert Program("n", NEURON).leaves == ("w", "x", "b")
    assert Program("(n - y)**2 + w", {**NEURON, "y": 1.0}).leaves == ("y", "w", "x", "b")
    assert Program("a*b", {"b": 1.0, "a": 2.0}).leaves == ("a", "b")


def test_a_definition_without_names_is_a_number() -> None:
    program = Program("x*k", {"x": "pi/4", "k": "2**3"})
    assert program.numbers == {"x": math.pi / 4, "k": 8.0}
    assert program.evaluate({"x": 1.0, "k": 3.0}) == 3.0


def test_a_constant_of_mathematics_may_be_redefined() -> None:
    program = Program("k", {"k": "2*e", "e": 3.0})
    assert (program.leaves, program.evaluate({"e": 5.0})) == (("e",), 10.0)


def test_an_alias_is_a_node_of_its_own() -> None:
    output, nodes = Program("y*x", {"y": "x", "x": 3.0}).graph()
    assert isinstance(output, Value)
    assert (nodes["x"].label, nodes["y"].label) == ("x", "y")
    output.backward()
    assert nodes["x"].grad == 6.0


def test_a_long_chain_of_definitions_is_no_obstacle() -> None:
    definitions: dict[str, float | str] = {f"v{i}": f"v{i + 1} + 1" for i in range(3000)}
    assert Program("v0", {**definitions, "v3000": 0.0}).graph()[0].data == 3000.0  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "definitions", "message"),
    [
        ("x", {"x": "y", "y": "z", "z": "x"}, "go round in a circle: x → y → z → x"),
        ("x", {"x": "x + 1"}, "go round in a circle: x → x"),
        ("x*y", {"x": "two"}, "no value for y, two: add y=NUMBER two=NUMBER"),
        ("x", {"x": "2*"}, r"in x=2\*: at column 3"),
        ("x", {"x": ""}, "in x=: at column 1: the expression is empty"),
        ("x", {"x": 1.0, "n": "x*2"}, "n is not in the expression, whose names are x"),
        ("2", {"n": 1.0}, "n is not in the expression, which has no names"),
        ("x", {"x": "sin + 1"}, r"write sin\(…\)"),
    ],
)
def test_what_does_not_fit_together_is_told(text: str, definitions: dict[str, Any], message: str) -> None:
    with pytest.raises(ProgramError, match=message):
        Program(text, definitions)


def test_a_definition_outside_its_domain_is_named() -> None:
    with pytest.raises(DomainError, match=r"in n=log\(x\): at column 1: log\(x\) is not defined at x = -1"):
        Program("n + 1", {"n": "log(x)", "x": -1.0}).graph()

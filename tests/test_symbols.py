"""Formulas: read back by the parser and evaluated, they must be the engine's own numbers and mpmath's."""

from __future__ import annotations

import pytest

import autograd as ag
from autograd import Value, gradcheck
from autograd.expression import parse
from autograd.symbols import Symbol, formula_gradients, symbol
from autograd.table import PUBLIC
from autograd.written_row import row_in_latex

ROWS = [row for row in PUBLIC if row.arity is not None]
POINT = {"x": 0.37, "y": 0.81, "z": 0.55}
ELSEWHERE = {"arccosh": {"x": 1.37}, "clip": {"y": 0.11}}  # where the row is not defined at the point


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.name))
def test_the_sweep_over_symbols_writes_a_gradient_that_evaluates_to_the_true_one(row: ag.Primitive) -> None:
    point = {**POINT, **ELSEWHERE.get(row.name, {})}
    names = list(point)[: row.arity]
    leaves = {name: Value(point[name], name) for name in names}
    out = row(*leaves.values())
    written = [g.text for g in formula_gradients(out, list(leaves.values()))]
    # The formula is a function of its own: its numbers are checked against finite differences of the row.
    report = gradcheck(row, *(point[name] for name in names), order=1)
    for text, check in zip(written, report.rows, strict=True):
        found = float(parse(text).evaluate({name: point[name] for name in parse(text).names}))
        assert found == pytest.approx(check.finite_difference, rel=1e-6, abs=1e-9)


def test_a_shared_path_is_written_once_per_path() -> None:
    x, w = Value(2.0, "x"), Value(3.0, "w")
    u = x * w
    (slope,) = formula_gradients(u * u + u, [w], {u: Symbol("u")})
    assert slope.text == "x + (u + u) * x" or parse(slope.text).evaluate({"u": 6.0, "x": 2.0, "w": 3.0}) == 26.0


def test_names_of_nodes_stand_for_what_they_were_made_from() -> None:
    x = Value(0.3, "x")
    y = x.tanh()
    (slope,) = formula_gradients(y, [x], {y: Symbol("y")})
    assert slope.latex == "1 - y^2"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (lambda a, b, c: a - (b - c), "a - (b - c)"),
        (lambda a, b, c: (a - b) - c, "a - b - c"),
        (lambda a, b, c: a / (b * c), "a / (b * c)"),
        (lambda a, b, c: (a + b) * c, "(a + b) * c"),
        (lambda a, b, c: (a**b) ** c, "(a**b)**c"),
        (lambda a, b, c: a ** (b**c), "a**(b**c)"),
        (lambda a, b, c: -(a + b) * c, "(-(a + b)) * c"),
        (lambda a, b, c: (-a) ** 2, "(-a)**2"),
        (lambda a, b, c: a * -2.0, "a * (-2)"),
        (lambda a, b, c: a * 1 + 0 - 0, "a"),
        (lambda a, b, c: a % (b // c), "a % (b // c)"),
    ],
)
def test_brackets_stand_where_they_are_needed(formula: object, text: str) -> None:
    a, b, c = map(Symbol, "abc")
    written = formula(a, b, c).text  # type: ignore[operator]
    assert written == text
    numbers = {"a": 2.5, "b": 3.25, "c": 1.5}
    names = parse(written).names
    assert parse(written).evaluate({n: numbers[n] for n in names}) == formula(*numbers.values())  # type: ignore[operator]


def test_numbers_are_written_short_and_exact() -> None:
    assert [symbol(x).text for x in (2.0, 0.1, -3.0, 1e300)] == ["2", "0.1", "-3", "1e+300"]
    assert symbol(1e300).latex == r"1 \cdot 10^{300}"
    with pytest.raises(TypeError, match="symbols and numbers"):
        symbol("x")


def test_a_formula_that_would_not_end_is_refused() -> None:
    node = Value(1.0, "x")
    for _ in range(60):
        node = node * node
    with pytest.raises(ValueError, match="name intermediate nodes"):
        formula_gradients(node, [node])


@pytest.mark.parametrize("row", PUBLIC, ids=lambda row: str(row.name))
def test_every_row_shows_itself_in_a_notebook(row: ag.Primitive) -> None:
    latex = row_in_latex(row)
    assert latex.startswith("$$z = ")
    assert latex.count("{") == latex.count("}")
    assert latex.count(r"\left") == latex.count(r"\right")
    assert row._repr_latex_() == latex

"""The report of `check` as it is read: names of claims, remarks for several of them, both kinds of output."""

from __future__ import annotations

from autograd import Value, dot, sum, tanh
from autograd.checking.judging import check
from autograd.checking.report import RECONCILE


def remarks(text: str) -> list[str]:
    """Return the lines below the table."""
    lines = text.splitlines()
    return [line for line in lines[3:] if ": " in line or line == RECONCILE]


def test_entries_are_named_by_their_place_and_their_label() -> None:
    w = [Value(0.5, "w_1"), Value(-0.3, "w_2")]
    loss = dot(w, w).named("L")
    report = check(loss, {"W": ["1.0", "-0.6"]}, of={"W": w})
    assert [row.name for row in report.rows] == ["∂L/∂W[0]", "∂L/∂W[1]"]  # whatever the labels are
    assert "∂L/∂W[1] (w_2)" in repr(report)
    assert "(" not in repr(check(loss, {"w_1": "1.0"}))


def test_the_same_remark_on_several_entries_is_made_once() -> None:
    w = [[Value(0.1 * i + 0.17 * j + 0.2) for j in range(3)] for i in range(2)]
    loss = sum([x * x for row in w for x in row]).named("L")
    claims = [[format(-2.0 * x.data, ".4f") for x in row] for row in w]
    lines = remarks(repr(check(loss, {"W": claims}, of={"W": w})))
    entries = "∂L/∂W[0][0], [0][1], [0][2], [1][0], … (6 claims)"
    assert lines == [f"{entries}: sign: it is the negative of the right figure"]
    claims[0][0] = format(2.0 * w[0][0].data, ".4f")
    claims[1] = ["7.123", "0.0123", format(2.0 * w[1][2].data, ".4f")]
    lines = remarks(repr(check(loss, {"W": claims}, of={"W": w})))
    assert lines[0] == "∂L/∂W[0][1], [0][2]: sign: it is the negative of the right figure"


def test_one_example_is_given_for_formulas_with_the_same_slip() -> None:
    x = [Value(0.7, "x_1"), Value(-1.2, "x_2")]
    w = [Value(0.3, "w_1"), Value(0.4, "w_2")]
    y = tanh(dot(w, x).named("s")).named("y")
    report = check(y, {"w": [f"(1 - s**2) * x_{j}" for j in (1, 2)]}, of={"w": w})
    (line,) = remarks(repr(report))
    assert line.startswith("∂y/∂w[0], [1]: a derivative taken at the wrong node: ")
    s = 0.3 * 0.7 - 0.4 * 1.2
    assert f"; for ∂y/∂w[0], here it comes to {(1 - s * s) * 0.7:.6g}, right is " in line


def test_several_unexplained_figures_call_for_reconcile() -> None:
    x, w = Value(0.8, "x"), Value(0.5, "w")
    y = tanh((w * x).named("s")).named("y")
    assert remarks(repr(check(y, {"w": "7.7123", "x": "0.0123456"})))[-1] == RECONCILE
    assert RECONCILE not in repr(check(y, {"w": "7.7123"}))
    assert RECONCILE not in repr(check(y, {"w": "w + x*7", "x": "cos(w + 3*x)"}))


def test_formulas_are_whole_in_a_notebook_and_remarks_stand_below() -> None:
    x, w = Value(0.8, "x"), Value(0.5, "w")
    y = tanh((w * x).named("s")).named("y")
    formula = "x * (1 + tanh(s)) * (1 - tanh(s)) * (1 + w - w) * (2 - 1) + (x - x) + 0.5"
    html = check(y, {"w": formula})._repr_html_()
    table, _, below = html.partition("</table>")
    assert formula in table
    assert "…" not in table
    assert below.startswith('<p style="text-align:left">∂y/∂w: ')
    assert below.endswith("</p>")
    assert len(check(y, {"w": " + ".join(["x"] * 1000)})._repr_html_()) < 3_000

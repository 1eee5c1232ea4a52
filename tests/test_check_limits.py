"""`check` at the limits of floats, of sizes and of digits: an answer or a plain refusal, never a crash or a hang."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest

import autograd
from autograd import Value, check, reconcile
from autograd.checking.claims import read_claims
from autograd.checking.numerals import read_numeral
from tests.counting import lines_executed


def product() -> tuple[Value, Value, Value]:
    w, x = Value(2.0, "w"), Value(0.5, "x")
    return (w * x).named("L"), w, x


# Figures beyond floats ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tiny",
    ["1e-400", "1e-324", "1e-99999999999", "1e-" + "9" * 5000, "0." + "0" * 400 + "1"],
    ids=["400", "324", "11", "5000", "zeros"],
)
def test_figures_below_all_floats_are_zero(tiny: str) -> None:
    out, w, x = product()
    report = check(out, {x: tiny}, values={w: tiny})
    assert [row.right for row in report.rows] == [False, False]
    assert [row.claimed for row in report.rows] == [0.0, 0.0]
    assert check(x * 0.0, {x: tiny}).ok
    assert not reconcile(out, {x: tiny}).ok


@pytest.mark.parametrize(
    "huge",
    ["1e400", "0e9999999", "1e99999999999", "-1e" + "9" * 5000, 10**400, -(10**5000)],
    ids=["400", "zero", "11", "5000", "int", "longer than Python prints"],
)
def test_figures_above_all_floats_are_refused(huge: Any) -> None:
    out, _, x = product()
    for judge in (check, reconcile):
        with pytest.raises(ValueError, match=r"claim about ∂L/∂x: .* is beyond the range of floats"):
            judge(out, {x: huge})
    with pytest.raises(ValueError, match="type Fraction is beyond the range of floats"):
        check(out, {x: Fraction(10**400, 3)})


def test_infinite_and_missing_figures_carry_nothing_on() -> None:
    z = Value(0.0, "z")
    assert not check(abs(z).named("L"), {z: "nan"}, values={z: "inf"}).ok
    out, w, x = product()
    for odd in ("inf", "nan"):
        assert not check(out, {x: odd, w: odd}, values={w: odd, x: odd}).ok


@pytest.mark.parametrize(
    ("text", "number"),
    [("NaN", math.nan), ("Infinity", math.inf), ("-inf", -math.inf), ("−INF", -math.inf), ("+Inf", math.inf)],
)
def test_infinities_are_read_as_they_are_written_elsewhere(text: str, number: float) -> None:
    numeral = read_numeral(text)
    assert numeral is not None
    assert numeral.tolerance == 0.0
    assert numeral.number == number or math.isnan(numeral.number) == math.isnan(number) == True  # noqa: E712


@pytest.mark.parametrize(
    ("text", "unit"), [("12", 1.0), ("1.20", 0.01), ("1.2e3", 100.0), ("3E-05", 1e-5), ("1_0.5e+1", 1.0), (".5", 0.1)]
)
def test_the_last_digit_tells_the_tolerance(text: str, unit: float) -> None:
    numeral = read_numeral(text)
    assert numeral is not None
    assert numeral.tolerance == pytest.approx(unit / 2, rel=1e-15)


# Sizes ----------------------------------------------------------------------------------------------------------------


def test_many_claims_about_a_wide_sum() -> None:
    """Every estimate reads the whole sum: so many of them as there are claims would be its square."""
    xs = [Value(0.001 * i, f"x_{i}") for i in range(10_000)]
    y = autograd.sum(xs).named("y")
    report = check(y, dict.fromkeys(xs, "1.0"))
    assert report.ok
    notes = [row.note for row in report.rows]
    assert notes[0] == ""
    assert notes[-1] == "not estimated: the graph is too large"
    report = check(y, dict.fromkeys(xs, "2.0"), values=dict.fromkeys(xs, "77.0"))
    assert not any(row.right for row in report.rows)


def test_the_work_of_many_claims_is_linear() -> None:
    """Above the sizes at which the budgets are used up; anything per claim and node would be four times as much.

    The budgets are left with remainders of different sizes, hence a tenth more than twice.
    """

    def lines(size: int) -> int:
        xs = [Value(0.001 * i, f"x_{i}") for i in range(size)]
        y = autograd.sum([x * x for x in xs]).named("y")
        claims = {x: f"{2.0 * x.data:.4f}" for x in xs}
        return lines_executed(lambda: check(y, claims, values=dict.fromkeys(xs, "7.0")))

    small, large = lines(2_000), lines(4_000)
    if autograd.compiled:
        pytest.skip("compiled code has no lines to count; its loops are those of the plain build")
    assert large <= 2.2 * small


# Digits ---------------------------------------------------------------------------------------------------------------


def test_a_step_that_does_not_show_is_no_step() -> None:
    h, w = Value(0.2824, "h"), Value(2.0, "w")
    (row,) = check((h * w * 0.01).named("L"), {h: "0.282"}).rows  # h less 0.001 times 0.02 prints as h does
    assert row.diagnosis == "a value copied from another quantity: it is the value of h"
    (row,) = check((h * w).named("L"), {h: "0.0824"}).rows  # h less 0.1 times 2
    assert row.diagnosis.startswith("the value after a step")


def test_a_quantity_is_not_copied_from_itself() -> None:
    w, x = Value(2.0, "w"), Value(0.5, "x")
    a = (w * x).tanh().named("a")
    (row,) = check((a * w).named("L"), {x: "(1 - a**2)*w*abs(w)"}).rows  # right where w > 0
    assert "copied" not in row.diagnosis
    assert "factor" not in row.diagnosis
    assert row.diagnosis.startswith("it holds at the recorded point only")


def test_figures_are_written_until_they_differ() -> None:
    w, x = Value(2.0, "w"), Value(0.5, "x")
    (row,) = check((w * x).named("y"), {x: "w + 1e-7*w"}).rows
    claimed, right = row.counterexample.split("it comes to ")[1].split(", right is ")
    assert float(claimed) / float(right) == pytest.approx(1.0 + 1e-7, abs=1e-8)
    assert row.diagnosis == "constant factor: 1.0000001 times the right figure, everywhere"


def test_nothing_is_no_constant_factor() -> None:
    w, x = Value(2.0, "w"), Value(0.5, "x")
    for formula in ("x**1e308", "-0*w", "w/0", "w*1e308*1e308", "w*(0/0)"):
        (row,) = check((w * x).named("y"), {x: formula}).rows
        assert not row.right
        assert "constant factor" not in row.diagnosis, formula


# Names ----------------------------------------------------------------------------------------------------------------


def test_long_labels_are_cut_in_messages() -> None:
    x = Value(0.5, "x")
    out = (Value(1.0, "y" * 10_000) * x).named("L" * 10_000)
    for claims in ({x: "q"}, {"yyyz": "1"}, {x: [1.0, 2.0]}, {"y" * 10_000: None, x: object()}):
        with pytest.raises((TypeError, ValueError)) as caught:
            read_claims(out, claims)
        assert len(str(caught.value)) < 400, str(caught.value)


def test_truth_values_are_no_claims() -> None:
    numpy = pytest.importorskip("numpy")
    out, _, x = product()
    for given in (True, numpy.bool_(True), numpy.array(True)):
        with pytest.raises(TypeError, match="a claim is a number or a string"):
            check(out, {x: given})
    assert check(out, {x: numpy.float32(2.0)}).ok

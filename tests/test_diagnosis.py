"""Diagnoses: planted slips of every kind, in numbers and in formulas, and what is said of them."""

from __future__ import annotations

import re
from collections import Counter
from random import Random

import pytest

from autograd import Value, relu, tanh
from autograd.checking.gradient_guesses import GradientGuesses
from autograd.checking.graph_plan import Plan
from autograd.checking.guesses import Guess
from autograd.checking.judging import check
from autograd.checking.points import recorded_point
from autograd.checking.report import CheckRow
from autograd.checking.slip_view import View
from tests import planted_slips
from tests.planted_slips import KINDS, Plant, all_paths, plants, product
from tests.reporting import report

NAMED = {
    planted_slips.SIGN: ("sign:",),
    planted_slips.FACTOR: ("constant factor:",),
    planted_slips.MEAN: ("a mean for a sum:",),
    planted_slips.LEFT_OUT: ("a path left out:",),
    planted_slips.TWICE: ("a path counted twice:",),
    planted_slips.MISSING: ("a local factor missing:",),
    planted_slips.WRONG_NODE: ("a derivative taken at the wrong node:",),
    planted_slips.DIGITS: ("transposed digits:", "misread digits"),
    planted_slips.COPIED: ("a value copied from another quantity:",),
    planted_slips.TRANSPOSED: ("a transposed entry:",),
}


def judged(plant: Plant) -> CheckRow:
    """Check a plant; an entry of a matrix together with the right figures of the others."""
    network = plant.network
    if plant.kind != planted_slips.TRANSPOSED:
        return check(network.loss, {plant.node: plant.written}).rows[0]
    claims = [[_printed(plant, w) for w in row] for row in network.matrix]
    rows = check(network.loss, {"W": claims}, of={"W": network.matrix}).rows
    assert [row.right for row in rows].count(False) == 1
    return next(row for row in rows if not row.right)


def _printed(plant: Plant, w: Value) -> str:
    right = sum(map(product, all_paths(plant.network.loss, w)))
    return plant.written if w is plant.node else format(right, "#.6g")


def test_planted_slips() -> None:
    """None passes as right; the slip named first is the planted one in four of five, and three of five of each kind."""
    planted = plants(seed=2024, per_kind=44)
    assert len(planted) == 44 * len(KINDS) >= 400
    named, mistaken = Counter[str](), Counter[tuple[str, str]]()
    for plant in planted:
        row = judged(plant)
        assert not row.right, plant
        if row.diagnosis.startswith(NAMED[plant.kind]):
            named[plant.kind] += 1
        else:
            mistaken[plant.kind, row.diagnosis.partition(":")[0]] += 1
    rows: list[tuple[object, ...]] = [
        ("planted", "named first", "instead"),
        *((kind, f"{named[kind]} of 44") for kind in KINDS),
    ]
    rows += [(kind, count, other) for (kind, other), count in mistaken.most_common()]
    report("planted slips", rows)
    assert sum(named.values()) >= 0.8 * len(planted)
    assert all(named[kind] >= 0.6 * 44 for kind in KINDS), named


# Kinds, by hand -------------------------------------------------------------------------------------------------------


def chain() -> Value:
    """Make y_out = tanh(W_out·σ(W_2·tanh(W_1·x))), L = ½(y_out - t)²."""
    x, t = Value(0.4, "x"), Value(0.9, "t")
    w1, w2, w3 = (Value(v, name) for v, name in ((1.1, "W_1"), (-0.6, "W_2"), (0.7, "W_out")))
    z1 = (w1 * x).named("s_1").tanh().named("z_1")
    z2 = (w2 * z1).named("s_2").sigmoid().named("z_2")
    y = (w3 * z2).named("s_out").tanh().named("y_out")
    return (0.5 * (y - t) ** 2).named("L")


FORMULAS = [
    ("W_out", "(t - y_out) * (1 - y_out**2) * z_2", "sign:"),
    ("W_out", "2 * (y_out - t) * (1 - y_out**2) * z_2", "constant factor: twice"),
    ("W_out", "-3.7 * (y_out - t) * (1 - y_out**2) * z_2", "constant factor: -3.7 times"),
    ("W_out", "0.05 * (y_out - t) * (1 - y_out**2) * z_2", "constant factor: 0.05"),
    ("W_out", "(y_out - t) * z_2", "a local factor missing: ∂y_out/∂s_out = 1 - y_out**2"),
    ("W_out", "(y_out - t) * (1 - y_out**2)", "a local factor missing: ∂s_out/∂W_out = z₂"),
    (
        "W_out",
        "(y_out - s_out) * (1 - y_out**2) * z_2",
        "a derivative taken at the wrong node: s_out in the place of t",
    ),
    ("W_out", "(y_out - t) * (1 - y_out**2) * z_1", "a derivative taken at the wrong node: z₁ in the place of z₂"),
    ("W_out", "(y_out - t) * (1 - s_out**2) * z_2", "a derivative taken at the wrong node: tanh' written with s_out"),
    (
        "W_out",
        "(y_out - t) * (1 - tanh(y_out)**2) * z_2",
        "a derivative taken at the wrong node: y_out in the place of",
    ),
    (
        "W_2",
        "(y_out-t)*(1-y_out**2)*W_out*sigmoid(s_1)*sigmoid(-s_1)*z_1",
        "a derivative taken at the wrong node: s₁ in",
    ),
    ("W_1", "(y_out-t)*(1-y_out**2)*W_out*z_2*(1-z_2)*(1-z_1**2)*x", "a local factor missing: ∂s₂/∂z₁ = W₂"),
    (
        "W_2",
        "(y_out-t)*(1-y_out**2)*W_2*z_2*(1-z_2)*z_1",
        "a derivative taken at the wrong node: W₂ in the place of W_out",
    ),
    ("W_1", "(y_out-t)*(1-y_out**2)*z_2", "a value copied from another quantity: it is ∂L/∂W_out"),
    ("x", "y_out", "a value copied from another quantity: it is the value of y_out"),
    ("W_1", "(y_out-t)*(1-y_out**2)**2*W_out*z_2*(1-z_2)*W_2*(1-z_1**2)*x", "a local factor too many: ∂y_out/∂s_out"),
]


@pytest.mark.parametrize(("label", "formula", "words"), FORMULAS)
def test_slips_in_formulas(label: str, formula: str, words: str) -> None:
    (row,) = check(chain(), {label: formula}).rows
    assert not row.right
    assert _plainly(row.diagnosis).startswith(_plainly(words)), row
    assert "it comes to" in row.counterexample


@pytest.mark.parametrize(("label", "formula", "words"), FORMULAS)
def test_the_same_slips_in_numbers(label: str, formula: str, words: str) -> None:
    """Six digits of the wrong formula's value: the kind is found, if not always the same wording of it."""
    out = chain()
    claimed = check(out, {label: formula}).rows[0].claimed
    (row,) = check(out, {label: format(claimed, "#.6g")}).rows
    assert not row.right
    if "-3.7" not in words:
        kinds = [text.partition(":")[0] for text in (row.diagnosis, *row.alternatives)]
        assert words.partition(":")[0] in kinds[:2], row


def _plainly(text: str) -> str:
    """Leave out how subscripts are set."""
    return text.translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")).replace("_", "")


def diamond() -> Value:
    x, u, v = Value(0.4, "x"), Value(0.7, "u"), Value(-1.3, "v")
    a, b = (u * x).tanh().named("a"), (v * x).sin().named("b")
    return (a * b + b.exp()).named("E")


def test_paths_in_formulas() -> None:
    left, right = "b*(1 - a**2)*u", "(a + exp(b))*cos(v*x)*v"
    out = diamond()
    assert check(out, {"x": f"{left} + {right}"}).ok
    (row,) = check(out, {"x": right}).rows
    assert row.diagnosis.startswith("a path left out: x → a → E")
    (row,) = check(out, {"x": f"2*{left} + {right}"}).rows
    assert row.diagnosis.startswith("a path counted twice: x → a → E")
    (row,) = check(out, {"x": left}).rows
    assert row.diagnosis.startswith(
        ("a path left out: only x → a → E was counted", "a path left out: all that comes through b")
    )
    (row,) = check(out, {"x": f"{left} + a*cos(v*x)*v"}).rows
    assert row.diagnosis.startswith("a path left out:")


def test_means_for_sums() -> None:
    w = Value(0.3, "w")
    data = [(0.5, 1.0), (-0.8, 0.2), (0.1, -0.4), (0.9, 0.6), (0.4, 0.3)]
    total = sum((w * x - t) ** 2 for x, t in data).named("L")  # type: ignore[union-attr]
    right = sum(2.0 * (0.3 * x - t) * x for x, t in data)
    (row,) = check(total, {"w": format(right / 5.0, ".6g")}).rows
    assert row.diagnosis.startswith("a mean for a sum: constant factor 1/5")
    (row,) = check((total / 5).named("L"), {"w": format(right, ".6g")}).rows
    assert row.diagnosis.startswith("constant factor: 5 times the right figure (a sum of 5 terms for a mean)")


def test_a_factor_that_is_zero_is_found_missing() -> None:
    w, x, v = Value(0.5, "w"), Value(-2.0, "x"), Value(3.0, "v")
    z = relu((w * x).named("s")).named("z")
    (row,) = check((v * z).named("y"), {"w": "-6.0"}).rows
    assert row.diagnosis.startswith("a local factor missing: ∂z/∂s = step("), row


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("0.4432", "transposed digits: two neighbouring digits are swapped: 0.4432 for 0.4342"),
        ("0.4372", "misread digits: one digit is wrong: 0.4372 for 0.4342"),
        ("0.442", "misread digits: a digit is dropped: 0.442 for 0.434"),
        ("0.04342", "misread digits, a shifted decimal point: 0.04342 is too small by one place"),
        ("4.342", "misread digits, a shifted decimal point: 4.342 is too large by one place"),
        ("0.4344", "misread digits: rounding, or the last digit"),
    ],
)
def test_slips_of_the_pen(written: str, words: str) -> None:
    x = Value(0.4342, "x")
    (row,) = check((x * 1.0).named("y"), {}, values={"y": written}).rows
    assert row.diagnosis.startswith(words), row


def test_slips_in_values() -> None:
    w, x, v, z, b = (Value(n, name) for n, name in ((0.7, "w"), (1.3, "x"), (-0.9, "v"), (0.37, "z"), (0.23, "b")))
    s = (w * x + v * z + b).named("s")
    y = tanh(s).named("y")
    full = 0.7 * 1.3 - 0.9 * 0.37 + 0.23
    cases = {
        "a term left out: b": full - 0.23,
        "a term counted twice: b": full + 0.23,
        "the sign of a term: v * z": full + 2 * 0.9 * 0.37,
        "an operation left out: the factor x": full - 0.7 * 1.3 + 0.7,
        "a value taken from the wrong node: z in the place of x": 0.7 * 0.37 - 0.9 * 0.37 + 0.23,
    }
    for words, number in cases.items():
        (row,) = check(y, {}, values={"s": format(number, ".6g")}).rows
        assert row.diagnosis.startswith(words), row
    (row,) = check(y, {}, values={"y": format(full, ".6g")}).rows
    assert row.diagnosis.startswith(("an operation left out: tanh of s", "a value copied from another quantity")), row
    (row,) = check(y, {}, values={"s": "w*x + v*z"}).rows
    assert row.diagnosis.startswith("a term left out: b")


def test_an_error_carried_on() -> None:
    """One value is wrong, and what follows from it is computed rightly with the wrong figure."""
    x, w = Value(0.8, "x"), Value(0.5, "w")
    s = (w * x).named("s")
    y = (s * s).named("y")
    report = check(y, {"w": "1.008"}, values={"s": "0.63", "y": "0.3969"})  # 2·0.63·0.8, and 0.63²
    gradient, value, result = report.rows
    assert "carried on" not in value.diagnosis
    assert gradient.diagnosis == "an error carried on: it follows from s as claimed"
    assert result.diagnosis == "an error carried on: it follows from s as claimed"
    report = check(y, {"s": "1.80", "w": "1.44", "x": "0.90"})  # ∂y/∂s is 0.8
    assert [row.diagnosis for row in report.rows[1:]] == ["an error carried on: it follows from ∂y/∂s as claimed"] * 2


def test_what_nothing_explains() -> None:
    (row,) = check(chain(), {"W_1": "123.4567891"}).rows
    assert row.diagnosis == "no simple slip explains it"
    assert row.alternatives == ()
    (row,) = check(chain(), {"W_1": "sin(x + W_1*7)"}).rows
    assert row.diagnosis.startswith("no simple slip explains it: ")
    assert set(re.findall(r"\b[tW]_?\w*", row.diagnosis.split(": ")[1].split(" do not occur")[0])) == {
        "W_2",
        "W_out",
        "t",
    }


def test_a_slip_is_named_beside_another_that_gives_the_same_number() -> None:
    a, x = Value(0.3, "a"), Value(0.7, "x")
    y = (a * x + a * x).named("y")
    (row,) = check(y, {"a": "0.700"}).rows  # one of two equal paths, or half
    assert "constant factor" in row.diagnosis
    assert "a path left out" in row.diagnosis


def test_random_numbers_are_not_explained_away() -> None:
    """Of claims drawn at random in five digits few hit a guess by chance: so a diagnosis means something."""
    random, explained = Random(4), 0
    for _ in range(100):
        (row,) = check(chain(), {"W_2": format(random.uniform(-1.0, 1.0), ".5g")}).rows
        explained += not row.right and row.diagnosis != "no simple slip explains it"
    assert explained <= 10


def test_guesses_about_gradients_are_what_they_say() -> None:
    """Each path's number in turn, against paths multiplied out by hand."""
    out = diamond()
    x = next(node for node in recorded_point(out).order if node.label == "x")
    found = [product(path) for path in all_paths(out, x)]
    point = recorded_point(out)
    guesses: list[Guess] = list(GradientGuesses(View(Plan(point, [x]), point), x, []))
    single = [g for g in guesses if g.kind == "a path left out" and g.weight == 1.0]
    assert sorted(g.number for g in single) == pytest.approx(sorted(sum(found) - c for c in found), rel=1e-12)
    twice = [g for g in guesses if g.kind == "a path counted twice" and g.weight == 1.0]
    assert sorted(g.number for g in twice) == pytest.approx(sorted(sum(found) + c for c in found), rel=1e-12)

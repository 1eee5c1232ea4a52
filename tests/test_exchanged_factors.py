"""Diagnoses of single places gone wrong: the wrong factor of a product, the sign of one path, two paths left out."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

import autograd
from autograd import Value, check, dot
from autograd.checking.exchanged_factors import products_beside
from autograd.checking.graph_plan import Plan
from autograd.checking.points import recorded_point
from autograd.checking.slip_view import View, find_swaps
from tests.counting import assert_linear

WRONG = "a derivative taken at the wrong node: "
INPUTS = {"n_1": 0.4, "n_2": -0.7, "w_13": 0.9, "w_23": 0.5, "w_34": -1.2, "w_14": 0.6, "t": 0.3}


def network(*, labelled: bool, pairs: bool = False) -> tuple[Value, dict[str, Value]]:
    """Make n₃ = tanh(w₁₃n₁ + w₂₃n₂), n₄ = tanh(w₃₄n₃ + w₁₄n₁), E = ½(n₄ - t)²."""
    v = {name: Value(x, name) for name, x in INPUTS.items()}

    def unit(name: str, *terms: tuple[Value, Value]) -> Value:
        one, other = terms
        total = dot([one[0], other[0]], [one[1], other[1]]) if pairs else one[0] * one[1] + other[0] * other[1]
        return (total.named(f"s_{name}") if labelled else total).tanh().named(f"n_{name}")

    n_3 = unit("3", (v["w_13"], v["n_1"]), (v["w_23"], v["n_2"]))
    n_4 = unit("4", (v["w_34"], n_3), (v["w_14"], v["n_1"]))
    return ((n_4 - v["t"]) ** 2 / 2).named("E"), v


@pytest.mark.parametrize("pairs", [False, True], ids=["products", "dot"])
@pytest.mark.parametrize("labelled", [False, True], ids=["unlabelled sums", "labelled sums"])
def test_a_product_with_the_wrong_factor(labelled: bool, pairs: bool) -> None:
    """Every wrong gradient is multiplied out by hand: δ is carried down, and one factor is another's."""
    out, v = network(labelled=labelled, pairs=pairs)
    w = {name: x.data for name, x in v.items()}
    n_3 = math.tanh(w["w_13"] * w["n_1"] + w["w_23"] * w["n_2"])
    n_4 = math.tanh(w["w_34"] * n_3 + w["w_14"] * w["n_1"])
    d_4 = (n_4 - w["t"]) * (1.0 - n_4**2)
    d_3 = d_4 * w["w_34"] * (1.0 - n_3**2)
    for label, figure, by, of in (
        ("w_13", d_3 * w["w_13"], "w_13", "n_1"),
        ("w_14", d_4 * w["w_14"], "w_14", "n_1"),
        ("n_1", d_4 * w["w_34"] + d_3 * w["w_13"], "w_34", "w_14"),
        ("w_13", d_4 * n_3 * (1.0 - n_3**2) * w["n_1"], "n_3", "w_34"),
        ("n_1", d_4 * w["n_1"] + d_3 * w["w_13"], "n_1", "w_14"),
    ):
        (row,) = check(out, {label: f"{figure:.6f}"}).rows
        assert row.diagnosis.startswith(f"{WRONG}{by} in the place of {of} in the derivative of "), row


def test_products_of_what_has_no_label() -> None:
    a, b = Value(0.7, "a"), Value(-0.3, "b")
    (row,) = check(((a + b) * a.tanh()).named("f"), {b: "0.400000"}).rows  # tanh(a) is right
    assert row.diagnosis == f"{WRONG}a + b in the place of tanh(a) in the derivative of f"


def test_the_wrong_factor_in_every_sample() -> None:
    w = Value(0.7, "w")
    xs = [Value(x, f"x_{i}") for i, x in enumerate((0.31, -1.2, 2.3))]
    ys = [(w * x).named(f"y_{i}") for i, x in enumerate(xs)]
    loss = autograd.sum([y * y * y for y in ys]).named("L")
    (row,) = check(loss, {w: f"{sum(3.0 * y.data**2 * w.data for y in ys):.7f}"}).rows
    assert row.diagnosis.startswith(WRONG), row
    assert "in all 3 places" in row.diagnosis


def test_every_region_has_its_share_of_swaps() -> None:
    """Twelve units of a chain, each with weights of its own: far more substitutions than are tried."""
    h, biases = Value(0.4, "x"), [Value(0.1 * i - 0.6, f"b_{i}") for i in range(12)]
    for i, b in enumerate(biases):
        w, u = Value(0.9 - 0.1 * i, f"w_{i}"), Value(0.3 + 0.1 * i, f"u_{i}")
        h = ((w * h + b) * u).tanh().named(f"h_{i}")
    swaps = find_swaps(View(Plan(recorded_point(h), []), recorded_point(h)))
    assert len({swap.region.root for swap in swaps}) == 12


def test_products_in_one_sum_are_found_however_it_is_nested() -> None:
    p = [Value(float(i)) * Value(1.0) for i in range(5)]
    for total in (autograd.sum(p), ((p[0] + p[1]) + (p[2] - p[3])) + p[4], p[0] + (p[1] + (p[2] + (p[3] + p[4])))):
        beside = products_beside(recorded_point(total))
        assert all(set(beside[node]) == set(p) - {node} for node in p)


def test_long_chains_of_sums_are_linear() -> None:
    def work(size: int) -> object:
        total = Value(1.0)
        for _ in range(size):
            total = Value(2.0) * Value(3.0) + total
        point = recorded_point(total)
        return lambda: products_beside(point)

    assert_linear(work)  # type: ignore[arg-type]


# Signs ----------------------------------------------------------------------------------------------------------------


def diamond() -> Value:
    x, w = Value(0.5, "x"), Value(2.0, "w")
    return (((x * w).sin()).named("p") - (x * x * 3.1).named("q")).named("L")


@pytest.mark.parametrize("digits", [5, 6, 7])
def test_the_sign_of_one_path(digits: int) -> None:
    claimed = 2.0 * math.cos(1.0) + 2.0 * 0.5 * 3.1  # the second term is subtracted
    (row,) = check(diamond(), {"x": f"{claimed:.{digits}g}"}).rows
    assert row.diagnosis.startswith("sign: of "), row
    assert "q" in row.diagnosis
    (row,) = check(diamond(), {"x": "w*cos(x*w) + 6.2*x"}).rows
    assert row.diagnosis.startswith("sign: of "), row


def test_the_sign_of_the_whole_comes_first() -> None:
    right = 2.0 * math.cos(1.0) - 2.0 * 0.5 * 3.1
    for digits in (3, 4, 6):
        (row,) = check(diamond(), {"x": f"{-right:.{digits}g}"}).rows
        assert row.diagnosis.startswith("sign: it is the negative of the right figure")
        (row,) = check(diamond(), {"x": f"{-2.0 * right:.{digits}g}"}).rows
        assert "−2 times the right figure: the sign is wrong too" in (row.diagnosis, *row.alternatives)[0]


def test_two_paths_left_out() -> None:
    x = Value(0.5, "x")
    slopes = (0.37, 1.9, -0.83, 2.71, 5.13)
    terms = [(x * a).sin().named(f"p_{i}") for i, a in enumerate(slopes)]
    out = autograd.sum(terms).named("L")
    each = [a * math.cos(0.5 * a) for a in slopes]
    for i, j in pairwise(range(5)):
        claimed = sum(each) - each[i] - each[j]
        (row,) = check(out, {"x": f"{claimed:.6f}"}).rows
        assert row.diagnosis == f"a path left out: two of them: x → p_{i} → L, and x → p_{j} → L", row

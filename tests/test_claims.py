"""Reading of claims: numerals with their digits, formulas, matrices, and what is said of mistakes."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import StaleGraphError, Value
from autograd.checking.claims import Claim, read_claims
from autograd.checking.numerals import numeral_of, read_numeral


def read_one(text: object) -> Claim:
    x = Value(2.0, "x")
    (claim,) = read_claims(x * x, {"x": text})
    return claim


@pytest.mark.parametrize(
    ("text", "number", "tolerance"),
    [
        ("0.060", 0.06, 0.0005),
        ("−0.06", -0.06, 0.005),
        ("–.5", -0.5, 0.05),
        ("+0.5", 0.5, 0.05),
        ("1.2e-3", 1.2e-3, 0.5e-4),
        ("1.2e−3", 1.2e-3, 0.5e-4),
        ("12", 12.0, 0.5),
        ("3.", 3.0, 0.5),
        ("1e3", 1000.0, 500.0),
        (" 0.25 ", 0.25, 0.005),
        ("1_000.5", 1000.5, 0.05),
        ("inf", math.inf, 0.0),
        ("-inf", -math.inf, 0.0),
        ("-∞", -math.inf, 0.0),
        (0.25, 0.25, 0.005),
        (3, 3.0, 0.5),
        (np.float32(0.1), 0.1, 0.05),
        (np.float64(0.125), 0.125, 0.0005),
        (np.int64(7), 7.0, 0.5),
        (Decimal("0.060"), 0.06, 0.0005),
        (1 / 3, 1 / 3, 1e-9 / 3),
        (Fraction(1, 3), 1 / 3, 1e-9 / 3),
        (12345678901.5, 12345678901.5, 12.3456789015),
    ],
)
def test_numerals(text: object, number: float, tolerance: float) -> None:
    claim = read_one(text)
    assert claim.number == number
    assert claim.tolerance == pytest.approx(tolerance, rel=1e-12, abs=0.0)
    assert claim.formula is None


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 17))
def test_whatever_is_rounded_correctly_is_admitted(x: float, digits: int) -> None:
    text = format(x, f".{digits}g")
    if math.isinf(float(text)):
        return
    numeral = read_numeral(text)
    assert numeral is not None
    assert numeral.admits(x)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_admits_itself(x: float) -> None:
    numeral = numeral_of(x)
    assert numeral is not None
    assert numeral.admits(x)


@given(st.integers(-(10**6), 10**6), st.integers(0, 6), st.sampled_from([-1, 1]))
def test_what_is_beyond_half_a_unit_is_not(units: int, decimals: int, side: int) -> None:
    """A thousandth of the last digit beyond the half is told, and as much before it: exact in decimals."""
    numeral = read_numeral(f"{Decimal(units).scaleb(-decimals):f}")
    assert numeral is not None
    unit = Decimal(1).scaleb(-decimals)
    exact = Decimal(units).scaleb(-decimals)
    assert not numeral.admits(float(exact + side * unit * Decimal("0.501")))
    assert numeral.admits(float(exact + side * unit * Decimal("0.499")))


def test_ties_are_right_either_way() -> None:
    for text in ("0.12", "0.13"):
        assert read_one(text).admits(0.125)
    for text in ("2", "3"):
        assert read_one(text).admits(2.5)
    assert read_one("0.3").admits(0.15 + 0.1)  # 0.25 with the rounding of floats
    assert read_one("0.2").admits(0.15 + 0.1)


def test_nan_and_infinity_are_taken_literally() -> None:
    assert read_one("nan").admits(math.nan)
    assert not read_one("nan").admits(1.0)
    assert read_one(math.inf).admits(math.inf)
    assert not read_one("inf").admits(-math.inf)
    assert not read_one("inf").admits(1e308)
    assert not read_one("1e308").admits(math.inf)
    assert not read_one("0.5").admits(math.nan)


def test_formulas_know_their_nodes() -> None:
    w, x = Value(0.5, "w"), Value(2.0, "x")
    y = (w * x).named("y")
    (claim,) = read_claims(y * y, {"w": "2*y*x"})
    assert claim.nodes == (("y", y), ("x", x))
    assert claim.number is None
    assert claim.tolerance == 0.0
    with pytest.raises(ValueError, match="no digits"):
        claim.admits(1.0)


def test_a_label_named_like_a_constant_is_the_node() -> None:
    e = Value(2.0, "e")
    (claim,) = read_claims((e * e).named("y"), {"e": "2*e + pi - pi"})
    assert claim.nodes == (("e", e),)


def test_keys_may_be_nodes_without_a_label_or_outside_the_graph() -> None:
    x, other = Value(2.0), Value(3.0, "other")
    claims = read_claims(x * x, {x: "4.0", other: "0.0"}, values={x: 2})
    assert [claim.node for claim in claims] == [x, other, x]
    assert [claim.kind for claim in claims] == ["gradient", "gradient", "value"]
    assert claims[0].name == "∂out/∂'a leaf' (= 2.0)"


@pytest.mark.parametrize("wrap", [list, tuple, np.array])
def test_matrices(wrap: Any) -> None:
    rows = [[Value(float(3 * i + j), f"w{i}{j}") for j in range(3)] for i in range(2)]
    out = sum((w * w for row in rows for w in row), Value(0.0))
    claims = read_claims(out, {"W": wrap([[0.0, 2.0, 4.0], [6.0, 8.0, 10.0]])}, of={"W": wrap(rows)})
    assert [claim.node for claim in claims] == [w for row in rows for w in row]
    assert [claim.name for claim in claims[:4]] == ["∂out/∂W[0][0]", "∂out/∂W[0][1]", "∂out/∂W[0][2]", "∂out/∂W[1][0]"]
    assert claims[5].entry == ("W", (1, 2))


def test_entries_of_a_matrix_may_be_formulas_or_left_out() -> None:
    a, b = Value(1.0, "a"), Value(2.0, "b")
    claims = read_claims(a * b, {"v": [None, "a"]}, of={"v": [a, b]})
    assert [(claim.node, claim.written) for claim in claims] == [(b, "a")]


def test_a_name_may_stand_for_a_single_node() -> None:
    x = Value(2.0)
    claims = read_claims(x * x, {"x": "2*x"}, of={"x": x})
    assert claims[0].nodes == (("x", x),)


def graph() -> tuple[Value, Value, Value]:
    w, x = Value(0.5, "w_1"), Value(2.0, "x")
    return (w * x).named("y"), w, x


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"w_2": "0.5"}, "no node of the graph of 'y' is labelled 'w_2': did you mean 'w_1'"),
        ({"w_1": "2*w_2"}, "claim about ∂y/∂w_1: no node .* 'w_2': did you mean 'w_1'"),
        ({"w_1": "tanh"}, r"for the function, write tanh\(…\)"),
        ({"w_1": "2x"}, r"claim about ∂y/∂w_1: missing operator: write 2\*x"),
        ({"w_1": "0,5"}, "write '0.5', with a point"),
        ({"w_1": "1e999"}, "beyond the range of floats"),
        ({"w_1": [1.0, 2.0]}, "claim about w_1: expected one claim for one node, not a list of 2"),
        ({"W": [["1", "2"]]}, r"expected nested lists of 2 × 1, not nested lists of 1 × 2; is it transposed\?"),
        ({"W": [["1"], ["2", "3"]]}, r"claim about W\[1\]: expected a list of 1, not a list of 2"),
        ({"W": "1"}, "expected nested lists of 2 × 1, not a single claim"),
        ({"w_1": "W"}, "'W' is a matrix of nodes"),
        ({}, "nothing is claimed"),
        ({"W": [[None], [None]]}, "nothing is claimed"),
    ],
)
def test_what_is_said_of_wrong_values(claims: dict[Any, Any], message: str) -> None:
    y, w, x = graph()
    with pytest.raises(ValueError, match=message):
        read_claims(y, claims, of={"W": [[w], [x]]})


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"w_1": True}, "a claim is a number or a string, not bool"),
        ({"w_1": 1j}, "not complex"),
        ({"w_1": {}}, "not dict"),
        ({3: "1"}, "about a Value or a label, not about int"),
        (["1"], "must be a dictionary"),
    ],
)
def test_what_is_said_of_wrong_types(claims: Any, message: str) -> None:
    y, _, _ = graph()
    with pytest.raises(TypeError, match=message):
        read_claims(y, claims)


def test_a_value_is_no_claim() -> None:
    y, w, x = graph()
    with pytest.raises(TypeError, match=r"write its \.data"):
        read_claims(y, {w: x})


def test_wrong_of_and_output() -> None:
    y, w, _ = graph()
    with pytest.raises(TypeError, match="of must be a dictionary"):
        read_claims(y, {"w_1": 1}, of=[w])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"of: W\[0\] must be a Value, not float"):
        read_claims(y, {"W": [1]}, of={"W": [0.5]})
    with pytest.raises(TypeError, match="the graph of a Value, not of float"):
        read_claims(1.0, {"w_1": 1})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="values must be a dictionary"):
        read_claims(y, {"w_1": 1}, values=[1])  # type: ignore[arg-type]


def test_two_nodes_of_the_label_are_both_named() -> None:
    a = Value(1.0, "w")
    b = (a * 3).named("w")
    for claims in ({"w": "1"}, {a: "w"}):
        with pytest.raises(
            ValueError, match=r"2 nodes .* labelled 'w': .*a leaf, = 1\.0.* and .*'\*', = 3\.0"
        ) as caught:
            read_claims(b * 2, claims)
        assert "the Value itself as the key" in str(caught.value)
    assert len(read_claims(b * 2, {a: "6.0", b: "2.0"})) == 2


def test_lists_that_hold_themselves_are_refused() -> None:
    y, _, _ = graph()
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(ValueError, match="nested more than 16 deep"):
        read_claims(y, {"W": endless}, of={"W": endless})
    with pytest.raises(ValueError, match="expected one claim for one node"):
        read_claims(y, {"w_1": endless})


def test_a_stale_graph_is_refused() -> None:
    y, w, _ = graph()
    w.data = 3.0
    with pytest.raises(StaleGraphError, match=r"call recompute\(\)"):
        read_claims(y, {"w_1": "2.0"})

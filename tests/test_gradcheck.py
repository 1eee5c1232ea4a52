"""The checker itself: it must pass right derivatives, catch every wrong one, and say what it cannot judge."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import autograd as ag
from autograd import Value, finite_difference, gradcheck, primitive
from autograd.rows import PRIMITIVES

COMPUTE: dict[str, Callable[[float, float], float]] = {"wrong": lambda x, y: math.sin(x) * y * y}
RIGHT = [lambda x, y, z: ag.cos(x) * y * y, lambda x, y, z: 2 * ag.sin(x) * y]


def declare(first: Callable[..., Any], second: Callable[..., Any]) -> Any:
    return primitive("wrong", COMPUTE["wrong"], [first, second])


def test_right_derivatives_pass() -> None:
    report = gradcheck(declare(*RIGHT), 0.7, 1.3)
    assert report.ok
    assert bool(report)
    assert len(report.rows) == 2 + 4
    assert not report.undecided


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("sign", lambda x, y, z: -ag.cos(x) * y * y, RIGHT[1]),
        ("factor", RIGHT[0], lambda x, y, z: ag.sin(x) * y),
        ("small factor", RIGHT[0], lambda x, y, z: 2.0001 * ag.sin(x) * y),
        ("swapped operands", RIGHT[1], RIGHT[0]),
        ("missing path", lambda x, y, z: 0.0, RIGHT[1]),
        ("nan", lambda x, y, z: math.nan, RIGHT[1]),
        ("infinite", lambda x, y, z: math.inf, RIGHT[1]),
    ],
)
def test_wrong_first_derivatives_are_caught(name: str, first: Callable[..., Any], second: Callable[..., Any]) -> None:
    report = gradcheck(declare(first, second), 0.7, 1.3, order=1)
    assert not report.ok
    exact = {"args[0]": math.cos(0.7) * 1.3**2, "args[1]": 2 * math.sin(0.7) * 1.3}
    for row in report.wrong:  # every offending argument is reported with both figures, the second one right
        assert row.finite_difference == pytest.approx(exact[row.argument], rel=1e-9)
        assert repr(row.gradient) in repr(report)
        assert repr(row.finite_difference) in repr(report)
    offending = {"sign": 1, "factor": 1, "small factor": 1, "swapped operands": 2}.get(name, 1)
    assert len(report.wrong) == offending


def test_a_derivative_that_is_right_to_first_order_only_is_caught_by_the_second() -> None:
    # The partial is right as a number but is written with a constant in place of a dependence on x.
    frozen = primitive("wrong", math.sin, [lambda x, y: math.cos(x.data if isinstance(x, Value) else x)])
    assert gradcheck(frozen, 0.7, order=1).ok
    report = gradcheck(frozen, 0.7)
    assert [row.argument for row in report.wrong] == ["args[0], args[0]"]
    assert report.wrong[0].finite_difference == pytest.approx(-math.sin(0.7), rel=1e-9)


def test_a_path_cut_inside_a_function_is_caught() -> None:
    assert not gradcheck(lambda x: x * x.detach(), 3.0).ok


def test_arguments_are_named_by_how_they_are_reached() -> None:
    wrong = primitive("wrong", lambda x: x * x, [lambda x, y: x])

    def f(tree: Any, array: Any) -> Any:
        return wrong(tree["w"][1]) + wrong(array[1, 0]) + tree["w"][0]

    report = gradcheck(f, {"w": [1.0, 2.0]}, np.array([[1.0, 2.0], [3.0, 4.0]]), order=1)
    assert [row.argument for row in report.wrong] == ["args[0]['w'][1]", "args[1][1, 0]"]


@pytest.mark.parametrize("x", [0.0])
@pytest.mark.parametrize("f", [ag.relu, ag.abs, ag.sign, ag.step, ag.leaky_relu, lambda x: ag.maximum(x, 0.0)])
def test_a_kink_in_the_stencil_is_reported_as_such(f: Callable[[Any], Any], x: float) -> None:
    report = gradcheck(f, x)
    assert report.ok
    assert {row.note for row in report.undecided} == {"kink in the stencil"}
    assert "kink in the stencil" in repr(report)


def test_a_kink_nearby_only_narrows_the_stencil() -> None:
    assert gradcheck(lambda x: ag.relu(x) * x, 1e-3).rows[0].right is True


def test_a_branch_in_the_function_counts_as_a_kink() -> None:
    assert gradcheck(lambda x: x * x if x > 1.0 else 2 * x, 1.0).undecided


def test_the_edge_of_a_domain_is_reported_as_such() -> None:
    report = gradcheck(ag.sqrt, 0.0, order=1)
    assert [row.note for row in report.undecided] == ["edge of the domain in the stencil"]


def test_constant_and_linear_functions_pass() -> None:
    assert gradcheck(lambda x, y: 3 * x - y, 2.0, 5.0).undecided == ()
    assert gradcheck(lambda x: 4.0, 1.0).ok


@pytest.mark.parametrize("scale", [1e-150, 1e-8, 1.0, 1e8, 1e150])
def test_scale_does_not_matter(scale: float) -> None:
    assert gradcheck(lambda x: scale * ag.sin(x), 0.7, order=1).rows[0].right is True
    twice = primitive("wrong", lambda x: scale * math.sin(x), [lambda x, y: 2 * scale * ag.cos(x)])
    assert not gradcheck(twice, 0.7, order=1).ok


@pytest.mark.parametrize("order", [0, 3, "1"])
def test_other_orders_are_refused(order: Any) -> None:
    with pytest.raises(ValueError, match="order must be 1 or 2"):
        gradcheck(ag.sin, 1.0, order=order)


@pytest.mark.parametrize("x", [-40.0, -3.0, -0.1, 0.0, 1e-9, 0.5, 30.0, 1e5])
def test_finite_differences_are_as_good_as_they_say(x: float) -> None:
    for ours, exact in [(ag.sin, mpmath.cos), (ag.arctan, lambda t: 1 / (1 + t * t)), (ag.square, lambda t: 2 * t)]:
        estimate = finite_difference(ours, [x])
        truth = float(exact(mpmath.mpf(x)))
        assert abs(estimate.value - truth) <= 10 * estimate.error + 1e-300
        assert estimate.error <= 1e-7 * max(abs(truth), estimate.scale, 1e-3)


def test_finite_differences_record_inside_no_grad() -> None:
    with ag.no_grad():
        assert finite_difference(ag.relu, [0.0]).note == "kink in the stencil"


# What once went wrong ------------------------------------------------------------------------------


def planted(slope: float) -> Any:
    """The identity with another slope than 1."""
    return primitive("planted", lambda x: x, [lambda x, y: slope], "{0}")


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: 1 / x, 1e-6),
        (lambda x: 1 / (x - 1), 1.00001),
        (lambda x: x**-2, 1e-5),
        (ag.tan, 1.570796),
        (lambda x: 1 / ag.sin(x), 1e-4),
        (ag.sin, 1e9),
        (lambda x: ag.sin(1e6 * x), 0.3),
        (lambda x: ag.exp(-((x * 1e5) ** 2)), 1e-5),
        (lambda x: ag.exp(-((x * 1e5) ** 2)), 0.0),
        (lambda x: ag.sigmoid(1e6 * x), 1e-6),
        (ag.exp, -700.0),
        (ag.sqrt, 1e100),
        (lambda x: x**3, 0.0),
    ],
)
def test_right_derivatives_of_steep_and_waving_functions_pass(f: Callable[[Any], Any], x: float) -> None:
    assert [row.right for row in gradcheck(f, x).rows] == [True, True]


def test_a_branch_on_data_is_seen_as_a_kink() -> None:
    assert gradcheck(lambda x: 2 * x if x > 0 else 3 * x, 0.0, order=1).rows[0].note == "kink in the stencil"
    assert all(row.right is None for row in gradcheck(lambda x, y: max(x, y), 1.0, 1.0, order=1).rows)


def test_wrong_derivatives_beside_much_larger_ones_are_caught() -> None:
    assert not gradcheck(lambda x, y: 1e6 * x + 1e-4 * planted(-1.0)(y) ** 2, 1.0, 1.0, order=1).ok
    assert not gradcheck(lambda x, y: 1e6 * x + planted(1.0001)(y) ** 2, 1.0, 1.0, order=1).ok


@pytest.mark.parametrize(
    ("slope", "f", "x"),
    [
        (-1.0, lambda x: ag.tanh(PRIMITIVES["planted"](x)), 20.0),
        (1.0001, lambda x: 1e8 + PRIMITIVES["planted"](x) ** 2, 0.01),
        (1.0001, lambda x: 1e12 + PRIMITIVES["planted"](x), 1.0),
    ],
)
def test_wrong_derivatives_below_the_noise_are_never_called_right(
    slope: float, f: Callable[[Any], Any], x: float
) -> None:
    planted(slope)
    assert gradcheck(f, x, order=1).rows[0].right is not True


def test_an_index_from_the_end() -> None:
    assert finite_difference(lambda *xs: ag.prod(xs), [1.0, 2.0, 3.0], -1).value == pytest.approx(2.0, rel=1e-9)

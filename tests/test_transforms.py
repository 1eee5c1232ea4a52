"""Transforms against closed forms and mpmath, nested, over every kind of container."""

from __future__ import annotations

import asyncio
import math
import threading
from collections import namedtuple
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, derivative, grad, gradients, hessian, hvp, jacobian, jvp, value_and_grad, vjp

REAL = st.floats(-3.0, 3.0, allow_subnormal=False)


def rosenbrock(v: Any) -> Any:
    return (1 - v[0]) ** 2 + 100 * (v[1] - v[0] ** 2) ** 2


def rosenbrock_hessian(x: float, y: float) -> list[list[float]]:
    return [[2 - 400 * (y - 3 * x * x), -400 * x], [-400 * x, 200.0]]


# Gradients ----------------------------------------------------------------------------------------


def test_grad_gives_a_float_for_a_float() -> None:
    slope = grad(lambda x: x**3)(2.0)
    assert type(slope) is float
    assert slope == 12.0


def test_grad_of_several_arguments_is_a_tuple() -> None:
    assert grad(lambda x, y: x * x * y, argnums=(0, 1))(3.0, 5.0) == (30.0, 9.0)
    assert grad(lambda x, y: x * x * y, argnums=1)(3.0, 5.0) == 9.0
    assert grad(lambda x, y: x * x * y, argnums=-1)(3.0, 5.0) == 9.0
    assert grad(lambda x, y: x * x * y, argnums=[1])(3.0, 5.0) == (9.0,)


def test_arguments_not_chosen_may_be_anything_and_keywords_pass_through() -> None:
    def f(x: Any, name: str, *, power: int) -> Any:
        return x**power if name == "yes" else x

    assert grad(f)(3.0, "yes", power=2) == 6.0


def test_value_and_grad_gives_both() -> None:
    assert value_and_grad(lambda x: x * x)(3.0) == (9.0, 6.0)


def test_nesting_comes_back() -> None:
    Point = namedtuple("Point", "x y")

    def f(tree: Any) -> Any:
        return tree["p"].x * tree["p"].y + tree["list"][0] * tree["list"][1][0] + ag.sum(tree["array"] ** 2)

    tree = {"p": Point(2.0, 3.0), "list": [5.0, (7.0,)], "array": np.array([1.0, -2.0])}
    slope = grad(f)(tree)
    assert slope["p"] == Point(3.0, 2.0)
    assert slope["list"] == [7.0, (5.0,)]
    assert slope["array"].dtype == np.float64
    assert slope["array"].tolist() == [2.0, -4.0]


def test_integers_and_numpy_scalars_are_numbers() -> None:
    assert grad(lambda x: x * x)(3) == 6.0
    assert grad(lambda x: x * x)(np.float32(3)) == 6.0
    assert grad(lambda v: v[0] * v[1])(np.array([2, 3])).tolist() == [3.0, 2.0]


def test_an_input_that_is_not_used_has_gradient_zero() -> None:
    assert grad(lambda x, y: x, (0, 1))(1.0, 2.0) == (1.0, 0.0)
    assert grad(lambda x: 7.0)(1.0) == 0.0
    assert value_and_grad(lambda x: 7)(1.0) == (7.0, 0.0)


def test_no_grad_attribute_is_touched() -> None:
    w = Value(3.0)
    assert grad(lambda x: w * x * x)(2.0) == 12.0
    assert w.grad == 0.0


def test_a_value_as_argument_gives_a_value_that_can_be_differentiated() -> None:
    x = Value(2.0)
    slope = grad(lambda x: x**3)(x)
    assert isinstance(slope, Value)
    slope.backward()
    assert (slope.data, x.grad) == (12.0, 12.0)


def test_transforms_record_even_inside_no_grad() -> None:
    with ag.no_grad():
        assert grad(lambda x: x * x)(3.0) == 6.0


def test_transforms_work_in_threads_and_tasks() -> None:
    results: list[float] = []

    def run(x: float) -> None:
        results.extend(grad(grad(lambda y: y**3))(x) for _ in range(50))

    threads = [threading.Thread(target=run, args=(float(i),)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == sorted(6.0 * i for i in range(4) for _ in range(50))

    async def task(x: float) -> float:
        def f(y: Any) -> Any:
            return y * y

        await asyncio.sleep(0)
        slope: float = grad(f)(x)
        return slope

    async def both() -> list[float]:
        return list(await asyncio.gather(task(1.0), task(2.0)))

    assert asyncio.run(both()) == [2.0, 4.0]


# Perturbation confusion ---------------------------------------------------------------------------


def test_closure_over_an_outer_argument() -> None:
    # d/dx [x * d/dy (x + y)] = d/dx [x * 1] = 1: the classic case that confused perturbations get wrong (2).
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0


def test_outer_argument_used_as_inner_argument() -> None:
    # d/dx [d/dy (x*y) at y=x] = d/dx [x] = 1, not 2x.
    assert grad(lambda x: grad(lambda y: x * y)(x))(5.0) == 1.0
    # d/dx [d/dy (y*y*x) at y=x] = d/dx [2*x*x] = 4x
    assert grad(lambda x: grad(lambda y: y * y * x)(x))(5.0) == 20.0


def test_nested_three_deep_over_closures() -> None:
    f = grad(lambda x: grad(lambda y: grad(lambda z: x * y * z)(1.0) * y)(x) * x)
    # inner: x*y; times y: x*y^2, d/dy = 2xy at y=x: 2x^2; times x: 2x^3; d/dx = 6x^2
    assert f(3.0) == 54.0


def test_inner_result_that_does_not_depend_on_the_outer_argument_is_a_number() -> None:
    kinds: list[type] = []

    def outer(x: Any) -> Any:
        inner = grad(lambda y: y**2)(3.0)
        kinds.append(type(inner))
        return x * inner

    assert grad(outer)(1.0) == 6.0
    assert kinds == [float]


# Higher orders ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ours", "theirs"), [(ag.sin, mpmath.sin), (ag.tanh, mpmath.tanh), (ag.exp, mpmath.exp)])
@pytest.mark.parametrize("order", range(7))
def test_derivatives_of_high_order(ours: Callable[[Any], Any], theirs: Callable[[Any], Any], order: int) -> None:
    with mpmath.workdps(50):
        expected = float(mpmath.diff(theirs, mpmath.mpf(0.3), order))
    assert derivative(ours, order)(0.3) == pytest.approx(expected, rel=1e-11)


def test_newton_in_five_lines() -> None:
    def f(x: Any) -> Any:
        return ag.exp(x) - 2 * x

    x = 0.0
    for _ in range(6):
        x -= grad(f)(x) / grad(grad(f))(x)
    assert x == pytest.approx(math.log(2), abs=1e-15)


@given(REAL, REAL)
def test_hessian_of_rosenbrock(x: float, y: float) -> None:
    expected = rosenbrock_hessian(x, y)
    scale = 2 + 400 * (abs(y) + 3 * x * x)  # the size of the terms that cancel in the first entry
    for row, exact in zip(hessian(rosenbrock)([x, y]), expected, strict=True):
        assert row == pytest.approx(exact, rel=1e-14, abs=1e-14 * scale)


@given(REAL, REAL, REAL, REAL)
def test_hvp_is_the_hessian_times_the_vector(x: float, y: float, a: float, b: float) -> None:
    h = rosenbrock_hessian(x, y)
    scale = (2 + 400 * (abs(y) + 3 * x * x) + 400 * abs(x) + 200) * (abs(a) + abs(b))
    exact = [h[0][0] * a + h[0][1] * b, h[1][0] * a + h[1][1] * b]
    assert hvp(rosenbrock, ([x, y],), ([a, b],)) == pytest.approx(exact, rel=1e-13, abs=1e-14 * scale)


def test_primals_may_be_lists() -> None:
    assert jvp(lambda x, y: x * y, [2.0, 3.0], [1.0, 10.0]) == (6.0, 23.0)
    assert hvp(lambda x: x**3, [2.0], [1.0]) == 12.0


def test_hvp_of_several_arguments_is_a_tuple() -> None:
    assert hvp(lambda x, y: x * x * y, (2.0, 3.0), (1.0, 0.0)) == (6.0, 4.0)


def test_hessian_of_several_arguments_is_a_tuple_of_tuples() -> None:
    assert hessian(lambda x, y: x * x * y, (0, 1))(2.0, 3.0) == ((6.0, 4.0), (4.0, 0.0))


def test_derivative_of_order_zero_is_the_function() -> None:
    assert derivative(math.sqrt, 0)(4.0) == 2.0


@pytest.mark.parametrize("order", [-1, 1.5, True, "2"])
def test_derivative_refuses_an_order_that_is_none(order: Any) -> None:
    with pytest.raises(ValueError, match="whole number of at least 0"):
        derivative(ag.sin, order)


# Jacobians and products ---------------------------------------------------------------------------


def test_jacobian_nests_outputs_around_inputs() -> None:
    def f(v: Any) -> Any:
        return {"product": v["a"] * v["b"], "both": [v["a"], v["b"] ** 2]}

    assert jacobian(f)({"a": 2.0, "b": 3.0}) == {
        "product": {"a": 3.0, "b": 2.0},
        "both": [{"a": 1.0, "b": 0.0}, {"a": 0.0, "b": 6.0}],
    }


def test_jacobian_of_arrays_is_an_array_of_both_shapes() -> None:
    a = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    j = jacobian(lambda v: a @ v)(np.array([7.0, 8.0]))
    assert j.tolist() == a.tolist()
    assert jacobian(lambda m: m @ np.array([1.0, 10.0]))(a).shape == (3, 3, 2)
    assert hessian(lambda v: (v**3).sum())(np.array([1.0, 2.0])).tolist() == [[6.0, 0.0], [0.0, 12.0]]


def test_jacobian_by_several_arguments() -> None:
    assert jacobian(lambda x, y: [x * y, x], (0, 1))(2.0, 3.0) == [(3.0, 2.0), (1.0, 0.0)]


@given(REAL, REAL, REAL, REAL)
def test_jvp_and_vjp_are_transposes(x: float, y: float, a: float, b: float) -> None:
    def f(x: Any, y: Any) -> Any:
        return [ag.sin(x) * y, x * y * y]

    matrix = [[math.cos(x) * y, math.sin(x)], [y * y, 2 * x * y]]
    _, tangents = jvp(f, (x, y), (a, b))
    assert tangents == pytest.approx([row[0] * a + row[1] * b for row in matrix], rel=1e-13, abs=1e-13)
    _, pullback = vjp(f, x, y)
    columns = zip(*matrix, strict=True)
    assert pullback([a, b]) == pytest.approx(tuple(c[0] * a + c[1] * b for c in columns), rel=1e-13, abs=1e-13)


def test_jvp_and_vjp_nest_and_differentiate_again() -> None:
    assert grad(lambda x: jvp(ag.sin, (x,), (1.0,))[1])(0.4) == pytest.approx(-math.sin(0.4), rel=1e-15)
    assert grad(lambda t: jvp(ag.sin, (0.4,), (t,))[1])(9.0) == pytest.approx(math.cos(0.4), rel=1e-15)
    assert grad(lambda x: vjp(ag.sin, x)[1](1.0)[0])(0.4) == pytest.approx(-math.sin(0.4), rel=1e-15)
    assert grad(lambda c: vjp(ag.sin, 0.4)[1](c)[0])(9.0) == pytest.approx(math.cos(0.4), rel=1e-15)
    value, tangent = jvp(lambda d: {"y": d["x"] ** 2, "one": 1.0}, ({"x": 3.0},), ({"x": 1.0},))
    assert (value, tangent) == ({"y": 9.0, "one": 1.0}, {"y": 6.0, "one": 0.0})


# Gradients as graphs ------------------------------------------------------------------------------


def test_gradients_keep_the_nesting_and_touch_nothing() -> None:
    x, y = Value(2.0), Value(5.0)
    slopes = gradients(x * x * y, {"x": x, "rest": [y]})
    assert (slopes["x"].data, slopes["rest"][0].data) == (20.0, 4.0)
    assert (x.grad, y.grad) == (0.0, 0.0)


def test_gradients_by_interior_nodes_and_by_the_output() -> None:
    x = Value(2.0)
    u = x * x
    out = u * u * x
    assert [g.data for g in gradients(out, [u, x, out])] == [2 * 4.0 * 2.0, 5 * 2.0**4, 1.0]


def test_gradient_by_something_absent_is_a_constant_zero() -> None:
    x = Value(2.0)
    (slope,) = gradients(Value(1.0) * 2, [x])
    assert (slope.data, slope.op) == (0.0, "constant")


def test_gradients_refuse_a_stale_graph() -> None:
    x, y = Value(2.0, "x"), Value(3.0)
    out = x * y + y
    x.data = 7.0
    with pytest.raises(ag.StaleGraphError, match="recompute"):
        gradients(out, [x])
    out.recompute()
    assert gradients(out, [y])[0].data == 8.0


def test_gradients_notice_staleness_that_only_a_partial_shows() -> None:
    x = Value(2.0)
    out = x * 0.0 + (x * Value(0.0)) * Value(3.0)
    x.data = 5.0  # the output stays 0, but the slope by the second factor has changed
    with pytest.raises(ag.StaleGraphError):
        gradients(out, [x])


@pytest.mark.parametrize(("output", "inputs"), [(1.0, [Value(1.0)]), (Value(1.0), [2.0]), (Value(1.0), "x")])
def test_gradients_refuse_what_is_no_value(output: Any, inputs: Any) -> None:
    with pytest.raises(TypeError, match="must be a Value"):
        gradients(output, inputs)


def test_partials_in_the_graph_do_not_raise_at_an_edge() -> None:
    x = Value(0.0)
    assert gradients(ag.sqrt(x), [x])[0].data == math.inf
    assert grad(grad(lambda x: x**2))(0.0) == 2.0
    assert derivative(lambda x: x**3, 4)(0.0) == 0.0


def test_second_derivative_through_a_checkpoint() -> None:
    def f(x: Any) -> Any:
        return ag.checkpoint(lambda a: ag.sin(a) * a, x)

    assert grad(grad(f))(2.0) == pytest.approx(2 * math.cos(2.0) - 2.0 * math.sin(2.0), rel=1e-14)
    assert jvp(f, (2.0,), (1.0,))[1] == pytest.approx(math.sin(2.0) + 2 * math.cos(2.0), rel=1e-14)


# Errors -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", ["text", None, 1j, object(), ["a"], {"k": None}])
def test_grad_refuses_arguments_that_are_no_numbers(bad: Any) -> None:
    with pytest.raises(TypeError, match="must be numbers or nested"):
        grad(lambda x: x)(bad)


def test_grad_refuses_a_function_that_returns_several_numbers() -> None:
    with pytest.raises(TypeError, match="one number, not a list: use jacobian"):
        grad(lambda x: [x, x])(1.0)


def test_transforms_refuse_a_function_that_returns_no_number() -> None:
    with pytest.raises(TypeError, match="must return numbers, but it returned NoneType"):
        grad(lambda x: None)(1.0)
    with pytest.raises(TypeError, match="must return numbers, but it returned str"):
        jacobian(lambda x: [x, "a"])(1.0)


@pytest.mark.parametrize("argnums", [2, -3])
def test_grad_refuses_an_argument_that_is_not_there(argnums: int) -> None:
    with pytest.raises(TypeError, match="called with 2 positional"):
        grad(lambda x, y: x, argnums)(1.0, 2.0)


def test_grad_refuses_argnums_that_are_no_positions() -> None:
    with pytest.raises(TypeError, match="whole numbers"):
        grad(lambda x: x, ("x",))(1.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="twice"):
        grad(lambda x: x, (0, -1))(1.0)


def test_jvp_refuses_tangents_of_another_nesting() -> None:
    with pytest.raises(TypeError, match="nested like the primals"):
        jvp(lambda v: v[0], ([1.0, 2.0],), ([1.0],))
    with pytest.raises(TypeError, match="two tuples"):
        jvp(lambda x: x, 1.0, 1.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="must be numbers, not str"):
        jvp(lambda x: x, (1.0,), ("a",))


def test_names_and_docs_of_the_function_are_kept() -> None:
    def cubic(x: Any) -> Any:
        """Cube."""
        return x**3

    assert grad(cubic).__name__ == "cubic"
    assert grad(cubic).__doc__ == "Cube."


# Transforms inside checkpoints, threads and functions of Values ------------------------------------


@pytest.mark.parametrize(
    ("f", "x", "expected"),
    [
        (lambda x: ag.checkpoint(lambda a: a * grad(lambda z: z * z * x)(3.0), x), 5.0, 60.0),
        (lambda x: ag.checkpoint(lambda a: grad(lambda z: z * z * a)(3.0), x), 5.0, 6.0),
        (lambda x: ag.checkpoint(lambda a: a * jvp(lambda z: z * z * a, (3.0,), (1.0,))[1], x), 5.0, 60.0),
        (lambda x: ag.checkpoint(lambda a: grad(lambda z: z**3)(a * a), x), 2.0, 96.0),
        (lambda x: ag.checkpoint(lambda a: value_and_grad(lambda z: z**3)(a * a)[1], x), 2.0, 96.0),
        (lambda x: ag.checkpoint(grad(lambda z: ag.checkpoint(lambda t: t**3, z)), x), 2.0, 12.0),
    ],
)
def test_transforms_inside_checkpoints_keep_every_path(f: Callable[[Any], Any], x: float, expected: float) -> None:
    assert grad(f)(x) == pytest.approx(expected, rel=1e-14)
    assert jvp(f, (x,), (1.0,))[1] == pytest.approx(expected, rel=1e-14)
    leaf = Value(x)
    f(leaf).backward()
    assert leaf.grad == pytest.approx(expected, rel=1e-14)


def test_a_value_among_the_other_arguments_is_kept() -> None:
    w = Value(3.0)
    slope = grad(lambda x, w: x * x * w)(2.0, w)
    slope.backward()
    assert (slope.data, w.grad) == (12.0, 4.0)


def test_an_inner_transform_in_another_thread_keeps_the_outer_graph() -> None:
    with ThreadPoolExecutor(1) as pool:
        assert grad(lambda x: pool.submit(lambda: grad(lambda z: z * z * x)(3.0)).result())(5.0) == 6.0


def test_a_pullback_may_be_called_again_and_differentiated() -> None:
    _, pullback = vjp(lambda x: x**3, 2.0)
    assert [pullback(1.0), pullback(2.0)] == [(12.0,), (24.0,)]
    assert grad(lambda c: pullback(c)[0])(1.0) == 12.0
    assert pullback(1.0) == (12.0,)


def test_gradients_inside_no_grad_say_what_to_do() -> None:
    x = Value(2.0)
    with ag.no_grad(), pytest.raises(ValueError, match=r"use grad\(\) there"):
        gradients(x * x, [x])


def test_gradients_at_an_edge_can_be_used_again() -> None:
    x = Value(0.0)
    (slope,) = gradients(ag.sqrt(x), [x])
    assert slope.data == math.inf
    slope.recompute()
    assert gradients(slope, [x])[0].data == -math.inf


def test_a_stale_graph_outside_the_domain_is_stale() -> None:
    x = Value(2.0)
    y = ag.log(x)
    x.data = -1.0
    with pytest.raises(ag.StaleGraphError):
        gradients(y, [x])


def test_a_change_of_the_sign_of_zero_is_a_change() -> None:
    x = Value(0.0)
    y = ag.arctan2(x * -1.0, -1.0)
    x.data = -0.0
    with pytest.raises(ag.StaleGraphError):
        gradients(y, [x])


def test_positions_are_whole_numbers_of_any_kind() -> None:
    assert grad(lambda x, y: x * y, np.int64(1))(2.0, 3.0) == 2.0
    with pytest.raises(TypeError, match="whole numbers"):
        grad(lambda x, y: x * y, True)(2.0, 3.0)
    with pytest.raises(TypeError, match="differentiates a function, not int"):
        grad(3)(1.0)  # type: ignore[arg-type]


def test_an_array_of_no_dimension_is_one_number() -> None:
    assert grad(lambda v: v)(np.array(3.0)).tolist() == 1.0

"""The table: what one row brings with it, for built-in rows and for a user's own."""

from __future__ import annotations

import ast
import doctest
import inspect
import math
import pickle
from pathlib import Path
from typing import Any

import pytest

import autograd as ag
from autograd import DomainError, Interval, Primitive, Value, functions, primitive
from autograd.rows import PRIMITIVES
from autograd.table import PUBLIC

UNTYPED: Any = ag  # for calls that a type checker would refuse


PROMISED = """
    exp exp2 expm1 log log2 log10 log1p sqrt cbrt square reciprocal sin cos tan arcsin arccos arctan arctan2 sinh cosh
    tanh arcsinh arccosh arctanh hypot maximum minimum sign step where clip erf erfc sigmoid softplus relu leaky_relu
    elu silu gelu logaddexp sum prod dot logsumexp max min abs
    add subtract multiply divide floor_divide mod power negative
"""


def test_every_promised_primitive_is_there() -> None:
    assert not set(PROMISED.split()) - {row.name for row in PUBLIC}


@pytest.mark.parametrize("row", PUBLIC, ids=lambda row: str(row.name))
def test_every_row_has_its_line_for_editors(row: Primitive) -> None:
    assert getattr(functions, row.name) is row
    assert row.name in functions.__annotations__
    assert getattr(ag, row.name) is row
    assert (row.name in ag.__all__) != (row.name in {"abs", "sum", "max", "min"})


@pytest.mark.parametrize("row", PUBLIC, ids=lambda row: str(row.name))
def test_every_row_says_what_it_is_for_with_an_example(row: Primitive) -> None:
    assert inspect.getdoc(row) == row.__doc__
    assert row.__doc__ is not None
    assert row.__doc__.startswith(row.summary)
    assert row.signature() in row.__doc__
    parser = doctest.DocTestParser()
    test = parser.get_doctest(row.__doc__, {}, row.name, None, 0)
    assert test.examples
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0


def test_rows_are_declared_in_the_table_only() -> None:
    package = Path(inspect.getfile(ag)).parent
    makers = {
        path.name
        for path in package.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Primitive"
    }
    assert makers == {"rows.py", "table.py", "declaring.py"}


def test_the_core_imports_only_the_standard_library() -> None:
    import subprocess
    import sys

    code = (
        "import sys; before = set(sys.modules); import autograd; "
        "new = {m.partition('.')[0] for m in set(sys.modules) - before if 'cython_' not in m}; "  # no files
        "print(sorted(new - set(sys.stdlib_module_names) - {'autograd'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# A primitive of one's own -------------------------------------------------------------------------


def cube() -> Primitive:
    return primitive("cube", lambda x: x**3, [lambda x, y: 3 * x**2], "{0:atom}^3", "Third power.")


def test_own_primitive_is_differentiable_to_any_order() -> None:
    x = Value(2.0)
    y = cube()(x)
    y.backward()
    assert (y.data, x.grad, y.op, y.partials) == (8.0, 12.0, "cube", (12.0,))
    assert [ag.derivative(cube(), n)(2.0) for n in range(5)] == [8.0, 12.0, 12.0, 6.0, 0.0]
    assert ag.gradcheck(cube(), 2.0).ok


def test_own_primitive_takes_numbers_and_recomputes_and_pickles() -> None:
    f = cube()
    assert f(3) == 27.0
    x = Value(1.0)
    y = f(x)
    x.data = 2.0
    y.recompute()
    assert (y.data, y.partials) == (8.0, (12.0,))
    twin = pickle.loads(pickle.dumps(y))
    assert (twin.data, twin.op, twin.operands[0].data) == (8.0, "cube", 2.0)
    assert pickle.loads(pickle.dumps(f)) is f


def test_own_primitive_is_explained_and_shown() -> None:
    assert cube()._repr_latex_() == r"$$z = x^3 \qquad \frac{\partial z}{\partial x} = 3 \, x^{2}$$"
    assert repr(cube()) == "<primitive cube(x)>"
    unwritten = primitive("unwritten", lambda x, y: x + y, [lambda x, y, z: 1, lambda x, y, z: 1])
    assert unwritten._repr_latex_().startswith(r"$$z = \operatorname{unwritten}\left(x, y\right)")


def test_own_primitive_of_a_sequence() -> None:
    def mean_slopes(xs: Any, y: Any) -> list[float]:
        return [1 / len(xs)] * len(xs)

    mean = primitive("mean", lambda xs: sum(xs) / len(xs), mean_slopes)
    x = Value(1.0)
    out = mean([x, Value(2.0), 6.0])
    out.backward()
    assert (out.data, x.grad, out.partials) == (3.0, 1 / 3, (1 / 3, 1 / 3, 0.0))


def test_own_primitive_that_raises_is_not_defined_there() -> None:
    root = primitive("root", math.sqrt, [lambda x, y: 0.5 / y], domain=[Interval(0.0)])
    with pytest.raises(DomainError, match=r"root\(x\) is not defined at x = -1.0 \(labelled 'a'\): it needs x ≥ 0"):
        root(Value(-1.0, "a"))
    inverse = primitive("inverse", lambda x: 1 / x, [lambda x, y: -y * y])
    with pytest.raises(DomainError, match=r"inverse\(x\) is not defined at x = 0\.0"):
        inverse(0.0)
    assert root(Value(0.0)).partials == (math.inf,)  # 0.5 / 0 is IEEE's


def test_own_primitive_that_overflows_says_what_to_do() -> None:
    big = primitive("big", lambda x: -math.exp(x), [lambda x, y: y])
    with pytest.raises(OverflowError, match=r"big.*return math\.inf or -math\.inf"):
        big(1000.0)


def test_own_primitive_with_whole_numbers_for_partials() -> None:
    double = primitive("double", lambda x: 2 * x, [lambda x, y: 2])
    assert double(Value(3)).partials == (2.0,)
    assert type(double(Value(3)).partials[0]) is float


@pytest.mark.parametrize("result", [None, "1", 1j])
def test_own_primitive_that_computes_no_float_is_refused(result: object) -> None:
    odd = primitive("odd", lambda x: result, [lambda x, y: 1.0])  # type: ignore[arg-type,return-value]
    with pytest.raises(TypeError, match="compute of odd must return a float"):
        odd(1.0)


def test_own_primitive_whose_partial_is_no_number_is_refused() -> None:
    odd = primitive("odd", lambda x: x, [lambda x, y: "slope"])
    with pytest.raises(TypeError, match="must be a number, not str"):
        odd(Value(1.0))


@pytest.mark.parametrize("name", ["tanh", "add", "_ahead"])
def test_built_in_names_are_taken(name: str) -> None:
    with pytest.raises(ValueError, match="built-in"):
        primitive(name, math.tanh, [lambda x, y: 1 - y * y])


@pytest.mark.parametrize("name", ["", "a b", "1x", "+"])
def test_names_are_identifiers(name: str) -> None:
    with pytest.raises(ValueError, match="identifier"):
        primitive(name, math.tanh, [lambda x, y: 1 - y * y])


def test_declaring_again_replaces() -> None:
    cube()
    again = primitive("cube", lambda x: -(x**3), [lambda x, y: -3 * x**2])
    assert again(2.0) == -8.0
    assert PRIMITIVES["cube"] is again


# Calls --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: UNTYPED.tanh(), r"tanh\(x\) takes 1 operand\(s\), 0 given"),
        (lambda: UNTYPED.tanh(1.0, 2.0), "takes 1 operand"),
        (lambda: UNTYPED.leaky_relu(), r"leaky_relu\(x, slope=0.01\)"),
        (lambda: UNTYPED.where(1.0, 2.0), r"where\(condition, x, y\)"),
        (lambda: UNTYPED.dot([1.0]), "takes two sequences"),
        (lambda: UNTYPED.dot(1.0, 2.0), "takes two sequences"),
        (lambda: UNTYPED.tanh("x"), r"tanh's x must be a real number, not str \('x'\)"),
        (lambda: UNTYPED.hypot(1.0, None), "hypot's y must be a real number, not NoneType"),
        (lambda: UNTYPED.sum(["a"]), "sum's operand 0 must be a real number"),
        (lambda: UNTYPED.sum([Value(1.0), "a"]), "sum's operand 1 must be a real number"),
        (lambda: UNTYPED.tanh(1j), "not complex"),
        (lambda: UNTYPED.tanh([1.0]), "not list"),
    ],
)
def test_wrong_calls_say_what_was_expected(call: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call()


def test_dot_of_unequal_lengths() -> None:
    with pytest.raises(ValueError, match="equal length, not of 1 and 2"):
        ag.dot([1.0], [1.0, 2.0])


def test_sequences_are_one_node_and_may_be_generators() -> None:
    xs = [Value(float(i)) for i in range(5)]
    out = ag.sum(x for x in xs)
    assert out.operands == tuple(xs)
    assert ag.max(xs[1], xs[2], 1.5).partials == (0.0, 1.0, 0.0)
    assert (ag.sum([]), ag.prod([]), ag.dot([], [])) == (0.0, 1.0, 0.0)


def test_intervals_describe_themselves() -> None:
    cases = {
        Interval(): "any x",
        Interval(0.0): "x ≥ 0",
        Interval(0.0, closed=False): "x > 0",
        Interval(high=2.0, closed=False): "x < 2",
        Interval(-1.0, 1.0): "-1 ≤ x ≤ 1",
        Interval(nonzero=True): "x ≠ 0",
        Interval(finite=True): "finite x",
        Interval(-1.0, 1.0, nonzero=True): "-1 ≤ x ≤ 1 and x ≠ 0",
    }
    assert {str(interval): text for interval, text in cases.items()} == {text: text for text in cases.values()}


@pytest.mark.parametrize(
    ("interval", "inside", "outside"),
    [
        (Interval(0.0), [0.0, 5, math.inf], [-1e-300, -math.inf, math.nan, "0"]),
        (Interval(0.0, closed=False), [1e-300, math.inf], [0.0, -0.0]),
        (Interval(finite=True), [0.0, 1e308], [math.inf, -math.inf]),
        (Interval(nonzero=True), [1.0, -math.inf], [0.0, -0.0, 0]),
        (Interval(-1.0, 1.0, closed=False), [0.999], [1.0, -1.0, math.inf]),
    ],
)
def test_intervals_contain(interval: Interval, inside: list[Any], outside: list[Any]) -> None:
    assert all(x in interval for x in inside)
    assert not any(x in interval for x in outside)


def test_own_primitive_of_many_operands_names_them() -> None:
    partials = [lambda a, b, c, d, y: 1 / a, *[lambda a, b, c, d, y: 1.0] * 3]
    four = primitive("four", lambda a, b, c, d: math.log(a) + b + c + d, partials)
    with pytest.raises(DomainError, match=r"four\(x0, x1, x2, x3\) is not defined at x0 = -1\.0, x1 = 1\.0"):
        four(-1.0, 1.0, 2.0, 3.0)
    assert four._repr_latex_().startswith("$$z = ")


@pytest.mark.parametrize(
    ("compute", "partials", "details", "message"),
    [
        (lambda x, y: x * y, [lambda x, y, z: y], {}, "compute of odd must take the operands: 1"),
        (lambda x: x, [lambda x: 1.0], {}, "a partial of odd must take the operands and the result: 2"),
        (lambda x: x, lambda x, y, z: [1.0], {}, "a partial of odd must take"),
        (lambda x: x, [1.0], {}, "partials of odd must be functions"),
        (lambda x: x, [], {}, "partials of odd must be functions"),
        (lambda x: x, [lambda x, y: 1.0], {"latex": "{1}^3"}, "latex of odd must be a template"),
        (lambda x: x, [lambda x, y: 1.0], {"latex": r"\mathrm{f}({0})"}, "all other braces doubled"),
        (lambda x: x, [lambda x, y: 1.0], {"domain": []}, ""),
        (lambda x: x, [lambda x, y: 1.0], {"domain": [Interval()] * 2}, "domain of odd must have 1 entries"),
    ],
)
def test_wrong_declarations_are_refused_at_once(compute: Any, partials: Any, details: Any, message: str) -> None:
    if not message:
        assert primitive("odd", compute, partials, **details)(1.0) == 1.0
        return
    with pytest.raises((TypeError, ValueError), match=message):
        primitive("odd", compute, partials, **details)


def test_partials_of_own_primitives_may_branch() -> None:
    odd = primitive("odd", lambda x: abs(x), [lambda x, y: 1 / y * x if x != 0 else 0.0])
    assert [odd(Value(x)).partials[0] for x in (-2.0, 0.0, 2.0)] == [-1.0, 0.0, 1.0]

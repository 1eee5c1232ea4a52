"""What users rely on in `Value`: numbers in, operators, comparisons, backward, staleness, errors."""

from __future__ import annotations

import inspect
import math
import operator
import struct
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import DomainError, StaleGraphError, Value, table
from autograd.rows import PRIMITIVES, Primitive

Declare = Callable[..., Primitive]

OPERATORS = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.pow,
]
INPLACE = [
    operator.iadd,
    operator.isub,
    operator.imul,
    operator.itruediv,
    operator.ifloordiv,
    operator.imod,
    operator.ipow,
]
NUMBERS = [
    3,
    1.5,
    True,
    Fraction(3, 2),
    Decimal("1.5"),
    np.float64(1.5),
    np.float32(1.5),
    np.float16(1.5),
    np.int64(3),
    np.int8(3),
    np.uint32(3),
    np.bool_(True),
    np.array(1.5),
]
NOT_NUMBERS = [
    "2",
    b"2",
    None,
    1 + 2j,
    np.complex128(1),
    [1.0],
    (1.0,),
    {1.0},
    np.array([1.0]),
    np.array([1.0, 2.0]),
    np.array([]),
    np.datetime64("2020-01-01"),
    object(),
    math.exp,
]
UNARY = [row for row in table.PUBLIC if row.arity == 1 and row.name not in {"negative", "positive", "abs"}]
ELEMENTWISE = [getattr(np, row.name) for row in UNARY if hasattr(np, row.name) and row.name != "sign"]


@pytest.fixture
def declare() -> Iterator[Declare]:
    before = dict(PRIMITIVES)
    yield autograd.primitive
    PRIMITIVES.clear()
    PRIMITIVES.update(before)


def bits(number: float) -> bytes:
    return struct.pack("<d", number)


def name_of(thing: Any) -> str:
    return f"{type(thing).__module__}.{type(thing).__name__}"


# Making a value -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", NUMBERS, ids=name_of)
def test_any_real_number_is_stored_as_a_float(number: Any) -> None:
    value = Value(number)
    assert type(value.data) is float
    assert value.data == float(number)


@pytest.mark.parametrize("number", NUMBERS, ids=name_of)
def test_any_real_number_may_be_assigned(number: Any) -> None:
    value = Value(0.0)
    value.data = number
    value.grad = number
    assert type(value.data) is type(value.grad) is float
    assert value.data == value.grad == float(number)


@pytest.mark.parametrize("thing", NOT_NUMBERS, ids=name_of)
def test_what_is_no_real_number_is_refused_by_name(thing: Any) -> None:
    with pytest.raises(TypeError, match=f"data of Value must be a real number, not {type(thing).__name__}"):
        Value(thing)


@pytest.mark.parametrize("attribute", ["data", "grad"])
@pytest.mark.parametrize("thing", NOT_NUMBERS, ids=name_of)
def test_what_is_no_real_number_is_refused_on_assignment(attribute: str, thing: Any) -> None:
    x = Value(2.0, "x")
    x.grad = 5.0
    with pytest.raises(TypeError, match=f"{attribute} of Value 'x' must be a real number, not {type(thing).__name__}"):
        setattr(x, attribute, thing)
    assert (x.data, x.grad) == (2.0, 5.0)


def test_numpy_s_single_precision_complex_number_is_refused_and_not_cut() -> None:
    with pytest.raises(TypeError, match="not complex64"):
        Value(np.complex64(1 + 2j))


def test_a_string_in_an_array_is_refused() -> None:
    with pytest.raises(TypeError, match="must be a real number"):
        Value(np.array("3"))


@pytest.mark.parametrize("attribute", ["data", "grad"])
def test_a_value_in_place_of_a_number_is_refused_with_what_to_write(attribute: str) -> None:
    x = Value(2.0, "x")
    with pytest.raises(TypeError, match=r"Value.*use its \.data, or \.detach\(\)"):
        setattr(x, attribute, Value(1.0))


def test_a_value_of_a_value_is_refused_with_what_to_write() -> None:
    with pytest.raises(TypeError, match=r"not Value.*use its \.data"):
        Value(Value(1.0))


def test_an_array_of_one_value_is_refused() -> None:
    with pytest.raises(TypeError, match="not ndarray"):
        Value(np.array(Value(1.0), dtype=object))


@pytest.mark.parametrize("label", [None, 3, b"x", ["x"], Value(1.0)], ids=name_of)
def test_a_label_must_be_a_string(label: Any) -> None:
    with pytest.raises(TypeError, match=f"label must be a string, not {type(label).__name__}"):
        Value(1.0, label)
    x = Value(1.0, "x")
    with pytest.raises(TypeError, match=f"label must be a string, not {type(label).__name__}"):
        x.label = label
    with pytest.raises(TypeError, match=f"label must be a string, not {type(label).__name__}"):
        x.named(label)
    assert x.label == "x"


def test_infinities_and_nan_are_real_enough() -> None:
    assert Value(math.inf).data == math.inf
    assert math.isnan(Value(Decimal("nan")).data)
    assert bits(Value(-0.0).data) == bits(-0.0)


def test_a_whole_number_beyond_floats_is_an_overflow_as_for_a_float() -> None:
    with pytest.raises(OverflowError):
        Value(10**400)
    with pytest.raises(OverflowError):
        Value(1.0) * 10**400


def test_a_new_value_is_a_leaf() -> None:
    x = Value(2.0, "x")
    assert (x.data, x.grad, x.label, x.op, x.operands, x.partials) == (2.0, 0.0, "x", "", (), ())


def test_a_result_knows_its_operands_in_order_and_its_partials_at_once() -> None:
    x, y = Value(3.0, "x"), Value(5.0, "y")
    z = x * y
    assert z.op == "*"
    assert z.operands == (x, y)
    assert z.partials == (5.0, 3.0)
    assert z.grad == 0.0
    assert [type(partial) for partial in z.partials] == [float, float]


def test_operands_have_one_entry_per_argument() -> None:
    x = Value(3.0)
    assert (x * x).operands == (x, x)
    assert autograd.sum([x, x, x]).operands == (x, x, x)


@pytest.mark.parametrize("attribute", ["op", "operands", "partials"])
def test_how_a_value_was_made_cannot_be_assigned(attribute: str) -> None:
    with pytest.raises(AttributeError):
        setattr(Value(1.0), attribute, ())


def test_a_misspelt_attribute_is_an_error() -> None:
    with pytest.raises(AttributeError):
        Value(1.0).gradient = 0.0  # type: ignore[attr-defined]


def test_value_is_not_subclassed() -> None:
    with pytest.raises(TypeError, match="type 'Value' is not an acceptable base type"):
        type("Own", (Value,), {})


def test_named_labels_inside_an_expression() -> None:
    x = Value(2.0)
    y = (x * 3).named("y")
    assert y.label == "y"
    assert y.operands[0] is x


# Constants ------------------------------------------------------------------------------------------------------------


def test_a_number_in_an_expression_is_an_operand_with_partial_zero() -> None:
    x = Value(3.0)
    y = 2 * x
    constant, variable = y.operands
    assert variable is x
    assert (constant.data, constant.op, constant.grad) == (2.0, "constant", 0.0)
    assert y.partials == (0.0, 2.0)
    y.backward()
    assert y.operands[0].grad == 0.0
    assert x.grad == 2.0


@pytest.mark.parametrize("op", OPERATORS)
def test_a_number_has_partial_zero_on_either_side_of_every_operator(op: Callable[[Any, Any], Value]) -> None:
    x = Value(2.5)
    left, right = op(1.5, x), op(x, 1.5)
    assert [operand.op for operand in left.operands] == ["constant", ""]
    assert [operand.op for operand in right.operands] == ["", "constant"]
    assert left.partials[0] == right.partials[1] == 0.0
    assert left.operands[0].data == right.operands[1].data == 1.5


def test_a_number_in_a_sequence_is_a_constant() -> None:
    x = Value(3.0)
    y = autograd.prod([x, 2, np.float64(5.0)])
    assert [operand.op for operand in y.operands] == ["", "constant", "constant"]
    assert y.partials == (10.0, 0.0, 0.0)


def test_a_detached_value_is_a_constant() -> None:
    x = Value(3.0, "x")
    cut = (x * 2).named("cut").detach()
    assert (cut.op, cut.data, cut.label, cut.operands, cut.partials) == ("constant", 6.0, "cut", (), ())
    y = x * cut
    assert y.partials == (6.0, 0.0)
    y.backward()
    assert (x.grad, cut.grad) == (6.0, 0.0)


def test_a_constant_s_gradient_stays_zero() -> None:
    constant = Value(3.0).detach()
    constant.grad = 7.0
    assert constant.grad == 0.0


def test_a_constant_has_nothing_to_differentiate() -> None:
    with pytest.raises(ValueError, match=r"Value 'c' is a constant .*nothing to differentiate"):
        Value(3.0, "c").detach().backward()


# Operators ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("number", NUMBERS, ids=name_of)
def test_every_operator_takes_a_number_on_either_side(op: Callable[[Any, Any], Any], number: Any) -> None:
    x = Value(2.5)
    assert type(op(x, number)) is type(op(number, x)) is Value
    assert op(x, number).data == op(2.5, float(number))
    assert op(number, x).data == op(float(number), 2.5)


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize(("left", "right"), [(2.5, 1.5), (1.5, 2.5), (-7.0, 2.0), (7.0, -2.0), (-0.0, 3.0)])
def test_every_operator_computes_what_floats_compute(op: Callable[[Any, Any], Any], left: float, right: float) -> None:
    expected = bits(op(left, right))
    assert bits(op(Value(left), Value(right)).data) == expected
    assert bits(op(left, Value(right)).data) == expected
    assert bits(op(Value(left), right).data) == expected


@pytest.mark.parametrize("op", OPERATORS)
def test_every_operator_has_the_same_partials_for_values_and_numbers(op: Callable[[Any, Any], Value]) -> None:
    x, y = Value(2.5), Value(1.5)
    both = op(x, y).partials
    assert op(x, 1.5).partials == (both[0], 0.0)
    assert op(2.5, y).partials == (0.0, both[1])


@pytest.mark.parametrize(("inplace", "op"), list(zip(INPLACE, OPERATORS, strict=True)))
@pytest.mark.parametrize("other", [3, 1.5, np.float64(1.5), Value(1.5)], ids=name_of)
def test_in_place_forms_make_a_new_node(
    inplace: Callable[[Any, Any], Value], op: Callable[[Any, Any], Value], other: Any
) -> None:
    x = Value(2.5)
    y = inplace(x, other)
    assert y is not x
    assert y.operands[0] is x
    assert x.data == 2.5
    assert (y.op, y.data, y.partials) == (op(x, other).op, op(x, other).data, op(x, other).partials)


@pytest.mark.parametrize("other", [2, -2.0, np.float64(2.0), Value(2.0)], ids=name_of)
def test_divmod_gives_quotient_and_remainder(other: Any) -> None:
    number = other.data if isinstance(other, Value) else float(other)
    x = Value(7.5)
    quotient, remainder = divmod(x, other)
    assert (quotient.data, remainder.data) == divmod(7.5, number)
    assert quotient.partials[0] == 0.0
    assert remainder.partials[0] == 1.0
    quotient, remainder = divmod(other, x)
    assert (quotient.data, remainder.data) == divmod(number, 7.5)


def test_divmod_of_what_is_no_number_is_refused() -> None:
    with pytest.raises(TypeError, match="divmod"):
        divmod(Value(1.0), "2")
    with pytest.raises(TypeError, match="divmod"):
        divmod("2", Value(1.0))


def test_signs_and_absolute_value() -> None:
    x = Value(-2.5)
    assert [(-x).data, (+x).data, abs(x).data] == [2.5, -2.5, 2.5]
    assert [(-x).partials, (+x).partials, abs(x).partials] == [(-1.0,), (1.0,), (-1.0,)]
    assert +x is not x


def test_power_is_differentiable_in_base_exponent_and_both() -> None:
    x, n = Value(2.0), Value(3.0)
    assert (x**3).partials == (12.0, 0.0)
    assert (2**n).partials == (0.0, 8.0 * math.log(2.0))
    assert (x**n).partials == (12.0, 8.0 * math.log(2.0))


def test_power_modulo_is_refused() -> None:
    with pytest.raises(TypeError):
        pow(Value(2.0), 2, 3)  # type: ignore[call-overload]


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("thing", ["2", None, 1j, {}], ids=name_of)
def test_operators_refuse_what_is_no_number(op: Callable[[Any, Any], Any], thing: Any) -> None:
    x = Value(2.0)
    with pytest.raises(TypeError):
        op(x, thing)
    if not (op is operator.mod and isinstance(thing, str)):  # "text" % x is text
        with pytest.raises(TypeError):
            op(thing, x)


def test_values_have_no_matrix_product() -> None:
    with pytest.raises(TypeError, match="@"):
        Value(1.0) @ Value(2.0)  # type: ignore[operator]


def test_builtin_sum_starts_with_a_constant_zero() -> None:
    x, y = Value(2.0), Value(3.0)
    total = sum([x, y])
    assert isinstance(total, Value)
    assert total.data == 5.0
    first = total.operands[0]
    assert [operand.op for operand in first.operands] == ["constant", ""]
    assert first.operands[0].data == 0.0
    total.backward()
    assert (x.grad, y.grad) == (1.0, 1.0)


# Comparison, identity, conversion -------------------------------------------------------------------------------------

ORDERINGS = [operator.lt, operator.le, operator.gt, operator.ge]


@pytest.mark.parametrize("compare", ORDERINGS)
@pytest.mark.parametrize(("left", "right"), [(1.0, 2.0), (2.0, 1.0), (2.0, 2.0), (math.nan, 1.0), (-0.0, 0.0)])
def test_ordering_goes_by_data(compare: Callable[[Any, Any], bool], left: float, right: float) -> None:
    expected = compare(left, right)
    assert compare(Value(left), Value(right)) is expected
    assert compare(Value(left), right) is expected
    assert compare(left, Value(right)) is expected
    assert bool(compare(Value(left), np.float64(right))) is expected
    assert bool(compare(np.float64(left), Value(right))) is expected


@pytest.mark.parametrize("compare", ORDERINGS)
@pytest.mark.parametrize("thing", ["2", None, 1j, [1.0]], ids=name_of)
def test_ordering_refuses_what_is_no_number(compare: Callable[[Any, Any], bool], thing: Any) -> None:
    with pytest.raises(TypeError, match="not supported"):
        compare(Value(1.0), thing)


def test_sorting_and_the_builtin_extremes_go_by_data() -> None:
    x, y, z = Value(3.0), Value(1.0), Value(2.0)
    assert sorted([x, y, z]) == [y, z, x]
    assert max(x, y, z) is x
    assert min([x, y, z]) is y


@pytest.mark.parametrize("number", [0.0, -0.0, 1e-300, -2.0, math.nan, math.inf])
def test_truth_goes_by_data(number: float) -> None:
    assert bool(Value(number)) is bool(number)


def test_equality_and_hash_go_by_identity() -> None:
    x, twin = Value(2.0), Value(2.0)
    same = x
    number: Any = 2.0
    assert x == same
    assert x != twin
    assert (x == number) is False
    assert (number == x) is False
    assert x != number
    assert {x: "x", twin: "twin"}[twin] == "twin"
    assert twin not in [x]
    assert len({x, same, twin}) == 2
    before = hash(x)
    x.data = 7.0
    assert hash(x) == before


@pytest.mark.parametrize("convert", [float, math.exp, math.floor, lambda x: operator.mod("%.1f", x)])
def test_conversion_to_float_says_what_to_write_instead(convert: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError) as caught:
        convert(Value(2.0, "x"))
    assert "Value 'x' would silently cut the graph" in str(caught.value)
    for advice in ("x.data", "x.detach()", "autograd.exp(x) rather than math.exp(x)"):
        assert advice in str(caught.value)


def test_conversion_to_int_says_what_to_write_instead() -> None:
    with pytest.raises(TypeError, match=r"write int\(x\.data\)"):
        int(Value(2.0))


def test_conversion_to_complex_is_refused() -> None:
    with pytest.raises(TypeError, match=r"write complex\(x\.data\)"):
        complex(Value(2.0))


@pytest.mark.parametrize("use", [range, "abc".__getitem__, round, "x".center])
def test_a_value_is_no_index_and_does_not_round(use: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError):
        use(Value(1.0))


@pytest.mark.parametrize("spec", [".3f", "+.1e", "10.2f", ">12", "g", "08.3f", ",.2f", ".0%"])
def test_format_is_that_of_the_data(spec: str) -> None:
    assert format(Value(1234.5678), spec) == format(1234.5678, spec)


def test_format_without_a_specification_is_the_repr() -> None:
    x = Value(2.0, "x")
    assert f"{x}" == str(x) == repr(x)


def test_repr_shows_data_gradient_and_label() -> None:
    x = Value(2.0)
    assert repr(x) == "Value(data=2.0, grad=0.0)"
    x.grad = 0.5
    x.label = "it's x"
    assert repr(x) == """Value(data=2.0, grad=0.5, label="it's x")"""


# Primitives as methods and functions ----------------------------------------------------------------------------------


def points(row: Primitive) -> list[float]:
    """Numbers in the domain of a unary row, on both sides of 0 where it allows them."""
    candidates = [-30.0, -2.5, -0.75, -1e-9, 0.0, 0.25, 0.75, 1.0, 1.5, 30.0]
    domain = row.domain
    inside = candidates if domain is None else [x for x in candidates if x in domain[0]]
    assert len(inside) >= 3
    return inside


def test_the_table_has_unary_rows() -> None:
    assert len(UNARY) >= 31


@pytest.mark.parametrize("row", UNARY, ids=lambda row: row.name)
def test_a_unary_primitive_is_a_method_and_a_function(row: Primitive) -> None:
    function = getattr(autograd, row.name)
    for point in points(row):
        x = Value(point)
        from_method, from_function = getattr(x, row.name)(), function(x)
        assert type(from_method) is type(from_function) is Value
        assert from_method.op == from_function.op == row.symbol
        assert from_method.operands == from_function.operands == (x,)
        assert bits(from_method.data) == bits(from_function.data) == bits(function(point))
        assert bits(from_method.partials[0]) == bits(from_function.partials[0])


@pytest.mark.parametrize("row", UNARY, ids=lambda row: row.name)
def test_a_method_says_what_the_row_says(row: Primitive) -> None:
    assert inspect.getdoc(getattr(Value, row.name)) == row.summary


@pytest.mark.parametrize("row", table.PUBLIC, ids=lambda row: row.name)
def test_every_public_primitive_is_a_documented_function(row: Primitive) -> None:
    assert getattr(autograd, row.name) is row
    assert row.summary in (inspect.getdoc(row) or "")


@pytest.mark.parametrize("row", UNARY, ids=lambda row: row.name)
@pytest.mark.parametrize("kind", [int, bool, np.float64, np.int64, np.bool_, np.array, Fraction, Decimal])
def test_a_function_of_a_plain_number_is_a_plain_number(row: Primitive, kind: Callable[[Any], Any]) -> None:
    result = row(kind(1)) if row.name != "arctanh" else row(kind(0))
    assert type(result) is float
    assert bits(result) == bits(row(1.0 if row.name != "arctanh" else 0.0))


@pytest.mark.parametrize("row", [row for row in table.PUBLIC if row.example], ids=lambda row: row.name)
def test_every_function_of_plain_numbers_gives_a_float(row: Primitive) -> None:
    assert row.example is not None
    arguments, expected = row.example
    result = row(*arguments)
    assert type(result) is float
    assert result == expected


@pytest.mark.parametrize(("name", "default"), [("leaky_relu", 0.01), ("elu", 1.0)])
def test_a_parameter_left_out_has_its_default_in_method_and_function(name: str, default: float) -> None:
    x = Value(-2.0)
    method, function = getattr(x, name), getattr(autograd, name)
    expected = function(x, default)
    assert method().data == function(x).data == expected.data
    assert method().partials == function(x).partials == expected.partials


def test_methods_of_several_operands_agree_with_the_functions() -> None:
    x, y = Value(3.0), Value(4.0)
    assert x.hypot(y).operands == (x, y)
    assert x.hypot(4).data == autograd.hypot(x, 4.0).data == 5.0
    assert x.arctan2(y).partials == autograd.arctan2(x, y).partials
    assert x.clip(0, 2).data == autograd.clip(x, 0.0, 2.0).data == 2.0
    assert x.leaky_relu(0.5).partials == autograd.leaky_relu(x, 0.5).partials


@pytest.mark.parametrize("thing", NOT_NUMBERS, ids=name_of)
def test_a_function_refuses_what_is_no_number(thing: Any) -> None:
    with pytest.raises(TypeError, match=r"tanh's x must be a real number"):
        autograd.tanh(thing)
    with pytest.raises(TypeError, match=r"hypot's y must be a real number"):
        autograd.hypot(Value(1.0), thing)
    with pytest.raises(TypeError, match=r"sum's operand 1 must be a real number"):
        autograd.sum([Value(1.0), thing])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: table.tanh(), r"tanh\(x\) takes 1 operand\(s\), 0 given"),
        (lambda: table.tanh(1.0, 2.0), r"tanh\(x\) takes 1 operand\(s\), 2 given"),
        (lambda: table.hypot(Value(1.0)), r"hypot\(x, y\) takes 2 operand\(s\), 1 given"),
        (lambda: table.clip(Value(1.0), 0.0), r"clip\(.*\) takes 3 operand\(s\), 2 given"),
        (lambda: table.dot(Value(1.0), Value(2.0)), r"dot\(xs, ys\) takes two sequences"),
    ],
)
def test_a_wrong_number_of_operands_is_said(call: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call()


def test_a_dot_product_of_unequal_lengths_is_said() -> None:
    with pytest.raises(ValueError, match="of equal length, not of 1 and 2"):
        autograd.dot([Value(1.0)], [1.0, 2.0])


@pytest.mark.parametrize("row", [table.sum_, table.prod, table.max_, table.min_, table.logsumexp])
def test_a_sequence_makes_one_node_however_it_is_given(row: Primitive) -> None:
    x, y = Value(1.0), Value(2.0)
    ways = [row([x, 3, y]), row((x, 3, y)), row(v for v in (x, 3, y)), row(x, 3, y), row(np.array([x, 3, y]))]
    for node in ways:
        assert node.op == row.symbol
        assert (node.operands[0], node.operands[1].data, node.operands[2]) == (x, 3.0, y)
        assert node.partials == ways[0].partials
        assert node.data == row([1.0, 3.0, 2.0])


def test_the_empty_sum_product_and_dot_product_are_numbers() -> None:
    for result, expected in [(autograd.sum([]), 0.0), (autograd.prod([]), 1.0), (autograd.dot([], []), 0.0)]:
        assert type(result) is float
        assert result == expected


@pytest.mark.parametrize("row", [table.max_, table.min_, table.logsumexp])
def test_an_empty_sequence_without_a_value_is_said(row: Primitive) -> None:
    with pytest.raises(ValueError, match="empty sequence"):
        row([])


# Primitives of one's own ----------------------------------------------------------------------------------------------


def test_a_declared_primitive_is_a_function(declare: Declare) -> None:
    cube = declare("cube", lambda x: x**3, [lambda x, y: 3 * x**2])
    x = Value(2.0)
    y = cube(x)
    y.backward()
    assert (y.op, y.data, y.partials, x.grad) == ("cube", 8.0, (12.0,), 12.0)
    assert cube(2) == 8.0
    assert not hasattr(x, "cube")


def test_a_declared_primitive_of_a_sequence_that_raises_is_not_defined_there(declare: Declare) -> None:
    def compute(xs: tuple[float, ...]) -> float:
        if min(xs) <= 0.0:
            raise ValueError("not positive")
        return math.prod(xs) ** (1.0 / len(xs))

    mean = declare("geometric_mean", compute, lambda xs, y: [y / (len(xs) * x) for x in xs])
    assert mean([Value(2.0), Value(8.0)]).data == pytest.approx(4.0)
    with pytest.raises(DomainError, match=r"geometric_mean\(xs\) is not defined"):
        mean([Value(-2.0), Value(8.0)])


def test_a_declared_domain_is_kept(declare: Declare) -> None:
    own = declare("own", lambda x: x, [lambda x, y: 1.0], domain=[autograd.Interval(0.0, 1.0)])
    assert own(Value(1.0)).data == 1.0
    for outside in (Value(2.0), 2.0):
        with pytest.raises(DomainError, match=r"own\(x\) is not defined at x = 2\.0: it needs 0 ≤ x ≤ 1"):
            own(outside)


def test_a_declared_primitive_with_too_few_partials_is_named(declare: Declare) -> None:
    total = declare("own_total", lambda xs: float(sum(xs)), lambda xs, y: [1.0])
    with pytest.raises(ValueError, match="own_total"):
        total([Value(1.0), Value(2.0)])


@pytest.mark.parametrize("name", ["constant", "checkpoint"])
def test_a_primitive_cannot_take_the_name_of_another_kind_of_node(declare: Declare, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        declare(name, lambda x: x, [lambda x, y: 1.0])


@pytest.mark.parametrize("name", ["tanh", "add", "not a name", "", "3x"])
def test_a_primitive_cannot_take_a_built_in_or_impossible_name(declare: Declare, name: str) -> None:
    with pytest.raises(ValueError, match="primitive"):
        declare(name, lambda x: x, [lambda x, y: 1.0])


@pytest.mark.parametrize("slope", [None, "1", 1j, [1.0]], ids=name_of)
def test_a_partial_that_is_no_number_is_said(declare: Declare, slope: Any) -> None:
    own = declare("own", lambda x: x, [lambda x, y: slope])
    with pytest.raises(TypeError, match="partial derivative must be a number"):
        own(Value(1.0))


# NumPy ----------------------------------------------------------------------------------------------------------------


def vector(*numbers: float) -> Any:
    return np.array([Value(number) for number in numbers], dtype=object)


def data(array: Any) -> Any:
    return np.array([value.data for value in array.ravel()]).reshape(array.shape)


def gradient(array: Any) -> list[float]:
    return [value.grad for value in array.ravel()]


@pytest.mark.parametrize("function", ELEMENTWISE, ids=lambda f: f.__name__)
def test_numpy_s_functions_work_on_object_arrays(function: Any) -> None:
    a = vector(1.5, 2.5) if function is np.arccosh else vector(0.25, 0.75)
    own = getattr(autograd, function.__name__)
    for result, x in zip(function(a), a, strict=True):
        assert bits(result.data) == bits(own(x).data)
        result.backward()
        assert x.grad == pytest.approx(own(x).partials[0], rel=1e-15)


def test_as_many_numpy_functions_as_promised() -> None:
    names = "exp exp2 expm1 log log2 log10 log1p sqrt cbrt square reciprocal sin cos tan arcsin arccos arctan sinh cosh"
    assert {*names.split(), "tanh", "arcsinh", "arccosh", "arctanh"} <= {f.__name__ for f in ELEMENTWISE}


@pytest.mark.parametrize(
    ("function", "op"),
    [(np.negative, "neg"), (np.positive, "pos"), (np.absolute, "abs")],
    ids=["negative", "positive", "absolute"],
)
def test_numpy_s_signs_work_on_object_arrays(function: Any, op: str) -> None:
    assert [value.op for value in function(vector(-1.0, 2.0))] == [op, op]


@pytest.mark.parametrize(
    ("function", "op"),
    [
        (np.add, "+"), (np.subtract, "-"), (np.multiply, "*"), (np.divide, "/"), (np.floor_divide, "//"),
        (np.mod, "%"), (np.power, "**"), (np.hypot, "hypot"), (np.arctan2, "arctan2"),
    ],
)  # fmt: skip
def test_numpy_s_functions_of_two_operands_work_on_object_arrays(function: Any, op: str) -> None:
    a, b = vector(0.5, 2.5), vector(2.0, 1.5)
    result = function(a, b)
    assert [value.op for value in result] == [op, op]
    assert [value.operands for value in result] == [(a[0], b[0]), (a[1], b[1])]
    assert data(result).tolist() == pytest.approx(function(data(a), data(b)).tolist(), rel=1e-15)
    assert [value.op for value in function(a, 3.0)] == [op, op]


@pytest.mark.parametrize("op", OPERATORS)
def test_arrays_of_numbers_and_values_mix_in_either_order(op: Callable[[Any, Any], Any]) -> None:
    x, numbers = Value(2.5), np.array([1.5, 3.0])
    assert data(op(x, numbers)).tolist() == [op(2.5, 1.5), op(2.5, 3.0)]
    assert data(op(numbers, x)).tolist() == [op(1.5, 2.5), op(3.0, 2.5)]
    assert data(op(vector(2.5, 2.5), numbers)).tolist() == [op(2.5, 1.5), op(2.5, 3.0)]


def test_a_numpy_scalar_on_the_left_gives_a_value_that_differentiates() -> None:
    x = Value(3.0)
    y = np.float64(2) * x
    assert type(y) is Value
    y.backward()
    assert x.grad == 2.0


def test_a_value_by_itself_goes_through_numpy_s_functions() -> None:
    y = np.tanh(Value(0.5))  # type: ignore[call-overload]
    assert type(y) is Value
    assert y.data == math.tanh(0.5)


def test_matrix_products_differentiate() -> None:
    matrix = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    a = vector(5.0, 6.0)
    product = matrix @ a
    assert data(product).tolist() == [17.0, 39.0]
    (product @ np.array([1.0, 10.0])).backward()
    assert gradient(matrix) == [5.0, 6.0, 50.0, 60.0]
    assert gradient(a) == [31.0, 42.0]


@pytest.mark.parametrize(
    "reduce",
    [
        lambda a: a.sum(), np.sum, lambda a: a @ np.ones(2), lambda a: np.dot(a, np.ones(2)),
        lambda a: np.einsum("i,i->", a, np.ones(2)), lambda a: 2 * a.mean(), lambda a: a.cumsum()[-1],
        lambda a: np.trace(np.diag(a)), lambda a: np.inner(a, np.ones(2)),
    ],
)  # fmt: skip
def test_sums_of_arrays_are_values_that_differentiate(reduce: Callable[[Any], Any]) -> None:
    a = vector(0.5, 2.0)
    total = reduce(a)
    assert type(total) is Value
    assert total.data == 2.5
    total.backward()
    assert gradient(a) == [1.0, 1.0]


def test_products_of_arrays_are_values_that_differentiate() -> None:
    a = vector(0.5, 2.0, 4.0)
    a.prod().backward()
    assert gradient(a) == [8.0, 2.0, 1.0]


def test_comparisons_of_arrays_go_by_data_and_equality_by_identity() -> None:
    a = vector(0.5, 2.0)
    assert (a > 1.0).tolist() == [False, True]
    assert (a == a.copy()).tolist() == [True, True]
    assert (a == np.array([0.5, 2.0])).tolist() == [False, False]


def test_numpy_cannot_turn_values_into_floats() -> None:
    with pytest.raises(TypeError, match="silently cut the graph"):
        vector(1.0, 2.0).astype(float)
    with pytest.raises(TypeError, match="silently cut the graph"):
        np.array([Value(1.0)], dtype=float)


def test_numpy_s_maximum_compares_and_so_gives_the_whole_slope_of_a_tie_to_one() -> None:
    a, b = vector(1.0), vector(1.0)
    assert np.maximum(a, b)[0] is a[0]
    assert autograd.maximum(a[0], b[0]).partials == (0.5, 0.5)


# Backward -------------------------------------------------------------------------------------------------------------


def test_gradients_of_a_neuron_are_those_of_the_chain_rule() -> None:
    x, w, b = Value(2.0), Value(-3.0), Value(6.5)
    y = (x * w + b).tanh()
    y.backward()
    slope = 1.0 - math.tanh(0.5) ** 2
    assert (x.grad, w.grad, b.grad) == pytest.approx((-3.0 * slope, 2.0 * slope, slope), rel=1e-15)
    assert y.grad == 1.0


def test_a_second_call_exactly_doubles_the_leaves_and_corrupts_nothing() -> None:
    x, y = Value(1.1, "x"), Value(-0.7, "y")
    inner = x * y + x.sin()
    root = (inner * inner + inner.exp()) / y
    root.backward()
    once, interior = (x.grad, y.grad), inner.grad
    root.backward()
    assert (x.grad, y.grad) == (2.0 * once[0], 2.0 * once[1])
    assert (inner.grad, root.grad) == (interior, 1.0)
    root.backward()
    assert x.grad == pytest.approx(3.0 * once[0], rel=1e-15)


def test_interior_nodes_hold_this_call_s_adjoint_and_leaves_the_sum_over_calls() -> None:
    x = Value(3.0)
    shared = x * 2
    first, second = shared * 5, shared * 7
    first.backward()
    assert (shared.grad, x.grad) == (5.0, 10.0)
    second.backward()
    assert (shared.grad, x.grad) == (7.0, 24.0)
    assert first.grad == 1.0


@pytest.mark.parametrize("seed", [2, -0.5, True, np.float64(3.0), Fraction(1, 4), 0.0])
def test_the_seed_multiplies_the_gradient(seed: Any) -> None:
    x = Value(3.0)
    y = x * x
    y.backward(seed)
    assert (x.grad, y.grad) == (6.0 * float(seed), float(seed))


@pytest.mark.parametrize("seed", ["1", None, 1j, [1.0], Value(1.0)], ids=name_of)
def test_a_seed_that_is_no_number_is_refused(seed: Any) -> None:
    x = Value(3.0)
    y = x * x
    with pytest.raises(TypeError, match="seed must be a real number"):
        y.backward(seed)
    assert (x.grad, y.grad) == (0.0, 0.0)


def test_backward_on_a_leaf_accumulates_the_seed() -> None:
    x = Value(3.0)
    x.backward()
    x.backward(4.0)
    assert x.grad == 5.0


def test_zero_grad_on_a_root_clears_its_graph_and_nothing_else() -> None:
    x, other = Value(3.0), Value(4.0)
    y = x * x
    root = autograd.sum([y, x, 2.0])
    (root * other).backward()
    root.zero_grad()
    assert [node.grad for node in (x, y, root)] == [0.0, 0.0, 0.0]
    assert other.grad == root.data


def test_assigning_zero_to_a_leaf_s_gradient_starts_afresh() -> None:
    x = Value(3.0)
    y = x * x
    y.backward()
    x.grad = 0
    y.backward()
    assert x.grad == 6.0


def test_zero_times_infinity_in_the_sweep_is_nan() -> None:
    x = Value(0.0)
    (x.sqrt() * 0.0).backward()
    assert math.isnan(x.grad)


# Present data, recorded graph -----------------------------------------------------------------------------------------


def test_changing_a_leaf_does_not_corrupt_the_recorded_backward_pass() -> None:
    x, y = Value(2.0), Value(3.0)
    z = x * y + x.square()
    x.data = 100.0
    y.data = -1.0
    z.backward()
    assert (z.data, x.grad, y.grad) == (10.0, 7.0, 2.0)


def test_recompute_brings_values_and_partials_to_the_present_data() -> None:
    x, y = Value(2.0), Value(3.0)
    nodes = [x * y, x + 1, 2 / x, autograd.prod([x, y, 5.0]), x.square(), -x, x**y, autograd.clip(x, 0.0, y)]
    root = autograd.sum(nodes)
    x.data, y.data = 1.5, 4.0
    root.recompute()
    a, b = Value(1.5), Value(4.0)
    fresh = [a * b, a + 1, 2 / a, autograd.prod([a, b, 5.0]), a.square(), -a, a**b, autograd.clip(a, 0.0, b)]
    assert [node.data for node in nodes] == [node.data for node in fresh]
    assert [node.partials for node in nodes] == [node.partials for node in fresh]
    assert root.data == autograd.sum(fresh).data
    assert nodes[2].operands[0].data == 2.0


def test_recompute_uses_a_constant_s_present_data() -> None:
    x, constant = Value(2.0), Value(5.0).detach()
    y = x * constant
    constant.data = 7.0
    y.recompute()
    assert (y.data, y.partials) == (14.0, (7.0, 0.0))


def test_recompute_leaves_gradients_and_labels() -> None:
    x = Value(2.0, "x")
    y = (x * x).named("y")
    y.backward()
    x.data = 3.0
    y.recompute()
    assert (x.grad, y.grad, x.label, y.label) == (4.0, 1.0, "x", "y")


def test_recompute_of_a_leaf_or_constant_changes_nothing() -> None:
    x = Value(2.0)
    x.recompute()
    x.detach().recompute()
    assert x.data == 2.0


def snapshot(root: Value) -> list[tuple[float, tuple[float, ...]]]:
    return [(node.data, node.partials) for node in autograd.topological_order([root]) if node.op]


def test_a_domain_error_in_recompute_changes_nothing() -> None:
    x, y = Value(4.0, "x"), Value(3.0, "y")
    root = autograd.sum([autograd.prod([x, y, x]), x * y, x.sqrt().named("root of x")]) + (x - 1).log()
    before = snapshot(root)
    x.data = 0.5
    with pytest.raises(DomainError, match=r"log\(x\) is not defined at x = -0\.5"):
        root.recompute()
    assert snapshot(root) == before
    assert x.data == 0.5


def test_an_interruption_of_recompute_changes_nothing(declare: Declare) -> None:
    def compute(x: float) -> float:
        if x > 100.0:
            raise KeyboardInterrupt
        return x

    own = declare("own", compute, [lambda x, y: 1.0])
    x = Value(2.0)
    root = own(own(x) + x * x)
    before = snapshot(root)
    x.data = 20.0
    with pytest.raises(KeyboardInterrupt):
        root.recompute()
    assert snapshot(root) == before


def test_gradients_notice_a_stale_graph_until_it_is_recomputed() -> None:
    x = Value(2.0, "x")
    y = (x * x).named("y")
    x.data = 3.0
    with pytest.raises(StaleGraphError, match=r"stale: Value 'y' was recorded before .* call recompute\(\)"):
        autograd.gradients(y, [x])
    y.recompute()
    assert autograd.gradients(y, [x])[0].data == 6.0


def test_a_graph_is_fresh_again_when_the_old_data_return() -> None:
    x = Value(2.0)
    y = x * x
    x.data = 3.0
    x.data = 2.0
    assert autograd.gradients(y, x).data == 4.0


# Errors of domain -----------------------------------------------------------------------------------------------------


def line() -> int:
    """The caller's line."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def test_a_domain_error_names_primitive_operand_label_condition_and_line() -> None:
    x = Value(-1.0, "x")
    with pytest.raises(DomainError) as caught:
        x.log()
    where = f"{__file__}, line {line() - 1}"
    assert str(caught.value) == f"log(x) is not defined at x = -1.0 (labelled 'x'): it needs x > 0 ({where})"


@pytest.mark.parametrize(
    ("build", "named"),
    [
        (lambda a, b: a / b, "divide(x, y) is not defined at x = 2.0 (labelled 'a'), y = 0.0 (labelled 'b')"),
        (lambda a, b: 1 / b, "divide(x, y) is not defined at x = 1.0, y = 0.0 (labelled 'b')"),
        (lambda a, b: a // b, "floor_divide(x, y) is not defined at x = 2.0 (labelled 'a'), y = 0.0 (labelled 'b')"),
        (lambda a, b: a % 0, "mod(x, y) is not defined at x = 2.0 (labelled 'a'), y = 0.0"),
        (lambda a, b: b**-1, "power(x, n) is not defined at x = 0.0 (labelled 'b'), n = -1.0"),
        (lambda a, b: (-a) ** 0.5, "power(x, n) is not defined at x = -2.0, n = 0.5"),
        (lambda a, b: (-2) ** (a / 4), "power(x, n) is not defined at x = -2.0, n = 0.5"),
        (lambda a, b: b.log(), "log(x) is not defined at x = 0.0 (labelled 'b')"),
        (lambda a, b: (a - 1).arctanh(), "arctanh(x) is not defined at x = 1.0"),
        (lambda a, b: a.arcsin(), "arcsin(x) is not defined at x = 2.0 (labelled 'a')"),
        (lambda a, b: Value(math.inf, "i").sin(), "sin(x) is not defined at x = inf (labelled 'i')"),
        (lambda a, b: (a * -1).sqrt(), "sqrt(x) is not defined at x = -2.0"),
        (lambda a, b: b.reciprocal(), "reciprocal(x) is not defined at x = 0.0 (labelled 'b')"),
        (lambda a, b: np.log(np.array([a, b])), "log(x) is not defined at x = 0.0 (labelled 'b')"),
        (lambda a, b: autograd.clip(b, a, 1.0), "clip(x, low, high) is not defined at"),
    ],
)
def test_a_point_outside_the_domain_raises_and_says_where(build: Callable[[Any, Any], Any], named: str) -> None:
    with pytest.raises(DomainError) as caught:
        build(Value(2.0, "a"), Value(0.0, "b"))
    message = str(caught.value)
    assert message.startswith(named)
    assert message.endswith(f"({__file__}, line {build.__code__.co_firstlineno})")


def test_a_domain_error_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="log"):
        Value(-1.0).log()


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: autograd.log(-1.0), "log(x) is not defined at x = -1.0"),
        (lambda: autograd.divide(1, 0), "divide(x, y) is not defined at x = 1.0, y = 0.0"),
        (lambda: autograd.sin(math.inf), "sin(x) is not defined at x = inf"),
        (lambda: autograd.power(-8.0, 0.5), "power(x, n) is not defined at x = -8.0, n = 0.5"),
    ],
)
def test_functions_of_plain_numbers_raise_too(call: Callable[[], object], named: str) -> None:
    with pytest.raises(DomainError) as caught:
        call()
    assert str(caught.value).startswith(named)


def test_a_domain_error_leaves_no_node_behind_it_broken() -> None:
    x = Value(2.0)
    y = x * 3
    with pytest.raises(DomainError):
        (y - 6).log()
    y.backward()
    assert x.grad == 3.0


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda x: x * 1e300, math.inf),
        (lambda x: x * -1e300, -math.inf),
        (lambda x: x + x * 1e8, 1e308 + 1e300),
        (lambda x: (x / 1e297).exp(), math.inf),
        (lambda x: x**2, math.inf),
        (lambda x: (-x) ** 3, -math.inf),
        (lambda x: x.square(), math.inf),
        (lambda x: x / 1e-10, math.inf),
        (lambda x: (-x).sinh(), -math.inf),
        (lambda x: (x * 1e300).log(), math.inf),
    ],
)
def test_overflow_gives_infinity(build: Callable[[Value], Value], expected: float) -> None:
    assert build(Value(1e300)).data == expected


@pytest.mark.parametrize("row", UNARY, ids=lambda row: row.name)
def test_nan_goes_through_every_unary_primitive(row: Primitive) -> None:
    assert math.isnan(getattr(Value(math.nan), row.name)().data)


@pytest.mark.parametrize("op", OPERATORS)
def test_nan_goes_through_every_operator(op: Callable[[Any, Any], Value]) -> None:
    assert math.isnan(op(Value(math.nan), 2.0).data)
    assert math.isnan(op(Value(2.0), math.nan).data)
    assert math.isnan(op(3.0, Value(math.nan)).data)


def test_infinity_minus_infinity_is_nan() -> None:
    x = Value(math.inf)
    assert math.isnan((x - x).data)
    assert math.isnan((x * 0).data)


def test_infinity_over_infinity_is_nan() -> None:
    x = Value(math.inf)
    assert math.isnan((x / x).data)
    assert math.isnan((x / math.inf).data)


def test_comparisons_with_numbers_beyond_floats_are_exact() -> None:
    assert Value(2.0**53) < 2**53 + 1
    assert Value(1.0) < 10**400
    assert Value(0.1) > Fraction(1, 10)
    with pytest.raises(OverflowError, match="data of Value 'x' is beyond the range of floats"):
        Value(1.0, "x").data = 10**400

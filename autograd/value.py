"""`Value`: a number that remembers how it was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, SupportsFloat, TypeAlias

from autograd import copying
from autograd.block import CURRENT_BLOCK
from autograd.floats import sum_of
from autograd.ieee import partial_of_one, partial_of_two, partials_at
from autograd.native import Floats, blank, new_node, numbers_of, products_and_partials, seal, untracked
from autograd.operators import Operators
from autograd.replay import recompute
from autograd.rows import CONSTANT, LEAF, Primitive, maybe_real, real
from autograd.sweep import sweep_into_grad
from autograd.switch import BLOCKS, CHECKPOINTS
from autograd.table import add, divide, dot, multiply, negative, subtract
from autograd.traversal import topological_order

if TYPE_CHECKING:
    from autograd.checkpointing import Segment

# What callers hand in goes by names of its own (here, and `SupportsFloat`): where the compiled build knows a type, it
# checks arguments with words of its own, and the words for users are ours.
Label: TypeAlias = str


class Many:
    """The operands and partials of a node that has more than two, or whose partials wait for a recomputation."""

    __slots__ = ("index", "operands", "recorded", "segment")

    def __init__(
        self,
        operands: tuple[Value | float, ...],
        recorded: Sequence[float],
        segment: Segment | None = None,
        index: int = 0,
    ) -> None:
        """Keep the fields: for an output of a checkpointed ``segment``, nothing recorded but its ``index`` there."""
        self.operands = operands
        self.recorded = recorded if type(recorded) is Floats else Floats(recorded)
        if segment is not None and not hasattr(type(segment), "require_same_inputs"):
            raise TypeError(f"a segment is kept here, not {type(segment).__name__}")
        self.segment = segment
        self.index = index
        if segment is not None:
            CHECKPOINTS.used = True

    @property
    def partials(self) -> tuple[float, ...]:
        """The local partials, one per operand; those of a checkpointed segment are recomputed at each reading."""
        return tuple(self.recorded) if self.segment is None else self.segment.partials(self.index)

    def edges(self) -> Iterator[tuple[Value, float]]:
        """Yield the operands that are nodes, each with its partial."""
        for operand, partial in zip(self.operands, self.partials, strict=True):
            if not isinstance(operand, float):
                yield operand, partial


class Value(Operators):
    """A scalar in a computation graph: it holds a number, and operations on it record how the result depends on it.

    `backward` on a result fills ``.grad`` of everything it was made from. ``==`` and hashing go by identity, so
    that a `Value` can be a dictionary's key: compare ``x.data == 3``, not ``x == 3`` (which is always ``False``).
    Ordering (``x < y``) and truth go by ``data``, as for a float.

    Args:
        data: any real number; stored as a float.
        label: a name, shown in pictures, formulas and messages.

    Attributes:
        data: the number. Assigning does not disturb what was recorded from it before (see `recompute`); reading it
            is the way to take a number out of the graph.
        grad: the gradient of the last `backward` (accumulated, for a leaf), 0.0 before any.
        label: the name.
        op: the symbol of the primitive that made it; ``""`` for a leaf, ``"constant"`` for a constant.
        operands: the values it was made from, in order, one entry per argument.
        partials: the local partial derivatives, one float per operand; 0.0 for a constant.

    Raises:
        TypeError: ``data`` is not a real number or ``label`` not a string; also on assignment.
        OverflowError: ``data`` is an integer beyond the range of floats.

    Example:
        >>> from autograd import Value
        >>> x, w = Value(2.0, "x"), Value(-3.0, "w")
        >>> y = (x * w).tanh() + x * x
        >>> y.backward()
        >>> round(x.grad, 4), round(w.grad, 6)
        (3.9999, 4.9e-05)
        >>> y.op, [operand.op for operand in y.operands], y.partials
        ('+', ['tanh', '*'], (1.0, 1.0))
    """

    __slots__ = ("_a", "_b", "_da", "_data", "_db", "_grad", "_label", "_op", "_rest")

    # An operand that is a plain number has no partial, so its number is kept where the partial would be:
    # `_a is None` with `_da` the number. `_rest` serves nodes of more than two operands.
    _data: float
    _grad: float
    _label: Any  # the label; or a `Tag` that has it, and where the node was made
    _op: Primitive
    _a: Value | None
    _b: Value | None
    _da: float
    _db: float
    _rest: Many | None

    def __init__(self, data: object, label: Label = "") -> None:
        """Make a leaf."""
        self._data = data if type(data) is float else real(data, f"data of Value{_quoted(label)}")
        self._grad = 0.0
        self._label = _checked_label(label)
        self._op = LEAF
        self._a = self._b = self._rest = None
        self._da = self._db = 0.0
        block = CURRENT_BLOCK.get() if BLOCKS.used else None
        if block is not None:
            block.bear(self)

    # What a node says of itself ---------------------------------------------------------------------------------

    @property
    def data(self) -> float:
        """The number."""
        return self._data

    @data.setter
    def data(self, data: object) -> None:
        self._data = data if type(data) is float else real(data, f"data of {self.describe()}")

    @property
    def grad(self) -> float:
        """The gradient that the last backward pass left here; 0.0 before any, and always for a constant."""
        return 0.0 if self._op is CONSTANT else self._grad

    @grad.setter
    def grad(self, grad: object) -> None:
        self._grad = grad if type(grad) is float else real(grad, f"grad of {self.describe()}")

    @property
    def label(self) -> str:
        """The name, shown in pictures, formulas and messages."""
        label = self._label
        return label if type(label) is str else label.label

    @label.setter
    def label(self, label: Label) -> None:
        before, checked = self._label, _checked_label(label)
        self._label = checked if type(before) is str else before._replace(label=checked)

    @property
    def op(self) -> str:
        """The symbol of the primitive that made it; ``""`` for a leaf, ``"constant"`` for a constant."""
        return self._op.symbol

    @property
    def operands(self) -> tuple[Value, ...]:
        """The values it was made from, in order, one entry per argument; plain numbers appear as constants."""
        if self._rest is not None:
            return tuple(constant(o) if isinstance(o, float) else o for o in self._rest.operands)
        return tuple(constant(number) if operand is None else operand for operand, number in self._pair())

    @property
    def partials(self) -> tuple[float, ...]:
        """The local partial derivatives, one per operand; 0.0 for a constant."""
        pairs: Sequence[tuple[Value | float | None, float]]
        pairs = self._pair() if self._rest is None else list(zip(self._rest.operands, self._rest.partials, strict=True))
        return tuple(partial if is_variable(operand) else 0.0 for operand, partial in pairs)

    def _pair(self) -> Sequence[tuple[Value | None, float]]:
        return ((self._a, self._da), (self._b, self._db))[: self._op.arity]

    def named(self, label: Label) -> Value:
        """Set the label and return the value itself, for use inside an expression.

        Example:
            >>> from autograd import Value
            >>> (Value(2.0) * 3).named("y")
            Value(data=6.0, grad=0.0, label='y')
        """
        self.label = label
        return self

    # The graph --------------------------------------------------------------------------------------------------

    def backward(self, seed: SupportsFloat = 1.0) -> None:
        """Run the reverse sweep from here: fill ``.grad`` of everything this value was made from.

        Leaves accumulate over calls; interior nodes hold the adjoint of this call.

        Args:
            seed: the adjoint to start from; the gradient of ``seed`` times this value.

        Raises:
            TypeError: ``seed`` is not a real number.
            ValueError: this value is a constant.

        Example:
            >>> from autograd import Value
            >>> x = Value(3.0)
            >>> y = x * x
            >>> y.backward(); x.grad
            6.0
            >>> y.backward(); x.grad
            12.0
        """
        if self._op is CONSTANT:
            raise nothing_to_differentiate(self)
        sweep_into_grad(self, seed if type(seed) is float else real(seed, "seed"))

    def zero_grad(self) -> None:
        """Set ``.grad`` of this value and of everything it was made from to 0.

        Example:
            >>> from autograd import Value
            >>> x = Value(3.0)
            >>> y = x * x
            >>> y.backward(); y.zero_grad(); x.grad, y.grad
            (0.0, 0.0)
        """
        for node in topological_order([self]):
            node._grad = 0.0

    def recompute(self) -> None:
        """Run the recorded graph again on the leaves' present data: values and partials, all or nothing.

        Raises:
            DomainError: a primitive has no value at the new numbers; nothing was changed.

        Example:
            >>> from autograd import Value
            >>> x = Value(3.0)
            >>> y = x * x
            >>> x.data = 5.0
            >>> y.recompute(); y.data, y.partials
            (25.0, (5.0, 5.0))
        """
        recompute(self)

    def detach(self) -> Value:
        """Return a constant of the same data and label: no gradient flows through it.

        Example:
            >>> from autograd import Value
            >>> x = Value(3.0)
            >>> y = x * x.detach()
            >>> y.backward(); x.grad
            3.0
        """
        return constant(self._data, self.label)

    # Making nodes -----------------------------------------------------------------------------------------------

    def _apply(self, row: Primitive, operands: tuple[Any, ...]) -> Value:
        """Make the node of ``row`` on `Value`s and numbers: the hook behind every operator and function."""
        for operand in operands:
            if type(operand) is not Value and type(operand) is not float:
                operands = tuple([_operand(row, i, o) for i, o in enumerate(operands)])
                break
        if row is dot:  # the work of most networks: its rule again, as for the arithmetic below; it has no domain
            products, partials = products_and_partials(operands)
            return node_of_many(row, sum_of(products), kept(operands, partials))
        if row.arity == 1:
            return self._unary(row)
        if row.arity == 2:
            a, b = operands
            return self._reflected(row, a) if isinstance(a, float) else a._binary(row, b)  # type: ignore[no-any-return]
        numbers = numbers_of(operands)
        result = row.evaluate(numbers)
        if result - result != 0.0:
            row.check_domain(numbers, result, ["" if isinstance(o, float) else o.label for o in operands])
        return node_of_many(row, result, kept(operands, Floats(partials_at(row, numbers, result))))

    def _unary(self, row: Primitive) -> Value:
        x = self._data
        result: float = row.compute(x)
        if result - result != 0.0:
            row.check_domain((x,), result, (self.label,))
        return new_node(row, result, self, None, partial_of_one(row, x, result), 0.0)

    def _binary(self, row: Primitive, other: object) -> Any:
        b: Value | None = other if type(other) is Value else None
        y = maybe_real(other) if b is None else b._data
        if y is None:
            return NotImplemented
        x = self._data
        result: float = row.compute(x, y)
        if result - result != 0.0:
            row.check_domain((x, y), result, (self.label, "" if b is None else b.label))
        db = y if b is None else partial_of_two(row, 1, x, y, result)
        return new_node(row, result, self, b, partial_of_two(row, 0, x, y, result), db)

    def _reflected(self, row: Primitive, other: object) -> Any:
        x = maybe_real(other)
        if x is None:
            return NotImplemented
        y = self._data
        result: float = row.compute(x, y)
        if result - result != 0.0:
            row.check_domain((x, y), result, ("", self.label))
        return new_node(row, result, None, self, x, partial_of_two(row, 1, x, y, result))

    # The arithmetic hot path: the rules of five rows again, because they are most of every graph. A test over the
    # whole table proves that they agree with the rows to the bit.

    def __add__(self, other: object) -> Value:
        """Self + other."""
        if type(other) is Value:
            b: Value = other
            return new_node(add, self._data + b._data, self, b, 1.0, 1.0)
        number = other if type(other) is float else maybe_real(other)
        if number is None:
            return NotImplemented
        y: float = number
        return new_node(add, self._data + y, self, None, 1.0, y)

    def __radd__(self, other: object) -> Value:
        """Other + self."""
        number = other if type(other) is float else maybe_real(other)
        if number is None:
            return NotImplemented
        y: float = number
        return new_node(add, y + self._data, None, self, y, 1.0)

    def __sub__(self, other: object) -> Value:
        """Self - other."""
        if type(other) is Value:
            b: Value = other
            return new_node(subtract, self._data - b._data, self, b, 1.0, -1.0)
        number = other if type(other) is float else maybe_real(other)
        if number is None:
            return NotImplemented
        y: float = number
        return new_node(subtract, self._data - y, self, None, 1.0, y)

    def __rsub__(self, other: object) -> Value:
        """Other - self."""
        number = other if type(other) is float else maybe_real(other)
        if number is None:
            return NotImplemented
        y: float = number
        return new_node(subtract, y - self._data, None, self, y, -1.0)

    def __mul__(self, other: object) -> Value:
        """Self * other."""
        if type(other) is Value:
            b: Value = other
            return new_node(multiply, self._data * b._data, self, b, b._data, self._data)
        number = other if type(other) is float else maybe_real(other)
        if number is None:
            return NotImplemented
        y: float = number
        return new_node(multiply, self._data * y, self, None, y, y)

    def __rmul__(self, other: object) -> Value:
        """Other * self."""
        number = other if type(other) is float else maybe_real(other)
        if number is None:
            return NotImplemented
        y: float = number
        return new_node(multiply, y * self._data, None, self, y, y)

    def __truediv__(self, other: object) -> Value:
        """self / other."""
        if type(other) is Value:
            b: Value = other
            if b._data:
                quotient: float = self._data / b._data
                if quotient - quotient == 0.0:
                    return new_node(divide, quotient, self, b, 1.0 / b._data, -quotient / b._data)
        elif number := other if type(other) is float else maybe_real(other):
            quotient = self._data / number
            if quotient - quotient == 0.0:
                return new_node(divide, quotient, self, None, 1.0 / number, number)
        return self._binary(divide, other)  # type: ignore[no-any-return]

    def __neg__(self) -> Value:
        """-self."""
        return new_node(negative, -self._data, self, None, -1.0, 0.0)

    # What it is to Python ---------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        """Show data, gradient and label."""
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self._data!r}, grad={self.grad!r}{label})"

    def __format__(self, spec: str) -> str:
        """Format the data: ``f"{x:.3f}"``; without a format, the `repr`."""
        return format(self._data, spec) if spec else repr(self)

    def __bool__(self) -> bool:
        """Tell whether the data is not zero, as for a float."""
        return self._data != 0.0

    def __lt__(self, other: object) -> bool:
        """Compare by data, as floats."""
        number = _comparable(other)
        return NotImplemented if number is None else bool(self._data < number)

    def __le__(self, other: object) -> bool:
        """Compare by data, as floats."""
        number = _comparable(other)
        return NotImplemented if number is None else bool(self._data <= number)

    def __gt__(self, other: object) -> bool:
        """Compare by data, as floats."""
        number = _comparable(other)
        return NotImplemented if number is None else bool(self._data > number)

    def __ge__(self, other: object) -> bool:
        """Compare by data, as floats."""
        number = _comparable(other)
        return NotImplemented if number is None else bool(self._data >= number)

    def __float__(self) -> NoReturn:
        """Refuse, with what to write instead."""
        raise TypeError(
            f"float() of {self.describe()} would silently cut the graph: write x.data for the number, x.detach() "
            "for a constant, or this library's function (autograd.exp(x) rather than math.exp(x))"
        )

    def __int__(self) -> NoReturn:
        """Refuse, with what to write instead."""
        raise TypeError(f"int() of {self.describe()} would silently cut the graph: write int(x.data)")

    def __round__(self, digits: int | None = None) -> NoReturn:
        """Refuse, with what to write instead."""
        raise TypeError(f"round() of {self.describe()} would silently cut the graph: write round(x.data)")

    def __complex__(self) -> NoReturn:
        """Refuse: the numbers here are real."""
        raise TypeError(f"complex() of {self.describe()}: the numbers here are real; write complex(x.data)")

    def __copy__(self) -> Value:
        """Return a node of the same operands and numbers."""
        return copying.shallow_copy(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        """Copy the whole graph that this value was made from, without recursion."""
        return copying.deep_copy(self, memo)

    def __reduce_ex__(self, protocol: Any) -> tuple[Callable[..., Value], tuple[Any, ...]]:
        """Pickle the whole graph that this value was made from, without recursion."""
        return copying.reduce(self)

    def describe(self) -> str:
        """Name the value in a message: by its label, else by its operation and number."""
        return f"Value {self.label!r}" if self.label else f"{self.op or 'a leaf'!r} (= {self._data!r})"


def kept(operands: tuple[Value | float, ...], recorded: Floats) -> Many:
    """Make the part of a node of many operands, as `Many` does, but faster."""
    rest: Many = Many.__new__(Many)
    rest.operands = operands
    rest.recorded = recorded
    rest.segment = None
    rest.index = 0
    return untracked(rest)


def node_of_many(op: Primitive, data: float, rest: Many) -> Value:
    """Make a node of any number of operands."""
    node = constant(data)
    node._op = op
    node._rest = rest
    if BLOCKS.used and (block := CURRENT_BLOCK.get()) is not None:
        return block.admit(node, rest.operands)
    return node


def constant(data: float, label: Label = "") -> Value:
    """Make a constant: it gets no gradient and lies on no path."""
    node: Value = blank(Value)
    node._op = CONSTANT
    node._data = data
    node._label = label
    node._grad = node._da = node._db = 0.0
    node._a = node._b = node._rest = None
    return node


def nothing_to_differentiate(node: Value) -> ValueError:
    """Return the error for a backward pass that is to start from a constant."""
    return ValueError(
        f"{node.describe()} is a constant (made by detach(), under no_grad() or inside checkpoint()): there is "
        "nothing to differentiate"
    )


def is_variable(operand: Value | float | None) -> bool:
    """Tell whether an operand takes part in differentiation: a node that is no constant."""
    return type(operand) is Value and operand._op is not CONSTANT


def _operand(row: Primitive, index: int, operand: object) -> Value | float:
    """Return an operand as it is kept: a `Value`, or the float of a number; `TypeError` for anything else."""
    if type(operand) is Value:
        return operand
    number = maybe_real(operand)
    return real(operand, row.argument(index)) if number is None else number


def _comparable(x: object) -> Any:
    """Return what a float is to be compared with: exact numbers as they are, ``None`` for what is no number."""
    if type(x) is Value:
        return x._data
    if isinstance(x, (int, float)):
        return x
    number = maybe_real(x)
    return number if number is None or hasattr(x, "dtype") else x


def _checked_label(label: object) -> str:
    if type(label) is str:
        return label
    if isinstance(label, str):
        return str.__str__(str(label))  # plain: not of a subclass
    raise TypeError(f"label must be a string, not {type(label).__name__} ({label!r})")


def _quoted(label: object) -> str:
    return f" {label!r}" if label else ""


seal(Value)

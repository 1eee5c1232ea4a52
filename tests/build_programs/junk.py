"""Hand junk to everything that is public, and write it into every field of nodes, for as many cases as asked.

Every case is printed before it is tried: the last one printed is the one that crashed. Errors are expected; only one
that says that the interpreter itself is in disorder (`SystemError`) ends the program.
"""

from __future__ import annotations

import copy
import math
import operator
import pickle
import sys
import warnings
from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random
from typing import Any

import autograd
from autograd import Primitive, Value, checkpoint, native, rows, sweep, topological_order, traversal
from autograd.rows import PRIMITIVES
from autograd.value import Many

FIELDS = ("_data", "_grad", "_a", "_b", "_da", "_db", "_op", "_label", "_rest")
PROPERTIES = ("data", "grad", "label", "op", "operands", "partials", "nothing", "__class__", "__dict__", "__doc__")
OF_MANY = ("operands", "recorded", "segment", "index", "partials")
OF_ROWS = (
    "name", "__name__", "symbol", "compute", "partials", "arity", "latex", "summary", "precedence", "domain",
    "defined", "requirement", "piece", "branch", "defaults", "operand_names", "pairs", "commutative", "written",
    "example", "__doc__",
)  # fmt: skip
SPECIAL = (
    "__float__", "__index__", "__int__", "__bool__", "__len__", "__iter__", "__eq__", "__lt__", "__hash__",
    "__repr__", "__str__", "__format__", "__call__", "__contains__", "__getitem__", "__add__", "__radd__", "__mul__",
    "__rmul__", "__pow__", "__rpow__", "__neg__", "__copy__", "__deepcopy__", "__reduce_ex__", "__array__", "__enter__",
    "__exit__", "__abs__", "__complex__", "__round__", "__trunc__",
)  # fmt: skip


# Junk -----------------------------------------------------------------------------------------------------------------


def hostile(name: str, answer: Callable[..., Any], attributes: Callable[[Any, str], Any] | None = None) -> Any:
    """Make an object all of whose special methods do what ``answer`` does."""
    methods: dict[str, Any] = {special: lambda self, *args: answer(self, *args) for special in SPECIAL}
    if attributes is not None:
        methods["__getattr__"] = attributes
    return type(name, (), methods)()


def refuse(*_: Any) -> Any:
    raise LookupError("a hostile object refuses")


def recurse(self: Any, *args: Any) -> Any:
    return Value(self) + autograd.tanh(self)


def free_and_build(*_: Any) -> Any:
    topological_order([Value(1.0) * 2.0])
    return 1.0


class Liar:
    """Claims to be a `Value`."""

    @property
    def __class__(self) -> Any:
        return Value

    @__class__.setter
    def __class__(self, kind: Any) -> None:
        raise TypeError


class Looks:
    """Has the fields of a `Value`, without being one."""

    _data = _grad = _da = _db = 1.0
    _a = _b = _rest = None
    _op = autograd.tanh
    _label = "looks"

    def _apply(self, row: Any, operands: Any) -> Any:
        return row.evaluate(operands)


class OfFloat(float):
    def __radd__(self, other: Any) -> Any:
        return "radd"

    def __float__(self) -> Any:
        return self


class OfStr(str):
    def __str__(self) -> str:
        return self


class OfTuple(tuple[Any, ...]):
    def __iter__(self) -> Any:
        raise LookupError

    def __len__(self) -> int:
        return 5


def generator() -> Iterator[Any]:
    yield Value(1.0)
    yield 2.0
    raise LookupError("a generator ends in an error")


def junk(random: Random, nodes: list[Value]) -> tuple[str, Any]:
    """Return a piece of junk and what it is called."""
    name = random.choice([*JUNK, *["a node"] * 6])
    return name, random.choice(nodes) if name == "a node" else JUNK[name]()


JUNK: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "0": lambda: 0,
    "True": lambda: True,
    "-7": lambda: -7,
    "2.5": lambda: 2.5,
    "2**70": lambda: 2**70,
    "10**400": lambda: 10**400,
    "nan": lambda: math.nan,
    "-inf": lambda: -math.inf,
    "1j": lambda: 1j,
    "a string": lambda: "text",
    "a long string": lambda: "x" * 10_000,
    "a surrogate": lambda: "\ud800{0}",
    "bytes": lambda: b"\xff",
    "bytearray": lambda: bytearray(b"3"),
    "a fraction": lambda: Fraction(1, 3),
    "[]": list,
    "[3]": lambda: [3],
    "[None, node]": lambda: [None, Value(1.0)],
    "nested": lambda: [[Value(1.0)], (2.0, {"a": Value(3.0)})],
    "()": tuple,
    "(1.0, node)": lambda: (1.0, Value(1.0)),
    "(None,)": lambda: (None,),
    "{}": dict,
    "a range": lambda: range(3),
    "a generator": generator,
    "a slice": lambda: slice(None),
    "...": lambda: ...,
    "NotImplemented": lambda: NotImplemented,
    "a function": lambda: lambda *args: args[0] if args else None,
    "tanh": lambda: autograd.tanh,
    "sum": lambda: autograd.sum,
    "leaf": lambda: rows.LEAF,
    "constant": lambda: rows.CONSTANT,
    "checkpoint": lambda: rows.CHECKPOINT,
    "a class": lambda: int,
    "Value": lambda: Value,
    "Primitive": lambda: Primitive,
    "an interval": lambda: autograd.Interval(0.0, 1.0),
    "a module": lambda: math,
    "a descriptor": lambda: Value.data,
    "a method": lambda: Value(1.0).backward,
    "a bare node": lambda: Value.__new__(Value),
    "many": lambda: Many((Value(1.0), 2.0, Value(3.0)), (1.0, 2.0, 3.0)),
    "unequal many": lambda: Many((Value(1.0), 2.0), (1.0,)),
    "empty many": lambda: Many((), ()),
    "odd many": lambda: Many((1.0, "a", None), (1.0, 2.0, 3.0)),  # type: ignore[arg-type]
    "a bare many": lambda: Many.__new__(Many),
    "a bare row": lambda: Primitive.__new__(Primitive),
    "a segment": lambda: checkpoint(lambda v: v * 2.0, Value(1.0))._rest.segment,
    "an error": lambda: ValueError("an error"),
    "object()": object,
    "liar": Liar,
    "looks": Looks,
    "of float": lambda: OfFloat(1.5),
    "of str": lambda: OfStr("name"),
    "of tuple": lambda: OfTuple((1.0, 2.0)),
    "refuses": lambda: hostile("Refuses", refuse),
    "refuses all": lambda: hostile("RefusesAll", refuse, refuse),
    "recurses": lambda: hostile("Recurses", recurse),
    "gives itself": lambda: hostile("GivesItself", lambda self, *_: self, lambda self, _: self),
    "gives text": lambda: hostile("GivesText", lambda *_: "text", lambda *_: "text"),
    "gives -1": lambda: hostile("GivesMinusOne", lambda *_: -1, lambda *_: -1),
    "gives 2.5": lambda: hostile("GivesFloat", lambda *_: 2.5, lambda *_: 2.5),
    "gives None": lambda: hostile("GivesNone", lambda *_: None, lambda *_: None),
    "gives a node": lambda: hostile("GivesNode", lambda *_: Value(2.0), lambda *_: Value(2.0)),
    "builds": lambda: hostile("Builds", free_and_build, free_and_build),
}


# Cases ----------------------------------------------------------------------------------------------------------------


def graph(random: Random) -> list[Value]:
    x, y = Value(0.5, "x"), Value(-1.25, "y")
    z = autograd.sum([x * y, x.tanh(), 2.0 - y, autograd.where(x, y, 1.0)])
    nodes = [x, y, z, z * x, z.detach(), checkpoint(lambda v: v * x, y), -z / y, x**2]
    random.shuffle(nodes)
    return nodes


PUBLIC = {name: getattr(autograd, name) for name in autograd.__all__ if callable(getattr(autograd, name))}
del PUBLIC["derivative"]  # one of order 2**70 takes as long as it says
METHODS = [name for name in dir(Value) if callable(getattr(Value, name)) and name != "__init_subclass__"]
OPERATORS: tuple[Callable[[Any, Any], object], ...] = (
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow, divmod,
    operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne, operator.contains, operator.iadd,
)  # fmt: skip
PRIVATE: dict[str, Callable[..., Any]] = {
    "new_node": native.new_node,
    "blank": native.blank,
    "Visited": native.Visited,
    "Many": Many,
    **{
        name: getattr(traversal, name) for name in ("accumulate", "clear_and_order", "wide_nodes", "_order", "_checked")
    },
    **{name: getattr(sweep, name) for name in ("sweep", "sweep_into_grad", "recorded_edges", "push_forward")},
    **{name: getattr(rows, name) for name in ("real", "maybe_real", "lookup", "_document")},
}


def call_public(random: Random, nodes: list[Value]) -> tuple[str, Callable[[], object]]:
    name = random.choice(list(PUBLIC))
    return prepared(f"autograd.{name}", PUBLIC[name], random, nodes)


def call_private(random: Random, nodes: list[Value]) -> tuple[str, Callable[[], object]]:
    name = random.choice(list(PRIVATE))
    return prepared(name, PRIVATE[name], random, nodes, most=6)


def call_method(random: Random, nodes: list[Value]) -> tuple[str, Callable[[], object]]:
    name = random.choice(METHODS)
    return prepared(f"Value.{name}", getattr(random.choice(nodes), name), random, nodes)


def call_row(random: Random, nodes: list[Value]) -> tuple[str, Callable[[], object]]:
    name = random.choice(["evaluate", "slopes", "check_domain", "arrange", "argument", "_dispatch", "__call__"])
    return prepared(f"row.{name}", getattr(random.choice([autograd.hypot, autograd.max]), name), random, nodes)


def prepared(
    name: str, function: Callable[..., object], random: Random, nodes: list[Value], most: int = 4
) -> tuple[str, Callable[[], object]]:
    arguments = [junk(random, nodes) for _ in range(random.randint(0, most))]
    written = ", ".join(name for name, _ in arguments)
    return f"{name}({written})", lambda: function(*[thing for _, thing in arguments])


def operate(random: Random, nodes: list[Value]) -> tuple[str, Callable[[], object]]:
    function, node, (name, other) = random.choice(OPERATORS), random.choice(nodes), junk(random, nodes)
    if random.random() < 0.5:
        return f"{function.__name__}(node, {name})", lambda: function(node, other)
    return f"{function.__name__}({name}, node)", lambda: function(other, node)


def write_field(random: Random, nodes: list[Value]) -> tuple[str, Callable[[], object]]:
    """Write junk into up to three fields of nodes or their parts."""
    own = Primitive("own", lambda v: v, [lambda v, r: 1.0], "{0}", "A row to spoil.")
    nodes.append(own(nodes[0]))
    writes = []
    for _ in range(random.randint(1, 3)):
        node = random.choice(nodes)
        kind, owner, fields = random.choice(
            [("node", node, FIELDS), ("node", node, PROPERTIES), ("many", node._rest, OF_MANY), ("row", own, OF_ROWS)]
        )
        name, thing = junk(random, nodes)
        writes.append((kind, owner, random.choice(fields), name, thing))

    def write() -> None:
        for _, owner, field, name, thing in writes:
            try:
                delattr(owner, field) if name == "0" else setattr(owner, field, thing)
            except Exception as error:
                require_ordinary(error)

    return "; ".join(f"{kind}.{field} = {name}" for kind, _, field, name, _ in writes), write


CASES = (call_public, call_private, call_method, call_row, operate, write_field, write_field, write_field)

AFTERWARDS: tuple[Callable[[Any], object], ...] = (
    Value.backward,
    Value.recompute,
    Value.zero_grad,
    repr,
    str,
    hash,
    bool,
    Value.detach,
    Value.describe,
    lambda node: node.operands,
    lambda node: node.partials,
    lambda node: node.op,
    lambda node: node * 2.0 + node.tanh(),
    lambda node: autograd.sum([node, node, 1.0]),
    lambda node: node._op(node),
    lambda node: repr(node._op),
    lambda node: list(node._rest.edges()),
    lambda node: autograd.draw(node),
    lambda node: topological_order([node]),
    lambda node: topological_order([node], stop=[node._a]),
    lambda node: autograd.gradients(node, [node]),
    lambda node: autograd.gradients(node, topological_order([node])),
    copy.copy,
    copy.deepcopy,
    lambda node: pickle.loads(pickle.dumps(node)),
    lambda node: checkpoint(lambda v: v * 2.0, node).backward(),
)


def require_ordinary(error: Exception) -> None:
    if isinstance(error, SystemError):
        raise error


def attempt(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception as error:
        require_ordinary(error)


def main(seed: str, cases: str) -> None:
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(300)
    sys.unraisablehook = lambda _: None
    before = dict(PRIMITIVES)
    for number in range(int(seed), int(seed) + int(cases)):
        random = Random(number)
        nodes = graph(random)
        description, work = random.choice(CASES)(random, nodes)
        print(number, description, flush=True)
        attempt(work)
        for node in nodes:
            for use in AFTERWARDS if "=" in description else random.sample(AFTERWARDS, 2):
                attempt(lambda node=node, use=use: use(node))  # type: ignore[misc]
        PRIMITIVES.clear()
        PRIMITIVES.update(before)
    print("done")


if __name__ == "__main__":
    main(*sys.argv[1:])

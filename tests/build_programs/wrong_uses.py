"""Do what is wrong and print what is said about it: a list of (code, kind of error, words) as JSON."""

from __future__ import annotations

import json
from typing import Any

# Each line of code is run in a fresh namespace of `SETTING`, as a file of a user's; each must raise.
SETTING = """
import abc, autograd, copy, enum, fractions, math, operator, pickle, weakref
from autograd import *
from autograd import Value
x, y, plain = Value(2.0, "x"), Value(-3.0), Value(0.0, "zero")
z = x * y
fixed = x.detach()
def returns(text): return type("Odd", (), {"__float__": lambda self: text, "__repr__": lambda self: "odd"})()
"""

OURS = """
Value("a")
Value(None)
Value(1j)
Value([1.0])
Value(b"1", "name")
Value(x)
Value(10**400)
Value(-(10**400), "big")
Value(returns("text"))
Value(1.0, 3)
Value(1.0, None)
Value(1.0, b"x")
x.data = "a"
x.data = None
x.data = 10**400
y.data = [1.0]
z.data = 1j
x.grad = "a"
x.grad = y
z.grad = None
x.grad = 10**400
x.label = 3
x.label = None
x.named(3)
x.nothing = 1
x.nothing
x.__dict__
Value.nothing
float(x)
float(z)
int(x)
int(z)
round(x)
round(x, 2)
complex(x)
math.exp(x)
math.floor(x)
math.sqrt(z)
math.isnan(z)
operator.index(x)
range(x)
[1, 2][x]
len(x)
list(x)
x[0]
x()
x + "a"
"a" + x
x + None
None + x
x - "a"
[] - x
x * "a"
"a" * x
x * None
x / None
None / x
x / "a"
x // None
None // x
x % None
None % x
x ** "a"
"a" ** x
x ** None
divmod(x, "a")
divmod("a", x)
x + [1.0]
[1.0] + x
x + 1j
1j * x
x / 1j
1j ** x
x += "a"
x @ y
x & 1
1 | x
x << 1
~x
x < "a"
"a" < x
x <= None
x > 1j
1j >= x
x >= []
sorted([x, "a"])
x + 10**400
10**400 - x
x * 10**400
x / 10**400
x ** 10**400
x / 0
x / 0.0
1 / plain
x / plain
x // 0
x % 0
divmod(x, 0)
plain ** -1
y ** 0.5
log(y)
log(-1)
log(Value(-1.0, "negative"))
y.log()
Value(-1.0, "p").sqrt()
Value(2.0, "q").arcsin()
Value(0.5, "r").arccosh()
Value(1.0, "s").arctanh()
Value(0.0, "t").reciprocal()
log(x - 2.0)
log1p(-2)
xlogy(x, y)
clip(x, 3.0, y)
sqrt(Value(-1.0, "long " * 30))
tanh()
tanh(x, y)
tanh("a")
tanh(None)
tanh([x])
add(x)
add(x, "a")
add("a", x)
add(x, y, z)
hypot(x)
hypot(x, None)
x.hypot("a")
x.arctan2(None)
x.clip("a", 1.0)
x.leaky_relu("a")
x.elu(None)
where(x, y)
where("a", x, y)
where(x, "a", y)
clip(x)
clip(x, 1, 2, 3)
autograd.sum(x, "a")
autograd.sum([x, None])
autograd.sum("ab")
autograd.max([])
autograd.min([])
logsumexp([])
autograd.max([x, "a"])
prod([x, [y]])
dot(x, y)
dot([x], [y, z])
dot([x])
dot([x], ["a"])
dot(3, 4)
fixed.backward()
(fixed * 2.0).detach().backward()
z.backward("a")
z.backward(None)
z.backward(x)
z.backward(1j)
z.backward([1.0])
z.backward(10**400)
z.backward(returns("text"))
x.data = 5.0; gradients(z, [x])
t = log(x * 1.0); x.data = -5.0; t.recompute()
t = log((x * 1.0).named("inner")); x.data = -5.0; t.recompute()
t = x / y; y.data = 0.0; t.recompute()
t = checkpoint(lambda v: v * v, x); x.data = 5.0; t.backward()
w = checkpoint(lambda v: v * y, x); pickle.dumps(w)
w = checkpoint(lambda v: v * y, x); copy.deepcopy(w)
checkpoint(lambda v: {v * v}, x)
checkpoint(lambda v: v * "a", x)
checkpoint(3, x)
topological_order(3)
topological_order(None)
topological_order("a")
topological_order([x, 3])
topological_order([x, None])
topological_order(z, 3)
topological_order(z, x)
gradients(3, [x])
gradients(z, [3])
gradients(z, None)
no_grad()(3).nothing
no_grad(3)
with no_grad(): gradients(x * y, [x])
grad(lambda v: "a")(1.0)
grad(lambda v: [v, v])(1.0)
grad(lambda v: v)("a")
grad(lambda v: v, "a")(1.0)
grad(lambda v: v, 3)(1.0)
grad(lambda v: float(v))(1.0)
grad(lambda v: math.sin(v))(1.0)
grad(lambda v: log(v))(-1.0)
jacobian(lambda v: "a")(1.0)
hessian(lambda v: [v])(1.0)
derivative(tanh, -1)
derivative(tanh, 1.5)
derivative(tanh, "a")
jvp(tanh, 1.0, 1.0)
jvp(tanh, (1.0,), ("a",))
jvp(tanh, (1.0,), (1.0, 2.0))
hvp(tanh, 1.0, 1.0)
vjp(tanh, 1.0)[1]("a")
vjp(tanh, "a")
primitive("tanh", abs, [abs])
primitive("not a name", abs, [abs])
primitive(3, abs, [abs])
primitive("own", abs, 3)
primitive("own", abs, [])
primitive("own", lambda v: v, [lambda v: 1.0])
primitive("own", lambda v: "a", [lambda v, r: 1.0])(x)
primitive("own", lambda v: v, [lambda v, r: "a"])(x)
primitive("own", lambda v: v, [lambda v, r: None])(x)
primitive("own", lambda v: v, [lambda v, r: 1 / 0])(x).backward(); 1 / 0
primitive("own", lambda v: v, lambda vs, r: [])([x])
primitive("own", lambda v: 2.0**v, [lambda v, r: 1.0])(Value(1e300))
primitive("own", lambda v: v, [lambda v, r: 1.0], "{1}")
gradcheck(lambda v: v, "a")
finite_difference(lambda v: v, "a")
draw(3)
class Sub(Value): pass
class Sub(Value, metaclass=abc.ABCMeta): pass
type("Sub", (Value,), {})
class Sub(Value, word=3): pass
class Sub(Value): __slots__ = ()
weakref.ref(x)
weakref.WeakSet([x])
f"{x:q}"
f"{x:d}"
"%d" % x
"%f" % x
with x: pass
x.__enter__()
del x.nothing
x in y
isinstance(1, x)
autograd.nothing
from autograd import nothing
"""

# Here Python itself finds the words, other ones for a function in C: only the kind of error is compared.
PYTHONS = """
class Sub(object, Value): pass
x + tanh
tanh * x
x < tanh
Value()
Value(1.0, "x", 3)
Value(1.0, name="x")
Value(label="x")
x.op = "a"
x.operands = ()
x.partials = ()
x.backward(1.0, 2.0)
x.backward(other=1.0)
x.zero_grad(1)
x.recompute(1)
x.detach(1)
x.tanh(1)
x.clip(1.0)
x.clip()
x.hypot()
x.leaky_relu(1, 2)
x.named()
x.describe(1)
x._apply()
pow(x, 2, 3)
pow(2, x, 3)
pow(2, 3, x)
tanh(x=x)
topological_order()
topological_order(x, (), ())
topological_order(x, other=1)
Primitive()
Primitive("a")
Primitive.evaluate()
Value.backward()
Value.tanh(3)
x.__add__()
x.__init__()
del x.op
del x.partials
"""

Report = list[tuple[str, str, str]]


def said(code: str) -> tuple[str, str, str]:
    """Run code; return it with the kind of error that it raises and the error's words."""
    names: dict[str, Any] = {"__name__": "users_file"}
    exec(compile(SETTING, "setting.py", "exec"), names)
    try:
        exec(compile(code, "users_file.py", "exec"), names)
    except Exception as error:
        return code, type(error).__name__, str(error)
    return code, "nothing", ""


def main() -> None:
    print(json.dumps({kind: [said(code) for code in uses.strip().splitlines()] for kind, uses in KINDS.items()}))


KINDS = {"ours": OURS, "python's": PYTHONS}

if __name__ == "__main__":
    main()

"""Functions in, functions out: gradients, Jacobians, Hessians and products with them, nested to any order.

Each transform calls the function on fresh nodes that stand for its arguments, so nothing that the caller holds is
touched, and an argument of an outer transform stays apart from the inner one's. Numbers in, numbers out; where the
result depends on `Value`s of an outer transform (or given as arguments), it is a graph on them.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, SupportsIndex

from autograd.block import CURRENT_BLOCK, Block
from autograd.graph_gradient import AsGraph
from autograd.recording import recording
from autograd.rows import ARGUMENT, CONSTANT, LEAF, maybe_real
from autograd.sweep import Adjoints, push_forward, sweep
from autograd.traversal import topological_order
from autograd.tree import flatten, nest_matrix
from autograd.value import Value

Argnums = SupportsIndex | Sequence[SupportsIndex]


def grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """Return the function that computes the gradient of ``f``.

    Args:
        f: a function that returns one number.
        argnums: which positional arguments to differentiate by; several give a tuple of gradients. An argument is
            a number or a nested list, tuple, dictionary or NumPy array of numbers; its gradient has the same nesting.

    Raises:
        TypeError: an argument is not made of numbers, or ``f`` does not return one number.

    Example:
        >>> from autograd import grad
        >>> grad(lambda x, y: x * y + x**2)(3.0, 5.0)
        11.0
        >>> grad(grad(lambda x: x**3))(2.0)
        12.0
        >>> grad(lambda p: p["w"] * p["x"])({"w": 2.0, "x": 7.0})
        {'w': 7.0, 'x': 2.0}
    """
    both = value_and_grad(f, argnums)

    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return gradient


def value_and_grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., tuple[Any, Any]]:
    """Return the function that computes ``f`` and its gradient together; arguments as for `grad`.

    Example:
        >>> from autograd import value_and_grad
        >>> value_and_grad(lambda x: x**2)(3.0)
        (9.0, 6.0)
    """

    @functools.wraps(f)
    def value_and_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        trace = _Trace("grad", f, args, kwargs, argnums)
        output = trace.scalar_output()
        return trace.give(output), trace.nest_inputs(trace.gradients(output))

    return value_and_gradient


def jacobian(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """Return the function that computes the Jacobian of ``f``, one reverse sweep per output.

    The result has the nesting of ``f``'s result and, at each of its leaves, that of the argument (a tuple of them
    for several ``argnums``); for arrays it is an array of the output's shape followed by the argument's.

    Example:
        >>> from autograd import jacobian
        >>> jacobian(lambda v: [v[0] * v[1], v[0] + v[1]])([2.0, 3.0])
        [[3.0, 2.0], [1.0, 1.0]]
    """

    @functools.wraps(f)
    def matrix(*args: Any, **kwargs: Any) -> Any:
        trace = _Trace("jacobian", f, args, kwargs, argnums)
        rows = [trace.gradients(output) for output in trace.outputs]
        return nest_matrix(rows, trace.result, trace.inputs)

    return matrix


def hessian(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """Return the function that computes the matrix of second derivatives of ``f``, which returns one number.

    Example:
        >>> from autograd import hessian
        >>> hessian(lambda v: v[0] ** 2 * v[1])([3.0, 5.0])
        [[10.0, 6.0], [6.0, 0.0]]
    """
    return jacobian(grad(f, argnums), argnums)


def derivative(f: Callable[..., Any], order: int = 1) -> Callable[..., Any]:
    """Return the derivative of given order of a function of one number.

    Args:
        f: a function of one number (further arguments are held fixed).
        order: 0 gives ``f`` itself.

    Raises:
        ValueError: ``order`` is negative or not whole.

    Example:
        >>> from autograd import derivative, sin
        >>> derivative(sin, 4)(0.5) == sin(0.5)
        True
    """
    if type(order) is not int or order < 0:
        raise ValueError(f"order must be a whole number of at least 0, not {order!r}")
    for _ in range(order):
        f = grad(f)
    return f


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """Return ``f(*primals)`` and the pullback that multiplies a vector with the Jacobian from the left.

    Returns:
        The value, and a function that takes cotangents in the nesting of the value and returns a tuple with one
        gradient per primal.

    Example:
        >>> from autograd import vjp
        >>> value, pullback = vjp(lambda x, y: [x * y, x + y], 2.0, 3.0)
        >>> value, pullback([1.0, 10.0])
        ([6.0, 5.0], (13.0, 12.0))
    """
    trace = _Trace("vjp", f, primals, {}, range(len(primals)))

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        seeds = _like("cotangent", cotangent, "the value", trace.result)
        gradients = trace.gradients_of_many(list(zip(trace.outputs, seeds, strict=True)))
        return tuple(trace.nest_inputs(gradients))

    return trace.nest_outputs([trace.give(output) for output in trace.outputs]), pullback


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """Return ``f(*primals)`` and its directional derivative: the Jacobian times the tangents, in one forward sweep.

    Args:
        f: a function of numbers or nested structures of them.
        primals: its arguments, as a tuple or list with one entry each.
        tangents: the direction, in the same nesting as ``primals``.

    Example:
        >>> from autograd import jvp
        >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 10.0))
        (6.0, 23.0)
    """
    _require_arguments("jvp", primals, tangents)
    directions = _like("tangents", tuple(tangents), "the primals", tuple(primals))
    trace = _Trace("jvp", f, tuple(primals), {}, range(len(primals)))
    slopes = trace.push_forward(directions)
    return trace.nest_outputs([trace.give(output) for output in trace.outputs]), trace.nest_outputs(slopes)


def hvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """Return the Hessian of ``f`` times a vector, without the Hessian: a forward sweep over the gradient's graph.

    Args:
        f: a function that returns one number.
        primals: its arguments, as a tuple or list with one entry each.
        tangents: the vector, in the same nesting as ``primals``.

    Returns:
        The product in the nesting of the argument; for several arguments a tuple.

    Example:
        >>> from autograd import hvp
        >>> hvp(lambda v: v[0] ** 2 * v[1], ([3.0, 5.0],), ([1.0, 0.0],))
        [10.0, 6.0]
    """
    _require_arguments("hvp", primals, tangents)
    return jvp(grad(f, 0 if len(primals) == 1 else range(len(primals))), primals, tangents)[1]


def _require_arguments(name: str, primals: object, tangents: object) -> None:
    if not (isinstance(primals, (list, tuple)) and isinstance(tangents, (list, tuple))):
        raise TypeError(
            f"{name} takes primals and tangents as two tuples with one entry per argument of f: {name}(f, (x,), (t,))"
        )


class _Trace:
    """One call of a function on fresh nodes in place of its arguments, ready to be differentiated."""

    def __init__(
        self, name: str, f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], argnums: Argnums
    ) -> None:
        self.name = name
        if not callable(f):
            raise TypeError(f"{name} differentiates a function, not {type(f).__name__} ({f!r})")
        chosen = _chosen(name, argnums, len(args))
        self.inputs = args[chosen] if isinstance(chosen, int) else tuple(args[i] for i in chosen)
        given, self.nest_inputs_from = flatten(self.inputs)
        around = CURRENT_BLOCK.get()
        with recording():
            self.proxies = [_proxy(name, x) for x in given]
            self.leaves = [proxy for proxy in self.proxies if proxy._op is CONSTANT]
            arguments = _replaced(args, chosen, self.nest_inputs(self.proxies))
            with self._alive():
                self.result = f(*arguments, **kwargs)
                self.outputs, self.nest_outputs_from = flatten(self.result)
                for output in self.outputs:
                    _require_number(name, f, output)
                values_given = any(isinstance(x, Value) for x in flatten((args, kwargs))[0])
                self.differentiable = self._depends_on_others(values_given, around)

    def scalar_output(self) -> Any:
        """Return the only output; `TypeError` where the function returned a structure."""
        if len(self.outputs) == 1 and (self.result is self.outputs[0] or getattr(self.result, "shape", None) == ()):
            return self.outputs[0]
        kind = type(self.result).__name__
        raise TypeError(f"{self.name} needs a function that returns one number, not a {kind}: use jacobian or vjp")

    def give(self, output: Any) -> Any:
        """Return an output as the caller gets it: a number, or a `Value` where others depend on it."""
        if isinstance(output, Value):
            return output if self.differentiable else output.data
        return float(output)

    def gradients(self, output: Any) -> list[Any]:
        """Return the gradient of one output by every input."""
        return self.gradients_of_many([(output, 1.0)])

    def gradients_of_many(self, seeds: list[tuple[Any, Any]]) -> list[Any]:
        """Return the gradient of the outputs' sum, weighted by the seeds, by every input."""
        with self._alive():
            return self._sweep(seeds)

    def _sweep(self, seeds: list[tuple[Any, Any]]) -> list[Any]:
        of_values = [(output, seed) for output, seed in seeds if isinstance(output, Value)]
        graph = self.differentiable or any(isinstance(seed, Value) for _, seed in of_values)
        algebra: Adjoints[Any] = AsGraph(self.proxies) if graph else Adjoints()
        sweep(of_values, algebra)
        return [algebra.adjoints.get(proxy, 0.0) for proxy in self.proxies]

    def push_forward(self, directions: list[Any]) -> list[Any]:
        """Return the directional derivative of every output."""
        graph = self.differentiable or any(isinstance(direction, Value) for direction in directions)
        algebra: Adjoints[Any] = AsGraph(self.proxies) if graph else Adjoints()
        order = topological_order([output for output in self.outputs if isinstance(output, Value)])
        with self._alive():
            algebra.begin(order)
            tangents = push_forward(order, dict(zip(self.proxies, directions, strict=True)), algebra)
        return [tangents.get(output, 0.0) if isinstance(output, Value) else 0.0 for output in self.outputs]

    @contextmanager
    def _alive(self) -> Iterator[None]:
        """Let the leaves that stand for numbers be variables for a while: before and after they are constants."""
        for leaf in self.leaves:
            leaf._op = ARGUMENT
        try:
            yield
        finally:
            for leaf in self.leaves:
                leaf._op = CONSTANT

    def nest_inputs(self, leaves: list[Any]) -> Any:
        """Put one leaf per input into the nesting of the inputs."""
        return self.nest_inputs_from(iter(leaves))

    def nest_outputs(self, leaves: list[Any]) -> Any:
        """Put one leaf per output into the nesting of the result."""
        return self.nest_outputs_from(iter(leaves))

    def _depends_on_others(self, values_given: bool, block: Block | None) -> bool:
        """Whether the results are to be graphs, on `Value`s given or on another transform's arguments.

        A checkpoint around this transform watches what its function depends on, and first sees only constants.
        """
        others = {ARGUMENT}
        watched = block is not None and block.captured is not None
        if values_given or watched:
            others.add(LEAF)
        if block is not None and watched and not block.records:
            others.add(CONSTANT)
        own = set(self.proxies)
        nodes = topological_order([output for output in self.outputs if isinstance(output, Value)])
        return any(node._op in others and node not in own for node in nodes)


def _proxy(name: str, x: Any) -> Value:
    """Return a fresh node for an argument: a leaf, or a node of its own above a `Value`."""
    if isinstance(x, Value):
        return (+x).named(x.label)
    number = maybe_real(x)
    if number is None:
        raise TypeError(
            f"{name}: the arguments to differentiate by must be numbers or nested lists, tuples, dictionaries or "
            f"arrays of numbers; found {type(x).__name__} ({x!r})"
        )
    leaf = Value(number)
    leaf._op = CONSTANT  # until the trace lets it be a variable
    return leaf


def _replaced(args: tuple[Any, ...], chosen: int | tuple[int, ...], stand_ins: Any) -> list[Any]:
    """Return the arguments of the call, with stand-ins at the chosen positions."""
    arguments = list(args)
    if isinstance(chosen, int):
        arguments[chosen] = stand_ins
    else:
        for position, stand_in in zip(chosen, stand_ins, strict=True):
            arguments[position] = stand_in
    return arguments


def _chosen(name: str, argnums: Argnums, count: int) -> int | tuple[int, ...]:
    """Return the positions meant by ``argnums``, none of them negative."""
    positions: list[Any] = list(argnums) if isinstance(argnums, Iterable) else [argnums]
    for i in positions:
        if isinstance(i, bool) or not hasattr(i, "__index__"):
            raise TypeError(f"argnums must be whole numbers, not {i!r}")
        if not -count <= i < count:
            raise TypeError(f"{name}: argnums is {i}, but the function was called with {count} positional argument(s)")
    chosen = tuple(operator.index(i) % count for i in positions)
    if len(set(chosen)) != len(chosen):
        raise ValueError(f"{name}: argnums names an argument twice: {argnums!r}")
    return chosen if isinstance(argnums, Iterable) else chosen[0]


def _require_number(name: str, f: Callable[..., Any], output: Any) -> None:
    if not isinstance(output, Value) and maybe_real(output) is None:
        called = getattr(f, "__name__", repr(f))
        raise TypeError(f"{name}: {called} must return numbers, but it returned {type(output).__name__} ({output!r})")


def _like(what: str, tree: Any, other: str, pattern: Any) -> list[Any]:
    """Return the leaves of ``tree`` as numbers or `Value`s; `TypeError` unless it is nested like ``pattern``."""
    leaves, rebuild = flatten(tree)
    expected, rebuild_pattern = flatten(pattern)
    shape = _text(rebuild_pattern(iter(range(len(expected)))))
    if len(leaves) != len(expected) or _text(rebuild(iter(range(len(leaves))))) != shape:
        raise TypeError(f"{what} must be nested like {other}: {len(expected)} number(s), as in {shape[:80]}")
    numbers = [leaf if isinstance(leaf, Value) else maybe_real(leaf) for leaf in leaves]
    for leaf, number in zip(leaves, numbers, strict=True):
        if number is None:
            raise TypeError(f"{what} must be numbers, not {type(leaf).__name__} ({leaf!r})")
    return numbers


def _text(tree: Any) -> str:
    return repr(tree).replace("(", "[").replace(",)", "]").replace(")", "]")

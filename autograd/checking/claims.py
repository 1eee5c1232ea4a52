"""Claims: what somebody worked out by hand about the nodes of a graph, read from numbers, numerals and formulas."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from autograd.checking.numerals import Numeral, numeral_of, read_numeral
from autograd.expression import Expression, ExpressionError, parse
from autograd.notation import CONSTANTS, function, shown
from autograd.replay import require_fresh
from autograd.traversal import topological_order
from autograd.tree import is_array
from autograd.value import Value

GRADIENT: Final = "gradient"
VALUE: Final = "value"
_DEEPEST: Final = 16  # nesting of lists; deeper ones are a mistake (a list that holds itself, say)

Claims: TypeAlias = Mapping[Any, Any]
Matrices: TypeAlias = Mapping[str, Any]


class Claim(NamedTuple):
    """One claim about one node.

    Attributes:
        node: whose gradient or value is claimed.
        kind: ``"gradient"`` or ``"value"``.
        name: as it is shown: ``∂L/∂w_3``, ``z_1``, ``∂L/∂W1[0][2]``.
        written: as it was given: ``0.060``, ``(y - t) * z_2``.
        number: what a numeral says; ``None`` for a formula.
        tolerance: half a unit of the numeral's last digit; 0.0 for a formula.
        formula: the formula; ``None`` for a number.
        nodes: the names in the formula, each with the node that it stands for.
        entry: the name of the matrix and the indices in it, for an entry of one.
    """

    node: Value
    kind: str
    name: str
    written: str
    number: float | None
    tolerance: float
    formula: Expression | None
    nodes: tuple[tuple[str, Value], ...] = ()
    entry: tuple[str, tuple[int, ...]] | None = None

    def admits(self, x: float) -> bool:
        """Tell whether ``x`` is what is claimed, to the digits in which the claim is printed.

        Raises:
            ValueError: the claim is a formula, which is not printed in digits.

        Example:
            >>> from autograd import Value
            >>> x = Value(3.0, "x")
            >>> (claim,) = read_claims(x * x, {"x": "6.0"})
            >>> claim.name, claim.admits(6.04), claim.admits(6.06)
            ('∂out/∂x', True, False)
        """
        if self.number is None:
            raise ValueError(
                f"the claim {self.name} = {shown(self.written)} is a formula: it has no digits to judge by"
            )
        return Numeral(self.written, self.number, self.tolerance).admits(x)


def read_claims(out: Value, claims: Claims, values: Claims | None = None, of: Matrices | None = None) -> list[Claim]:
    """Read what is claimed about the graph of ``out``.

    Args:
        out: the output whose gradients are claimed.
        claims: gradients ∂out/∂node, as ``{node or label: claim}``. A claim is a number, judged by its ``repr`` but
            never tighter than 1e-9 of it; a numeral (``"0.060"``), right to half a unit of its last digit; a formula
            over the labels (``"(y - t) * z_2"``), as `autograd.expression.parse` takes it; or for a name in ``of``
            nested lists of these, with ``None`` where nothing is claimed.
        values: the same for values of nodes.
        of: names of nodes or of matrices of nodes, as ``{"W1": rows}``; rows are nested lists or arrays of `Value`s.

    Returns:
        The claims in their order, the entries of a matrix row by row.

    Raises:
        TypeError: something is no `Value`, no dictionary, or no claim.
        ValueError: a label is unknown or ambiguous, a shape is wrong, or a formula cannot be read.
        StaleGraphError: a leaf was changed since the graph was recorded.

    Example:
        >>> from autograd import Value
        >>> w, x = Value(0.5, "w"), Value(2.0, "x")
        >>> y = (w * x).named("y")
        >>> [(c.name, c.written, c.tolerance) for c in read_claims(y, {"w": "2.00", x: "w"}, values={"y": 1.0})]
        [('∂y/∂w', '2.00', 0.005), ('∂y/∂x', 'w', 0.0), ('y', '1.0', 0.05)]
    """
    if not isinstance(out, Value):
        raise TypeError(f"claims are about the graph of a Value, not of {type(out).__name__} ({out!r})")
    reader = _Reader(out, of or {})
    found = [claim for kind, given in ((GRADIENT, claims), (VALUE, values or {})) for claim in reader.read(kind, given)]
    if not found:
        raise ValueError('nothing is claimed: give gradients as {"w": "0.25"}, values of nodes as values={"z": "1.5"}')
    require_fresh([out, *(claim.node for claim in found)])
    return found


class _Reader:
    """Knows the names of nodes: labels of the graph, and those in ``of``."""

    def __init__(self, out: Value, of: Matrices) -> None:
        if not isinstance(of, Mapping):
            raise TypeError(f"of must be a dictionary of nodes, as in {{'W1': rows}}, not {type(of).__name__}")
        self.output = out.label or "out"
        self.of = {name: _plain(rows) for name, rows in of.items()}
        self.labels: dict[str, list[Value]] = {}
        for node in topological_order([out]):
            if node.label:
                self.labels.setdefault(node.label, []).append(node)

    def read(self, kind: str, given: Claims) -> Iterator[Claim]:
        """Read the claims of one kind."""
        if not isinstance(given, Mapping):
            what = "claims" if kind == GRADIENT else "values"
            raise TypeError(f"{what} must be a dictionary {{node or label: claim}}, not {type(given).__name__}")
        for key, claim in given.items():
            if isinstance(key, Value):
                yield from self._leaves(kind, key.label or key.describe(), (), key, claim)
            elif isinstance(key, str):
                yield from self._leaves(kind, key, (), self.of[key] if key in self.of else self.node(key), claim)
            else:
                raise TypeError(f"a claim is made about a Value or a label, not about {type(key).__name__} ({key!r})")

    def _leaves(self, kind: str, name: str, indices: tuple[int, ...], target: Any, given: Any) -> Iterator[Claim]:
        """Go through nested lists of nodes and of claims together."""
        given = _plain(given)
        place = name + "".join(f"[{i}]" for i in indices)
        if given is None:
            return
        if len(indices) > _DEEPEST:
            raise ValueError(f"the lists of {shown(name)} are nested more than {_DEEPEST} deep")
        if isinstance(target, list):
            if not isinstance(given, list) or len(given) != len(target):
                raise ValueError(_wrong_shape(place, target, given))
            for i, (inner, claim) in enumerate(zip(target, given, strict=True)):
                yield from self._leaves(kind, name, (*indices, i), _plain(inner), claim)
            return
        if not isinstance(target, Value):
            raise TypeError(f"of: {shown(place)} must be a Value, not {type(target).__name__} ({shown(repr(target))})")
        if isinstance(given, list):
            raise ValueError(_wrong_shape(place, target, given))
        yield self._claim(kind, place, target, given)._replace(entry=(name, indices) if indices else None)

    def _claim(self, kind: str, place: str, node: Value, given: Any) -> Claim:
        name = f"∂{self.output}/∂{place}" if kind == GRADIENT else place
        about = "claim about " + (f"∂{shown(self.output)}/∂{shown(place)}" if kind == GRADIENT else shown(place))
        try:
            numeral = read_numeral(given) if isinstance(given, str) else numeral_of(given)
            if numeral is not None:
                return Claim(node, kind, name, numeral.text, numeral.number, numeral.tolerance, None)
            if not isinstance(given, str):
                hint = ": write its .data, or its label as a formula" if isinstance(given, Value) else ""
                raise TypeError(
                    f"a claim is a number or a string, not {type(given).__name__} ({shown(repr(given))}){hint}"
                )
            formula = parse(given)
            named = tuple((name, self.node(name)) for name in (*formula.names, *self._constants(formula)))
        except ExpressionError as error:
            raise ExpressionError(f"{about}: {error.problem}", error.text, error.position) from None
        except (TypeError, ValueError) as error:
            raise type(error)(f"{about}: {error}") from None
        return Claim(node, kind, name, given.strip(), None, 0.0, formula, named)

    def _constants(self, formula: Expression) -> list[str]:
        """List the constants of a formula that are labels here, and so mean the node."""
        return [name for name in formula.constants if name in self.of or name in self.labels]

    def node(self, name: str) -> Value:
        """Return the one node of that name; `ValueError` that says what else was meant or what to do."""
        if name in self.of:
            node = self.of[name]
            if isinstance(node, Value):
                return node
            raise ValueError(
                f"{shown(name)!r} is a matrix of nodes: a formula is made of single nodes, by their labels"
            )
        nodes = self.labels.get(name, [])
        if len(nodes) > 1:
            which = " and ".join(_told_apart(node) for node in nodes[:2])
            more = f" and {len(nodes) - 2} more" if len(nodes) > 2 else ""
            raise ValueError(
                f"{len(nodes)} nodes of the graph are labelled {shown(name)!r}: {which}{more}; give each a label of "
                'its own, or say which one is meant: with the Value itself as the key, or of={"name": node}'
            )
        if not nodes:
            raise ValueError(self._unknown(name))
        return nodes[0]

    def _unknown(self, name: str) -> str:
        known = [*self.labels, *self.of]
        near = difflib.get_close_matches(name, known, n=3) if len(name) <= 60 else []
        if not known:
            advice = 'no node has a label: label nodes, as in Value(0.5, "w") or (w * x).named("s")'
        elif near:
            advice = f"did you mean {' or '.join(repr(shown(label)) for label in near)}?"
        else:
            names = ", ".join(repr(shown(label)) for label in known[:8]) + (", …" if len(known) > 8 else "")
            advice = f"labels are {names}"
        call = f" (for the function, write {shown(name)}(…))" if function(name) and name not in CONSTANTS else ""
        return f"no node of the graph of {shown(self.output)!r} is labelled {shown(name)!r}: {advice}{call}"


def _plain(tree: Any) -> Any:
    """Return a level of a nested structure as a list, anything else as it is."""
    if is_array(tree):
        return list(tree) if tree.ndim else tree.item()
    return list(tree) if isinstance(tree, (list, tuple)) else tree


def _wrong_shape(place: str, target: Any, given: Any) -> str:
    text = f"claim about {shown(place)}: expected {_shape(target)}, not {_shape(given)}"
    if not isinstance(target, list):
        return f'{text}; a matrix of nodes gets a name with of={{"W1": rows}}'
    turned = _sizes(given) and _sizes(given) == _sizes(target)[::-1]
    return text + ("; is it transposed?" if turned else "")


def _shape(tree: Any) -> str:
    if not isinstance(tree, list):
        return "one claim for one node" if isinstance(tree, Value) else "a single claim"
    sizes = _sizes(tree)
    return f"a list of {sizes[0]}" if len(sizes) == 1 else f"nested lists of {' × '.join(map(str, sizes))}"


def _sizes(tree: Any) -> list[int]:
    """Return the lengths of nested lists, level by level along the first of each."""
    sizes: list[int] = []
    while isinstance(tree, list) and len(sizes) <= _DEEPEST:
        sizes.append(len(tree))
        tree = _plain(tree[0]) if tree else None
    return sizes


def _told_apart(node: Value) -> str:
    kind = repr(node.op) if node.op else "a leaf"
    return f"{shown(node.describe())} ({kind}, = {node.data!r})"

"""`derive`: the chain rule for one derivative, through the labelled nodes, written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple, overload

from autograd.derivation.chain_rule import ChainRule
from autograd.derivation.equations import Equations, Forms
from autograd.derivation.expanded import Expansion
from autograd.derivation.mathml import in_mathml
from autograd.derivation.plain_formulas import in_plain_text
from autograd.derivation.vocabulary import Vocabulary
from autograd.derivation.writing import latex_of, text_of
from autograd.replay import require_fresh
from autograd.sweep import Adjoints, sweep
from autograd.symbols import Symbol, symbol
from autograd.traversal import topological_order
from autograd.value import Value, is_variable

LONGEST: Final = 2_000


class Formula:
    """One side of an equation: an expression for the parser, LaTeX, and (``str``) Unicode for people.

    Attributes:
        text: an expression that `autograd.expression.parse` reads.
        latex: the same in LaTeX.
    """

    __slots__ = ("_dots", "_names", "latex", "text")

    def __init__(self, written: Symbol, names: Vocabulary, dots: bool = False) -> None:
        """Keep the forms; ``dots`` between all factors, as among numbers."""
        self.text, self._names, self._dots = written.text, names, dots
        self.latex = written.latex.replace(r" \, ", r" \cdot ") if dots else written.latex

    def __str__(self) -> str:
        """Write it in Unicode."""
        return in_plain_text(self.text, self._names.shown, self._names.loose, self._dots)

    def __repr__(self) -> str:
        """Write it in Unicode."""
        return str(self)

    def _repr_latex_(self) -> str:
        return f"${self.latex}$"


class Line(NamedTuple):
    """One equation of a derivation.

    Attributes:
        left: what is derived, such as ∂E/∂n₁; or a name, such as u₁, that a node without a label was given.
        chain: the chain rule in quotients; ``None`` for the definition of a name.
        symbolic: every local derivative written out; ``None`` for a definition too long to be written.
        numeric: the same with numbers put in for the names; ``None`` for a definition.
        value: the number that each of them is.
    """

    left: Formula
    chain: Formula | None
    symbolic: Formula | None
    numeric: Formula | None
    value: float


class Lines(Sequence[Line]):
    """Equations, each written when it is first asked for."""

    def __init__(self, count: int, write: Callable[[int], Line]) -> None:
        """Prepare to write ``count`` equations."""
        self._count, self._write = count, write
        self._written: dict[int, Line] = {}

    def __len__(self) -> int:
        """Count the equations."""
        return self._count

    @overload
    def __getitem__(self, place: int) -> Line: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Line, ...]: ...
    def __getitem__(self, place: int | slice) -> Line | tuple[Line, ...]:
        """Return one equation, or several."""
        places = range(self._count)[place]
        if isinstance(places, range):
            return tuple(self[i] for i in places)
        if places not in self._written:
            self._written[places] = self._write(places)
        return self._written[places]


class Derivation:
    """The chain rule for ∂out/∂x, factored and expanded, in quotients, in formulas and in numbers; see `derive`.

    It prints as Unicode text, shows itself in LaTeX in Jupyter, and gives MathML for a page.

    Attributes:
        out: the node that is differentiated.
        x: the node by which it is differentiated.
        value: the derivative, the engine's.
        depends: whether there is a path from ``out`` to ``x``; where there is none, the derivative is 0.
        names: the nodes by their names in the expressions.
        values: the numbers of all names in the expressions, those of derivatives and of what was left out included.

    Example:
        >>> from autograd import Value
        >>> x = Value(0.5, "x")
        >>> a, b = x.exp().named("a"), x.square().named("b")
        >>> derivation = derive((a * b).named("y"), x)
        >>> line = derivation.factored[-1]
        >>> print(line.left, "=", line.chain, "=", line.symbolic)
        ∂y/∂x = ∂y/∂a ∂a/∂x + ∂y/∂b ∂b/∂x = b a + 2 a x
        >>> line.symbolic.text, round(derivation.evaluate({"a": 1.0, "b": 0.0, "x": 0.0}), 6)
        ('b * a + 2 * a * x', 0.0)
        >>> [" → ".join(node.label for node in path) for path in derivation.paths]
        ['y → a → x', 'y → b → x']
    """

    def __init__(self, out: Value, x: Value, longest: float) -> None:
        """Derive; `derive` checks the arguments."""
        self.out, self.x = out, x
        engine: Adjoints[float] = Adjoints()
        sweep([(out, 1.0)], engine)
        self.depends = x in engine.adjoints and (is_variable(x) or x is out)
        self.value: float = engine.adjoints.get(x, 0.0)
        order = topological_order([out])
        self._equations: Equations | None = None
        if self.depends and out is not x:
            self._equations = Equations(ChainRule(out, x, order), longest)
            self._vocabulary = self._equations.rule.names
        else:
            self._vocabulary = Vocabulary(node.label for node in [*order, x] if node.label)
            self._vocabulary.of_node(out, "out" if out is not x else "x")
            self._vocabulary.of_node(x, "x")
        self.names: Mapping[str, Value] = self._vocabulary.nodes
        self.values: Mapping[str, float] = self._vocabulary.values

    @cached_property
    def factored(self) -> Sequence[Line]:
        """The equations with common factors taken out of the brackets.

        There is one for each adjoint that is needed more than once and is a sum or long; the last is ∂out/∂x.
        """
        equations = self._equations
        if equations is None:
            return (self._trivial(),)
        targets = equations.targets
        return Lines(len(targets), lambda place: self._line(targets[place], equations.write(targets[place])))

    @cached_property
    def expanded(self) -> Line:
        """∂out/∂x as a sum of one product per path; of many paths those of the largest contributions."""
        return self._trivial() if self._expansion is None else self._line(self.x, self._expansion.write())

    @cached_property
    def _expansion(self) -> Expansion | None:
        return None if self._equations is None else Expansion(self._equations)

    @property
    def path_count(self) -> int:
        """The number of paths of named nodes from ``out`` to ``x``."""
        return int(self.depends) if self._expansion is None else self._expansion.count

    @property
    def paths(self) -> tuple[tuple[Value, ...], ...]:
        """The paths that the expanded form is about, each from ``out`` to ``x``."""
        if self._expansion is None:
            return ((self.out,),) * int(self.depends)
        return tuple(self._expansion.paths)

    @cached_property
    def where(self) -> Sequence[Line]:
        """The definitions of the names that were given to nodes without a label."""
        if self._equations is None:
            return ()
        definitions = list(self._equations.rule.definitions.items())
        return Lines(len(definitions), lambda place: self._definition(*definitions[place]))

    @property
    def latex(self) -> str:
        """The whole derivation in LaTeX: equations aligned at their signs, for math mode."""
        return f"\\begin{{aligned}}\n{latex_of(self)}\n\\end{{aligned}}"

    def mathml(self) -> str:
        """Return the whole derivation as a ``<math>`` element, for a page.

        Raises:
            MissingExtraError: `latex2mathml` is not installed.
        """
        return in_mathml(f"\\begin{{align*}}\n{latex_of(self)}\n\\end{{align*}}")

    def evaluate(self, numbers: Mapping[str, Any]) -> Any:
        """Evaluate the formulas at other numbers, what is left out of their written forms included.

        Args:
            numbers: a number, or object of another algebra, for each of `names`; names that the derivation has given
                to nodes may be left out.

        Raises:
            ValueError: there is no formula for a local derivative: it goes through a checkpoint, or is enormous.
            KeyError: a name has no number.
        """
        if self._equations is None:
            return self.value
        return self._equations.evaluate_at(numbers)

    def __str__(self) -> str:
        """Write it for a terminal."""
        return text_of(self)

    def __repr__(self) -> str:
        """Write it for a terminal."""
        return str(self)

    def _repr_latex_(self) -> str:
        return f"$${self.latex}$$"

    def _line(self, node: Value, forms: Forms) -> Line:
        names = self._vocabulary
        chain, symbolic = Formula(forms.chain, names), Formula(forms.symbolic, names)
        left = Formula(names.ratio(self.out, node), names)
        return Line(left, chain, symbolic, Formula(forms.numeric, names, dots=True), forms.value)

    def _definition(self, node: Value, meaning: Symbol | None) -> Line:
        names = self._vocabulary
        symbolic = None if meaning is None else Formula(meaning, names)
        return Line(Formula(names.of_node(node), names), None, symbolic, None, node.data)

    def _trivial(self) -> Line:
        names = self._vocabulary
        left, right = Formula(names.ratio(self.out, self.x), names), Formula(symbol(self.value), names)
        return Line(left, right, right, right, self.value)


def derive(out: Value, x: Value, longest: int = LONGEST) -> Derivation:
    r"""Write out the chain rule for the derivative of ``out`` by ``x``, through the labelled nodes between them.

    What lies between two labelled nodes is one local derivative, ∂a/∂c, written out by the table over the labels.
    The chain rule is given factored, as the backward pass has it, and expanded, with one product per path; each in
    quotients, in formulas, and with numbers put in. A node without a label that would be written at length, or again
    and again, gets a name (u₁, u₂, …), which is defined at the end. Where a node depends on another both directly and
    through labelled nodes, ∂⁺ marks the direct dependence.

    Args:
        out: the node to differentiate.
        x: the node to differentiate it by, a leaf or not.
        longest: about how many characters of symbols an equation may have; of what is longer the middle is left out,
            with its number. At least 20. The text shows at most 8 equations, and 8 paths.

    Returns:
        The derivation: it prints as text, shows itself in LaTeX in Jupyter, and has all its parts as attributes.

    Raises:
        TypeError: ``out`` or ``x`` is not a `Value`, or ``longest`` not an integer.
        ValueError: two different nodes with the same label occur in it; or ``longest`` is too small.
        StaleGraphError: a leaf was changed since the graph was recorded.

    Example:
        >>> from autograd import Value
        >>> x, w, b, t = Value(0.5, "x"), Value(2.0, "w"), Value(-1.0, "b"), Value(1.0, "t")
        >>> y = (w * x + b).tanh().named("y")
        >>> loss = ((y - t) ** 2).named("L")
        >>> derive(loss, w)
        ∂L/∂w = ∂L/∂y ∂y/∂w
              = 2 (y − t) (1 − y²) x
              = 2 · (0 − 1) · (1 − 0²) · 0.5
              = −1
        >>> print(derive(loss, w).factored[-1].symbolic.latex)
        2 \, \left(y - t\right) \, \left(1 - y^2\right) \, x
    """
    given: list[tuple[str, object]] = [("out", out), ("x", x)]
    for name, node in given:
        if not isinstance(node, Value):
            raise TypeError(f"derive: {name} must be a Value, not {type(node).__name__} ({node!r})")
    if type(longest) is not int:
        raise TypeError(f"derive: longest must be a number of characters, not {type(longest).__name__} ({longest!r})")
    if longest < 20:
        raise ValueError(f"derive: longest must be at least 20 characters, not {longest}")
    require_fresh([out])
    return Derivation(out, x, longest)

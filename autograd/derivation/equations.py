"""The chain rule as a list of equations: which adjoints get one of their own, and every equation in each of its forms.

An adjoint is ``∂out/∂n = Σ ∂out/∂p · ∂p/∂n`` over the named nodes ``p`` just above ``n``. It is written inside the
equations that need it, unless it is needed more than once and long, or a sum: then it gets an equation of its own, so
that all equations together are no longer than the graph is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from autograd.derivation.numbers_in_formulas import number
from autograd.expression import parse
from autograd.symbols import Symbol, product, total

if TYPE_CHECKING:
    from autograd.derivation.chain_rule import ChainRule
    from autograd.value import Value

MOST_RATIOS: Final = 12  # in one adjoint that is written inside another equation
MOST_REPEATED: Final = 3  # in one that is written in several

Writing = Callable[["Value", "Value | None"], Symbol]


class Forms(NamedTuple):
    """An equation's right side in its three forms, and the number that each of them is."""

    chain: Symbol
    symbolic: Symbol
    numeric: Symbol
    value: float


class Equations:
    """The equations of a derivation, written when they are asked for.

    Attributes:
        rule: the chain rule that they write out.
        targets: the nodes whose adjoints have equations of their own, from the output down; the last is ``x``.
        adjoints: the number of every adjoint.
    """

    def __init__(self, rule: ChainRule, longest: float) -> None:
        """Decide which adjoints get equations of their own."""
        self.rule = rule
        self.longest = longest
        self.adjoints: dict[Value, float] = {rule.out: 1.0}
        for node in reversed(rule.nodes[:-1]):
            self.adjoints[node] = sum(self.adjoints[p] * local.value for p, local in rule.above[node].items())
        self.targets = self._choose_targets()
        self._own = {rule.out, *self.targets}
        self._formulas: dict[tuple[Value, Value], Symbol] = {}

    def _choose_targets(self) -> list[Value]:
        """Choose the adjoints that get an equation, from the output down."""
        below = self.rule.below()
        size: dict[Value, tuple[int, int]] = {self.rule.out: (0, 0)}  # ratios and characters, where it is written out
        targets = []
        for node in reversed(self.rule.nodes[:-1]):
            parents = self.rule.above[node]
            ratios = sum(size[p][0] + 1 for p in parents)
            characters = sum(size[p][1] + self._length(p, node) for p in parents)
            repeated = below[node] > 1 and (len(parents) > 1 or ratios > MOST_REPEATED)
            if node is self.rule.x or repeated or ratios > MOST_RATIOS or characters > self.longest:
                targets.append(node)
                ratios, characters = 1, 10
            size[node] = ratios, characters
        return targets

    def _length(self, above: Value, below: Value) -> int:
        """Estimate the characters of a local derivative."""
        terms = self.rule.above[below][above].terms
        length = 12 if terms is None else sum(len(term.text) + 3 for term in terms)
        return 12 if length > self.longest else length

    def write(self, target: Value) -> Forms:
        """Write the equation of one adjoint; its middle is left out where it would be too long."""
        parents = list(self.rule.above[target])
        writings = [self.ratio, self.formula, self.figures]
        inside: list[dict[Value, Symbol]] = [{}, {}, {}]
        terms: list[list[Symbol]] = [[], [], []]
        shown, length = 0.0, 0
        for parent in parents:
            forms = [self._term(parent, target, w, known) for w, known in zip(writings, inside, strict=True)]
            length += len(forms[1].text)
            if terms[0] and length > self.longest:
                break
            for column, form in zip(terms, forms, strict=True):
                column.append(form)
            shown += self.adjoints[parent] * self.rule.above[target][parent].value
        omitted = len(parents) - len(terms[0])
        if omitted:
            rest = self.rule.names.omission(_more_terms(omitted), self.adjoints[target] - shown)
            for column in terms:
                column.append(rest)
        chain, symbolic, numeric = map(plus, terms)
        return Forms(chain, symbolic, numeric, self.adjoints[target])

    def _term(self, above: Value, below: Value, writing: Writing, known: dict[Value, Symbol]) -> Symbol:
        """Write the adjoint of ``above`` times the local derivative."""
        local = writing(above, below)
        if above is self.rule.out:
            return local
        return product(self._adjoint(above, writing, known), local)

    def _adjoint(self, node: Value, writing: Writing, known: dict[Value, Symbol]) -> Symbol:
        """Write an adjoint out as far as it has no equation of its own."""
        stack = [node]
        while stack:
            top = stack[-1]
            parents = self.rule.above[top]
            missing = [p for p in parents if p not in self._own and p not in known]
            if top in self._own:
                known[top] = writing(top, None)
            elif top not in known and missing:
                stack.extend(missing)
                continue
            elif top not in known:
                known[top] = plus([self._term(p, top, writing, known) for p in parents])
            stack.pop()
        return known[node]

    # The forms: what is written for a local derivative, and for an adjoint that has an equation of its own ------------

    def ratio(self, above: Value, below: Value | None) -> Symbol:
        """Write a local derivative, or an adjoint, as ∂above/∂below."""
        if below is None:
            return self._valued(self.rule.names.ratio(self.rule.out, above), self.adjoints[above])
        written = self.rule.names.ratio(above, below, self.rule.is_direct(above, below))
        return self._valued(written, self.rule.above[below][above].value)

    def formula(self, above: Value, below: Value | None) -> Symbol:
        """Write a local derivative as the formula that the table gives."""
        if below is None:
            return self.ratio(above, None)
        if (above, below) not in self._formulas:
            self._formulas[above, below] = self._written_out(above, below)
        return self._formulas[above, below]

    def _written_out(self, above: Value, below: Value) -> Symbol:
        local = self.rule.above[below][above]
        if local.terms is None:
            return self.ratio(above, below)
        length, kept = 0, 0
        while kept < len(local.terms) and length + len(local.terms[kept].text) <= self.longest:
            length += len(local.terms[kept].text) + 3
            kept += 1
        if kept == 0:
            return self.ratio(above, below)
        if kept == len(local.terms):
            return total(local.terms)
        shown = sum(self.evaluate(term) for term in local.terms[:kept])
        rest = self.rule.names.omission(_more_terms(len(local.terms) - kept), local.value - shown)
        return total([*local.terms[:kept], rest])

    def figures(self, above: Value, below: Value | None) -> Symbol:
        """Write a local derivative with numbers put in for the names."""
        if below is None:
            return number(self.adjoints[above])
        formula = self.formula(above, below)
        expression = parse(formula.text)
        if not expression.names:
            return formula
        written = expression.evaluate({name: self.rule.names.with_number(name) for name in expression.names})
        return written if isinstance(written, Symbol) else number(written)

    def evaluate(self, formula: Symbol) -> float:
        """Return the number that a formula is, with the numbers of all names."""
        return float(parse(formula.text).evaluate(self.rule.names.values))

    def evaluate_at(self, numbers: Mapping[str, Any]) -> Any:
        """Return the derivative at other numbers for the names of nodes, from the formulas in full."""
        rule = self.rule
        known = dict(numbers)
        for node, definition in rule.definitions.items():
            name = rule.names.of_node(node).text
            if name not in known and definition is not None:
                known[name] = parse(definition.text).evaluate(known)
        adjoints: dict[Value, Any] = {rule.out: 1.0}
        for node in reversed(rule.nodes[:-1]):
            parts = []
            for above, local in rule.above[node].items():
                if local.terms is None:
                    raise ValueError(
                        f"derive: there is no formula for the derivative of {above.describe()} by {node.describe()}, "
                        "only its number; so the derivation cannot be evaluated elsewhere"
                    )
                parts += [adjoints[above] * parse(term.text).evaluate(known) for term in local.terms]
            adjoints[node] = sum(parts[1:], parts[0])
        return adjoints[rule.x]

    def _valued(self, written: Symbol, value: float) -> Symbol:
        self.rule.names.values[written.text] = value
        return written


def plus(terms: Sequence[Symbol]) -> Symbol:
    """Add the terms of an equation, in the same order in all of its forms."""
    written = terms[0]
    for term in terms[1:]:
        written = written + term
    return written


def _more_terms(count: int) -> str:
    return f"{count:,} more term{'s' * (count > 1)}"

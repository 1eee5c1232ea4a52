"""`reconcile`: which single input, were it another number, would make all figures of a hand computation right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from autograd.checking.claims import Claim, Claims, Matrices, read_claims
from autograd.checking.root_finding import Candidate, Found, search
from autograd.checking.trials import Trials
from autograd.notation import shown
from autograd.rows import CONSTANT, LEAF
from autograd.tables import Column, html_table, text_table
from autograd.traversal import topological_order
from autograd.tree import flatten
from autograd.value import Value

BUDGET = 3_000_000  # visits of nodes: some five seconds
_LISTED = 6  # names of claims that a sentence lists before it counts the rest


class Solution(NamedTuple):
    """One input, and the number that it would have to be.

    Attributes:
        input: the leaf.
        name: its label, or its place among ``inputs``.
        before: its number in the graph.
        after: the number that makes claims right: the shortest one that does, or a slip of the pen away from
            ``before``.
        slip: what was done to the digits, if that is plain to see: ``"decimal point"``, ``"sign"``,
            ``"digits exchanged"``; else ``""``.
        right: how many of the claims are right then.
        wrong: the names of the others.
    """

    input: Value
    name: str
    before: float
    after: float
    slip: str
    right: int
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        """Write the condition, such as ``w_3 is 0.09 rather than 0.9``."""
        return f"{self.name} is {_written(self.after)} rather than {_written(self.before)}"


class Reconciliation:
    """What was found; it prints as a sentence and a table, in a terminal and in a notebook.

    Attributes:
        ok: whether all figures are right as the inputs are.
        solutions: every input found whose change makes all claims right, the plainest change first.
        best: the input whose change makes most claims right, where none makes all right; ``None`` if that is fewer than
            a third of the wrong ones, or only one: so much may be chance.
        right: how many claims are right as the inputs are.
        claims: how many claims are numbers, and so were judged.
        notes: what was left out or cut short.
    """

    def __init__(
        self,
        claims: int,
        right: int,
        solutions: Sequence[Solution] = (),
        best: Solution | None = None,
        notes: Sequence[str] = (),
    ) -> None:
        """Keep what was found."""
        self.claims = claims
        self.right = right
        self.ok = right == claims
        self.solutions = tuple(solutions)
        self.best = best
        self.notes = tuple(notes)

    @property
    def sentence(self) -> str:
        """The result in words."""
        if self.ok:
            return f"every figure ({self.claims} of {self.claims}) follows from the inputs as they are"
        if self.solutions:
            return f"every figure follows if {', or if '.join(map(str, self.solutions[:_LISTED]))}"
        as_it_is = f"{self.right} of {self.claims} figures follow from the inputs as they are"
        if self.best is None:
            return f"{as_it_is}, and no change of a single input explains the others"
        return (
            f"{as_it_is}, and no change of a single input makes all of them right; most, {self.best.right} of "
            f"{self.claims}, follow if {self.best}, but not {_listed(self.best.wrong)}"
        )

    def __str__(self) -> str:
        """Write sentence, table and notes."""
        parts = [self.sentence, *self.notes]
        if self._rows():
            parts.insert(1, f"\n{text_table(_COLUMNS, self._rows())}")
        return "\n".join(parts)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        import html

        paragraphs = "".join(f"<p>{html.escape(text)}</p>" for text in (self.sentence, *self.notes))
        return paragraphs + (html_table(_COLUMNS, self._rows()) if self._rows() else "")

    def _rows(self) -> list[list[str]]:
        found = self.solutions or ((self.best,) if self.best else ())
        return [
            [s.name, _written(s.before), _written(s.after), f"{s.right} of {self.claims}", s.slip or "–"] for s in found
        ]


_COLUMNS = (
    Column("input"), Column("from", True), Column("to", True), Column("figures right", True), Column("what changed"),
)  # fmt: skip


def reconcile(
    out: Value,
    claims: Claims,
    values: Claims | None = None,
    of: Matrices | None = None,
    inputs: Any = None,
    budget: int = BUDGET,
) -> Reconciliation:
    """Find each single input whose change would make all claimed figures right, to the digits they are printed in.

    Where several figures of a hand computation are wrong at once, often the arithmetic was right and one number was
    copied wrongly before it. Each input is solved for by Gauss–Newton on this library's own derivatives (of a claimed
    gradient: second ones), from its present number, from likely slips of the pen and from some other numbers. The
    graph itself is not touched.

    Args:
        out: the output whose gradients are claimed.
        claims: gradients ∂out/∂node, as for `check`. Claims that are formulas are left out, with a note: they do not
            say which number they were meant to give.
        values: the same for values of nodes.
        of: names of nodes or of matrices of nodes.
        inputs: the leaves, or labels of leaves, that may be changed, in any nesting; all labelled leaves if left out.
        budget: about how many visits of nodes the search may take, at least 1; a note says if it ran out.

    Returns:
        The solutions, or where there is none what comes closest.

    Raises:
        TypeError: something is no `Value`, no label, no claim.
        ValueError: no claim is a number; an input is no leaf of this graph; a label is unknown or ambiguous.
        StaleGraphError: a leaf was changed since the graph was recorded.

    Example:
        >>> from autograd import Value
        >>> from autograd import reconcile
        >>> w, x = Value(0.9, "w"), Value(0.704, "x")
        >>> s = (w * x).named("s")
        >>> E = ((s.tanh() - 1.0) ** 2 / 2).named("E")
        >>> print(reconcile(E, {"w": "-0.6568"}, values={"s": "0.0634", "E": "0.4387"}))
        every figure follows if w is 0.09 rather than 0.9
        <BLANKLINE>
        input   from     to   figures right   what changed
        ───...
        w        0.9   0.09          3 of 3   decimal point
    """
    read = read_claims(out, claims, values, of)
    if type(budget) is not int or budget < 1:
        raise ValueError(f"budget must be a whole number of at least 1, not {budget!r}")
    figures = [claim for claim in read if claim.formula is None]
    notes = _about_formulas([claim for claim in read if claim.formula is not None])
    if not figures:
        raise ValueError("all claims are formulas: reconcile needs figures that an input could make right (see check)")
    names = _inputs(out, figures, inputs)
    trials = Trials(out, figures, list(names), budget)
    found = search(trials)
    return _report(figures, found, names, notes, trials.spent)


def _report(
    figures: Sequence[Claim], found: Found, names: dict[Value, str], notes: list[str], spent: bool
) -> Reconciliation:
    def solution(candidate: Candidate) -> Solution:
        node, trial = candidate.input, candidate.trial
        wrong = tuple(claim.name for claim, right in zip(figures, trial.right, strict=True) if not right)
        return Solution(node, names[node], node.data, trial.at, candidate.slip, trial.hits, wrong)

    if spent:
        missed = f"{found.untried} of {len(names)} inputs" if found.untried else "every starting point"
        be = "were" if found.untried else "was"
        notes.append(
            f"note: the budget ran out before {missed} {be} tried: name likely ones in inputs=[…], or raise the budget"
        )
    best = None if found.best is None else solution(found.best)
    return Reconciliation(len(figures), found.present.hits, [solution(c) for c in found.solutions], best, notes)


def _about_formulas(formulas: Sequence[Claim]) -> list[str]:
    names = _listed([claim.name for claim in formulas])
    return [f"note: left out, because they are formulas and not figures: {names} (see check)"] if formulas else []


def _inputs(out: Value, figures: Sequence[Claim], given: Any) -> dict[Value, str]:
    """Return the leaves that may be changed, each with the name that it is called by."""
    order = topological_order([out, *(claim.node for claim in figures)])
    if given is None:
        found = {node: node.label for node in order if node._op is LEAF and node.label}
        if not found:
            raise ValueError("no leaf of the graph has a label: say with inputs=[…] which ones may be changed")
    else:
        leaves = [_leaf(one, order) for one in flatten(given)[0]]
        if not leaves:
            raise ValueError("inputs is empty: name at least one leaf, or leave it out to try all that have a label")
        _require_within(leaves, order)
        found = {leaf: leaf.label or f"inputs[{i}]" for i, leaf in enumerate(leaves)}
    often = Counter(found.values())
    return {leaf: f"{name} (= {leaf.data!r})" if often[name] > 1 else name for leaf, name in found.items()}


def _leaf(one: object, order: Sequence[Value]) -> Value:
    """Return a leaf that is given as such or by its label."""
    if isinstance(one, str):
        named = [node for node in order if node.label == one]
        if len(named) != 1:
            many = f"{len(named)} nodes are" if named else "no node of the graph is"
            raise ValueError(f"inputs: {many} labelled {shown(one)!r}: give the Value itself")
        one = named[0]
    if not isinstance(one, Value):
        raise TypeError(f"inputs are Values or labels of them, not {type(one).__name__} ({one!r})")
    if one._op is not LEAF:
        what = "a constant" if one._op is CONSTANT else "computed from others"
        raise ValueError(f"inputs: {one.describe()} is {what}: only leaves can be given another number")
    return one


def _require_within(leaves: Sequence[Value], order: Sequence[Value]) -> None:
    within = set(order)
    for leaf in leaves:
        if leaf not in within:
            raise ValueError(
                f"inputs: {leaf.describe()} is not in the graph: none of the claimed figures depends on it"
            )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more


def _written(x: float) -> str:
    return repr(int(x)) if x.is_integer() and abs(x) < 1e15 else repr(x)

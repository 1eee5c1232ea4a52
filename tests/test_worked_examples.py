"""Every printed claim of worked examples A to E, judged by `check`, and the judgement by an oracle of its own.

The verdicts that are expected are computed here: each system is written once more in mpmath (`by_hand.py`), gradients
are difference quotients of 60 digits, a printed numeral is right if it is what the figure rounds to, and a printed
formula if it agrees with the difference quotient at the recorded point and at random ones. Nothing says beforehand
which claims are right. The table of all verdicts and diagnoses stands at the end of the test output.

What the slips are, and how one sees it from the printed figures alone:

==================================  ====================================================================================
A1  ∂L/∂W_2                         f2' is taken at s_1; it belongs at s_2, as in the third formula
A2  out of samples 3 and 4, loss    made of s1 rather than of z1: the ReLU is left out (−0.442, −0.181, −0.044 count);
                                    Σ(out − Y)² is then 3.89479953265 to the last digit, so the loss has no factor ½,
                                    which ∂L/∂s2 = s2 − Y has
A2  ∂L/∂s2, W2, W1, s1 after it     follow from those outputs (the backward pass itself keeps the ReLU)
A2  ∂L/∂W1                          three rows for a gradient of two: the first is the second without the sign of 0.013
A3  O_j > O_y                       1 stands where Σ_k e^{O_k} belongs, and only one class may be ahead
A3  O_j ≤ O_y                       not 0: every O_j is in the denominator of every p
B   every figure of iteration 1     follows from w_3 = 0.09, as A2 has it, rather than the printed 0.9
B   w'                              is Δw once more: the subtraction was not done
B   W' and all after iteration 3    follow from α = 0.1 (and w_3 = 0.09) rather than the printed 0.05
B   ∂L/∂W_out                       (y_out − s_out) for (y_out − y)
B4                                  the gradient of max(0, u) is not max(0, ∂u): the max is kept, with the margin in it
C   z^(3)                           0.16936 for 0.16396: two digits exchanged; L is right again
D1  ∂E/∂w_{2,5} reached through     ∂n5/∂n5 stands where ∂n7/∂n5 belongs; the formula itself is right
E   ∂h2_1/∂W2_{2,j}                 0: h2_1 does not depend on W2's second row; h2_2 was meant
E   ∂l/∂W1                          summed over k, the index that i is; σ'(z1_i) is missing, and x_j in the first form
==================================  ====================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache, cached_property
from random import Random
from typing import NamedTuple

import numpy as np
import pytest

from autograd import Value, checkpoint, dot, relu, sum, topological_order
from autograd.checking.claims import GRADIENT, Claim, read_claims
from autograd.checking.guesses import CARRIED, COPIED, MISSING, OTHER_RATE, SIGN, SKIPPED, TRANSPOSED_DIGITS, WRONG_NODE
from autograd.checking.judging import check
from autograd.checking.reconciling import reconcile
from autograd.checking.report import Check
from autograd.tree import flatten
from tests.reporting import report
from tests.worked_examples import a, b, by_hand, c, d_printed, e
from tests.worked_examples.by_hand import Numbers, Real, System, mp
from tests.worked_examples.printed import Sheet

POINTS = 5  # random inputs at which a formula is tried besides the recorded ones
AGREE = mp.mpf("1e-25")  # difference quotients have some 35 digits; a formula that is wrong differs in the first few


class Case(NamedTuple):
    """Sheets about one system, the system by hand, and what becomes of its weights in gradient descent."""

    sheets: Callable[[], list[Sheet]]
    system: System
    updated: Callable[[Numbers], Numbers] = lambda _: {}


CASES = {
    "A1": Case(a.a1, by_hand.a1),
    "A2": Case(a.a2, by_hand.a2, by_hand.a2_updated),
    "A2 with s1 for z1 in the output": Case(
        lambda: a.a2("s1"), by_hand.a2_without_relu, by_hand.a2_without_relu_updated
    ),
    "A3": Case(a.a3, by_hand.a3),
    "B": Case(b.b, by_hand.b, by_hand.b_updated),
    "B with w_3 = 0.09": Case(lambda: b.b(w=[0.02, 0.03, 0.09]), by_hand.b, by_hand.b_updated),
    "B with w_3 = 0.09, α = 0.1": Case(lambda: b.b(w=[0.02, 0.03, 0.09], rate=0.1), by_hand.b, by_hand.b_updated),
    "B3": Case(b.b3, by_hand.softmax),
    "B4": Case(b.b4, by_hand.b4),
    "C": Case(c.squared_error, by_hand.c_squared_error),
    "C, cross-entropy": Case(c.cross_entropy, by_hand.c_cross_entropy),
    "C, chain rule": Case(c.chain_rule, by_hand.c_chain_rule),
    "C, several examples": Case(c.several_examples, by_hand.c_several_examples),
    "D1": Case(d_printed.of_d1, by_hand.d1),
    "D1 with sigmoids": Case(lambda: d_printed.of_d1("sigmoid"), lambda n: by_hand.d1(n, by_hand.sigmoid)),
    "D2": Case(d_printed.of_d2, by_hand.d2),
    "D2 with sigmoids": Case(lambda: d_printed.of_d2("sigmoid"), lambda n: by_hand.d2(n, by_hand.sigmoid)),
    "D4": Case(d_printed.d4, by_hand.d4),
    "E": Case(e.e, by_hand.e),
}


class Oracle:
    """Judges claims about one output of a system, without the engine."""

    def __init__(self, case: Case, sheet: Sheet, sheets: list[Sheet]) -> None:
        self.case = case
        self.out = sheet.out.label
        graphs = [topological_order([one.out, *flatten(one.of or {})[0]]) for one in (*sheets, sheet)]
        labelled = [node for graph in graphs for node in graph if node.label and not node.operands]
        self.inputs = {node.label: mp.mpf(repr(node.data)) for node in labelled}
        self.fixed = {node.label for node in labelled if node.op == "constant"}
        self.slope = cache(lambda point, by: by_hand.slope(case.system, dict(point), self.out, by))
        self.values = by_hand.run(case.system, self.inputs)

    def figure(self, claim: Claim) -> Real:
        """Return what is claimed something about, at the recorded point."""
        if claim.kind == GRADIENT:
            return self.slope(tuple(self.inputs.items()), claim.node.label)
        return self.values[claim.node.label] if claim.node.label in self.values else self.updated[claim.node.label]

    @cached_property
    def updated(self) -> Numbers:
        """Return the weights after gradient descent."""
        return self.case.updated(self.inputs)

    def right(self, claim: Claim) -> bool:
        """Tell whether a claim is right."""
        if claim.formula is None:
            exponent = int(Decimal(claim.written).as_tuple().exponent)
            half_a_unit = mp.mpf(10) ** exponent / 2
            # A figure exactly between two numerals may be rounded to either.
            return bool(abs(self.figure(claim) - mp.mpf(claim.written)) <= half_a_unit + AGREE)
        return all(self._agrees(claim, point) for point in self._points())

    def _points(self) -> Iterator[Numbers]:
        yield self.inputs
        random = Random(3)
        for _ in range(POINTS):
            yield {k: x if k in self.fixed else mp.mpf(random.gauss(0.0, 1.0)) for k, x in self.inputs.items()}

    def _agrees(self, claim: Claim, point: Numbers) -> bool:
        names = dict(by_hand.run(self.case.system, point))
        for name in set(re.findall(r"[A-Za-z]\w*", claim.written)) - names.keys() - by_hand.FUNCTIONS.keys():
            names[name] = self._called(name, point, names)
        claimed = eval(claim.written, {**by_hand.FUNCTIONS, **names})
        figure = self.slope(tuple(point.items()), claim.node.label)
        return bool(abs(claimed - figure) <= AGREE * (1 + abs(figure)))

    def _called(self, name: str, point: Numbers, known: Numbers) -> Real:
        """Return what a formula calls ``dL_z_1``: a derivative; ``y_6_1``: a target; ``delta`` (in E): ∂l/∂h3."""
        target = re.sub(r"^(y_\d)_(\d)$", r"\1^(\2)", name)
        if target in known:
            return known[target]
        cuts = [(name[1:i], name[i + 1 :]) for i in range(len(name)) if name[i] == "_"]
        pairs = [("l", "h3")] if name == "delta" else [(o, by) for o, by in cuts if o in known and by in known]
        assert len(pairs) == 1, name
        return by_hand.slope(self.case.system, point, *pairs[0])


@cache
def judged(name: str) -> list[tuple[Sheet, Oracle, list[Claim], Check]]:
    """Return the sheets of a case with the oracle for each, the claims, and what `check` makes of them."""
    case, sheets = CASES[name], CASES[name].sheets()
    return [
        (
            sheet,
            Oracle(case, sheet, sheets),
            read_claims(sheet.out, sheet.claims, sheet.values, sheet.of),
            check(sheet.out, sheet.claims, sheet.values, sheet.of),
        )
        for sheet in sheets
    ]


@pytest.mark.parametrize("name", CASES)
def test_every_verdict_is_the_oracles(name: str) -> None:
    table = [("printed in", "claim", "as printed", "verdict", "right figure", "likely slip")]
    wrongly_judged = []
    for sheet, oracle, claims, result in judged(name):
        assert [row.name for row in result.rows] == [claim.name for claim in claims]
        for claim, row in zip(claims, result.rows, strict=True):
            right = oracle.right(claim)
            verdict = "right" if row.right else "WRONG"
            table.append((sheet.title, row.name, row.written, verdict, f"{row.expected + 0.0:.10g}", row.diagnosis))
            if row.right != right:
                wrongly_judged.append((*table[-1], f"the oracle: {right}"))
        assert result.ok == all(map(oracle.right, claims))
    report(f"Worked example {name}: every printed claim", table)
    assert not wrongly_judged


@pytest.mark.parametrize("name", CASES)
def test_right_figures_are_the_oracles(name: str) -> None:
    """Sums of a few dozen floats of size 1 are good to 1e-13; differences in floats to 1e-8 of the largest term."""
    for _, oracle, claims, result in judged(name):
        for claim, row in zip(claims, result.rows, strict=True):
            figure = float(oracle.figure(claim))
            assert row.expected == pytest.approx(figure, rel=1e-12, abs=1e-13), row.name
            if claim.kind == GRADIENT:
                assert row.finite_difference == pytest.approx(figure, rel=1e-7, abs=1e-8), row.name


def test_no_printed_figure_is_left_out() -> None:
    """Counted in the source: A2's rows of s1, z1, out, loss, its four gradients and both new weights; B's; C's."""
    figures = {name: [c for _, _, claims, _ in judged(name) for c in claims if c.formula is None] for name in CASES}
    assert len(figures["A2"]) == 4 * 3 + 4 * 3 + 4 + 1 + 4 + 3 + 4 * 3 + 3 * 3 + 3 + 2 * 3
    assert len(figures["B"]) == 4 + 4 + 4 + 4 + 3 * 4 + 3 + 2 * 3 + 3 + 2 * 3 + 3 + 2 * 3
    assert len(figures["C"]) == 4 + 4 + 3 + 3 + 1


def test_a2_prints_three_rows_for_a_gradient_of_two() -> None:
    (sheet,) = a.a2()
    with pytest.raises(ValueError, match=r"2 × 3, not nested lists of 3 × 3"):
        check(sheet.out, {"W1": a.PRINTED_W1_GRADIENT}, of=sheet.of)


def test_a2_printed_outputs_and_loss_follow_without_the_relu_before_the_output() -> None:
    """To the last of the loss's twelve digits, which no other reading gives: neither half of it nor its mean."""
    ((_, _, _, stated),) = judged("A2")
    ((_, _, _, otherwise),) = judged("A2 with s1 for z1 in the output")
    names = ("s2[2]", "s2[3]", "loss", "∂L/∂s2[2]", "∂L/∂s2[3]")
    assert [row.right for row in stated.rows if row.name in names] == [False] * 5
    assert [row.right for row in otherwise.rows if row.name in names] == [True] * 5


def test_a2_every_figure_but_a_sign_follows_from_those_outputs_and_a_right_backward_pass() -> None:
    (sheet,) = a.a2("s1, back through z1")
    result = check(sheet.out, sheet.claims, sheet.values, sheet.of)
    assert [row.name for row in result.wrong] == ["∂L/∂W1[0][0]"]
    x, y, w1, w2 = map(np.array, (a.X, a.Y, a.W1, a.W2))
    s1 = x @ w1
    error = s1 @ w2 - y
    d_s1 = np.outer(error, w2) * (s1 > 0)
    by_numpy = {"s2": error, "s1": d_s1, "W1": x.T @ d_s1, "W2": np.maximum(s1, 0).T @ error}
    for name, slopes in by_numpy.items():
        engine = [row.expected for row in result.rows if re.fullmatch(rf"∂L/∂{name}(\[\d\])+", row.name)]
        assert engine == pytest.approx(slopes.ravel().tolist(), rel=1e-12, abs=1e-15)  # sums of at most four floats


def test_a4_recomputing_activations_gives_the_same_gradients() -> None:
    """Only the output of each sample is stored; what is inside is made again in the backward pass."""
    stored, recomputed = a.network(), a.network()

    def output(x: list[float], w1: list[list[Value]], w2: list[Value]) -> Value:
        return dot([relu(dot(x, [row[j] for row in w1])) for j in range(3)], w2)

    outs = [checkpoint(output, x, recomputed.W1, recomputed.W2) for x in a.X]
    half = sum([(o - y) ** 2 for o, y in zip(outs, recomputed.Y, strict=True)]) / 2
    stored.half.backward()
    half.backward()
    for one, other in zip(*(flatten((net.W1, net.W2))[0] for net in (stored, recomputed)), strict=True):
        assert one.grad == pytest.approx(other.grad, rel=1e-14)  # four contributions, in another order
    inside = [node for node in topological_order([half]) if node.op == "relu"]
    assert not inside


def slips(name: str, pattern: str) -> list[str]:
    """Return the diagnoses of the claims whose name matches."""
    return [row.diagnosis for *_, result in judged(name) for row in result.rows if re.fullmatch(pattern, row.name)]


@pytest.mark.parametrize(
    ("name", "claims", "kind", "reason"),
    [
        ("A1", "∂L/∂W_2", WRONG_NODE, "s_1 in the place of s_2"),  # the formula for W_1 has f2'(s_2)
        ("A2", r"∂L/∂W1\[0\]\[0\]", SIGN, ""),  # the next row prints it once more, with the sign
        ("B with w_3 = 0.09", r"w'\[.\]", COPIED, "∂L/∂w"),  # the same digits as Δw
        ("B with w_3 = 0.09, α = 0.1", r"w'\[.\]", COPIED, "∂L/∂w"),
        ("A2", r"s2\[2\]", SKIPPED, "relu: it follows with s1_31 and s1_32 in the place of z1_31 and z1_32"),
        ("A2", "loss", CARRIED, "s2[2] and s2[3] as claimed"),
        ("B with w_3 = 0.09", r"W'\[.\]\[.\]", OTHER_RATE, "0.1 rather than 0.05"),
        ("E", "∂h2_1/∂W2_2.", "h2_1 is not made from W2_2", ""),
        ("B", r"∂L_\d/∂w_\d", WRONG_NODE, "s_out"),  # (y_out − s_out), where every loss has (y_out − y)
        ("D1", "∂E/∂w_25", MISSING, "∂n_7/∂n_5"),  # printed as ∂n5/∂n5, which is 1
        ("C", r"z3\[.\]", TRANSPOSED_DIGITS, "0.16936 for 0.16396"),  # and L is right with the latter
    ],
)
def test_diagnoses_where_the_reason_is_evident(name: str, claims: str, kind: str, reason: str) -> None:
    found = [slip for slip in slips(name, claims) if slip]
    assert found
    assert all(slip.startswith(kind) and reason in slip for slip in found), found


def test_b_follows_from_another_weight_than_printed() -> None:
    sheet = b.first_iteration(b.descent())
    found = reconcile(sheet.out, sheet.claims, sheet.values, sheet.of)
    assert not found.ok
    assert [(s.name, s.before, s.after, s.right) for s in found.solutions] == [("w_3", 0.9, 0.09, 37)]
    assert "every figure follows if w_3 is 0.09 rather than 0.9" in str(found)
    corrected = b.first_iteration(b.descent(w=[0.02, 0.03, 0.09]))
    assert reconcile(corrected.out, corrected.claims, corrected.values, corrected.of).ok


def test_b_weights_then_follow_from_another_rate_than_printed() -> None:
    """Three steps of descent are one graph, so that the rate can be solved for through all of them."""
    for weights in (b.last_weights, b.new_weights):
        sheet = weights(b.descent(w=[0.02, 0.03, 0.09]))
        values = {name: claims for name, claims in (sheet.values or {}).items() if name != "w'"}
        found = reconcile(sheet.out, sheet.claims, values, sheet.of)
        assert [(s.name, s.before, s.after) for s in found.solutions] == [("alpha", 0.05, 0.1)]
        assert "every figure follows if alpha is 0.1 rather than 0.05" in str(found)


def test_b_with_all_that_is_wrong_at_once_still_names_the_weight() -> None:
    """The new weights are wrong for reasons of their own, another rate and a copied Δw: they must be outvoted."""
    run = b.descent()
    first, new = b.first_iteration(run), b.new_weights(run)
    values, of = {**(first.values or {}), **(new.values or {})}, {**(first.of or {}), **(new.of or {})}
    found = reconcile(first.out, first.claims, values, of)
    assert not found.solutions
    assert found.best is not None
    assert (found.best.name, found.best.after, found.best.right, found.claims) == ("w_3", 0.09, 37, 46)
    assert all(name.startswith(("w'", "W'")) for name in found.best.wrong)

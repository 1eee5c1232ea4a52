"""Derivative paths: by brute force on small graphs, by known answers on large ones, and as they are written."""

from __future__ import annotations

import itertools
import math
import pickle
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import islice, pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import StaleGraphError, Value, checkpoint, dot, exp, no_grad, relu, sin, tanh
from autograd.derivative_paths.best_paths import product
from autograd.derivative_paths.paths import Path, count_paths, paths, top_paths
from tests.counting import assert_linear, lines_executed
from tests.strategies import Program, programs
from tests.test_rows import apply

ROUNDING = 2.0**-53
DIAMONDS = 1000
DEEP = 100_000
MOST = 2000  # paths that are listed to compare with

Numbers = tuple[float, ...]


@pytest.fixture(autouse=True)
def default_recursion_limit() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(before)


# What is compared with ------------------------------------------------------------------------------------------------


def brute_force(out: Value, x: Value) -> Iterator[tuple[tuple[int, ...], Numbers]]:
    """Yield slots and partials of every path, from ``x`` up, by plain recursion in the order of operands."""
    if out is x:
        yield (), ()
        return
    for slot, (operand, partial) in enumerate(zip(out.operands, out.partials, strict=True)):
        for slots, partials in brute_force(operand, x):
            yield (*slots, slot), (*partials, partial)


def exact(factors: Iterable[float]) -> Fraction:
    """Return the product of the numbers that are neither 0 nor inf nor nan."""
    return math.prod((Fraction(f) for f in factors if f and math.isfinite(f)), start=Fraction(1))


def group(partials: Numbers) -> int:
    """Return which paths come before which, whatever their size: nan, infinite, ordinary ones, those with a 0."""
    number = math.prod(math.copysign(1.0, p) if p and math.isfinite(p) else p for p in partials)
    return 0 if math.isnan(number) else 1 if math.isinf(number) else 2 if number else 3


def rank(path: Path) -> tuple[int, Fraction]:
    return group(path.partials), -abs(exact(path.partials))


def operations_between(out: Value, x: Value) -> int:
    """Return how many multiplications and additions the sweep makes at most: two for each operand of each node."""
    met, stack = {out}, [out]
    while stack:
        fresh = {o for o in stack.pop().operands if o is not x} - met
        met |= fresh
        stack += fresh
    return 2 * sum(len(node.operands) for node in met)


def built(program: Program) -> tuple[Value, Value, list[Value]]:
    """Return the output, the input of most paths and all nodes of a graph of few paths."""
    inputs = [Value(x, f"x{i}") for i, x in enumerate(program.inputs)]
    nodes = program.run(inputs, apply)
    x = max(inputs, key=lambda node: count_paths(nodes[-1], node))
    assume(count_paths(nodes[-1], x) <= MOST)
    return nodes[-1], x, nodes


SPECIAL = [0.0, math.inf, math.nan, -math.inf]
PLAIN = [1.0, -1.0, 2.0, 0.5, 0.3, -0.7, 1e200, -1e-200, 5e-324]


@st.composite
def linear_graphs(draw: st.DrawFn) -> list[Value]:
    """Draw a graph whose partials are drawn too: every node is a weighted sum, mostly of two others."""
    weights = st.sampled_from([*PLAIN * 2, *SPECIAL])
    nodes = [Value(1.0, "x"), Value(1.0, "other")]
    for _ in range(draw(st.integers(2, 8))):
        chosen = [nodes[-1], *draw(st.lists(st.sampled_from([nodes[0], *nodes]), min_size=1, max_size=3))]
        nodes.append(ag.sum([node * draw(weights) for node in chosen]))
    assume(count_paths(nodes[-1], nodes[0]) <= MOST)
    return nodes


def chain_of_diamonds(x: Value, weights: Iterable[tuple[float, float]]) -> Value:
    """Pass through pairs of edges side by side; slots of a path are (0, 0) or (0, 1) for each, the side second."""
    node = x
    for left, right in weights:
        node = node * left + node * right
    return node


def sides(path: Path) -> tuple[int, ...]:
    return path.slots[1::2]


# Small graphs: everything by brute force ------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(programs(20, 150))
def test_all_paths_are_listed_in_the_order_of_operands(program: Program) -> None:
    out, x, _ = built(program)
    expected = list(brute_force(out, x))
    found = paths(out, x)
    listed = list(found)
    assert repr([(path.slots, path.partials) for path in listed]) == repr(expected)  # as text, since nan is not nan
    assert found.count == count_paths(out, x) == len(expected)
    for path in listed:
        assert path.nodes[0] is x
        assert path.nodes[-1] is out
        for (low, high), slot in zip(pairwise(path.nodes), path.slots, strict=True):
            assert high.operands[slot] is low


@settings(max_examples=150, deadline=None)
@given(programs(20, 150))
def test_the_contributions_of_all_paths_sum_to_the_gradient(program: Program) -> None:
    out, x, _ = built(program)
    out.backward()
    found = paths(out, x)
    assert repr(found.gradient) == repr(x.grad)
    assert all(path.gradient is found.gradient for path in found)
    contributions = [path.contribution for path in found]
    if any(map(math.isnan, contributions)):  # the exponent of a negative base has no derivative
        assert math.isnan(x.grad)
        return
    # Every operation of the sweep errs by half an ulp at most of what it was given, so that of each contribution as
    # much is lost as there are operations on its way; the sweep may cancel, the sum of magnitudes does not. One more
    # rounding for each contribution itself.
    allowed = (operations_between(out, x) + 1) * ROUNDING * math.fsum(map(abs, contributions))
    assert abs(math.fsum(contributions) - x.grad) <= allowed


@settings(max_examples=150, deadline=None)
@given(programs(20, 150), st.integers(1, 12))
def test_the_best_paths_are_those_that_sorting_all_puts_first(program: Program, k: int) -> None:
    out, x, _ = built(program)
    listed = list(paths(out, x))
    in_order = sorted((path for path in listed if group(path.partials) < 3), key=rank)  # stable: equal ones stay
    zeros = sorted((path for path in listed if group(path.partials) == 3), key=rank)
    best = top_paths(out, x, len(listed) + 7)
    assert list(best[: len(in_order)]) == in_order
    assert list(map(rank, best[len(in_order) :])) == list(map(rank, zeros))
    assert set(best) == set(listed)
    assert len(best) == len(listed)
    assert top_paths(out, x, k) == best[:k]


@settings(max_examples=300, deadline=None)
@given(linear_graphs(), st.integers(1, 12))
def test_the_best_paths_where_partials_are_0_infinite_nan_or_beyond_floats_range(nodes: list[Value], k: int) -> None:
    out, x = nodes[-1], nodes[0]
    listed = list(paths(out, x))
    assert repr([path.partials for path in listed]) == repr([p for _, p in brute_force(out, x)])
    best = top_paths(out, x, max(len(listed), 1))
    assert set(best) == set(listed)
    assert list(map(rank, best)) == sorted(map(rank, listed))
    assert top_paths(out, x, k) == best[:k]
    numbers = [path.contribution for path in best]
    assert [0 if math.isnan(c) else 1 if p == 1 else 2 for c, (p, _) in zip(numbers, map(rank, best), strict=True)] == [
        min(p, 2) for p, _ in map(rank, best)
    ]
    finite = [abs(c) for c in numbers if not math.isnan(c)]
    assert finite == sorted(finite, reverse=True)


@settings(max_examples=150, deadline=None)
@given(programs(20, 150), st.data())
def test_through_keeps_of_all_paths_those_that_meet_every_one_of_the_nodes(
    program: Program, data: st.DataObject
) -> None:
    out, x, nodes = built(program)
    listed = list(paths(out, x))
    some_path = st.sampled_from(listed).flatmap(lambda path: st.sampled_from(path.nodes)) if listed else st.nothing()
    stops = data.draw(st.lists(some_path | st.sampled_from(nodes), min_size=1, max_size=4))
    expected = [path for path in listed if set(stops) <= set(path.nodes)]
    found = paths(out, x, through=stops)
    assert list(found) == expected
    assert found.count == count_paths(out, x, through=stops) == len(expected)
    assert bool(found) == bool(expected)
    assert set(top_paths(out, x, len(listed) + 1, through=stops)) == set(expected)
    assert repr(found.gradient) == repr(paths(out, x).gradient)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False).filter(bool), max_size=40))
def test_a_product_is_rounded_once(factors: list[float]) -> None:
    true = exact(factors)
    try:
        expected = float(true)  # rounded correctly
    except OverflowError:
        expected = math.inf if true > 0 else -math.inf
    # Where floats get sparse, below the normal ones, it is rounded twice.
    assert product(factors) == pytest.approx(expected, rel=0.0, abs=5e-324 if abs(expected) < 1e-300 else 0.0)


@pytest.mark.parametrize(
    ("factors", "expected"),
    [
        ([], 1.0),
        ([-0.0, 2.0], -0.0),
        ([-math.inf, -2.0], math.inf),
        ([math.inf, 0.0], math.nan),
        ([math.nan, 0.0], math.nan),
        ([1e308, 1e308, 0.0], 0.0),
        ([1e308, -1e308], -math.inf),
        ([1e-308, -1e-308], -0.0),
    ],
)
def test_products_with_special_factors(factors: list[float], expected: float) -> None:
    assert repr(product(factors)) == repr(expected)


# Known answers --------------------------------------------------------------------------------------------------------


def test_a_square_has_two_paths() -> None:
    x = Value(3.0, "x")
    y = x * x
    first, second = paths(y, x)
    assert count_paths(y, x) == 2
    assert (first.nodes, second.nodes) == ((x, y), (x, y))
    assert (first.slots, second.slots) == ((0,), (1,))
    assert first != second
    assert len({first, second, *paths(y, x)}) == 2
    assert (first.partials, first.contribution, first.share) == ((3.0,), 3.0, 0.5)


def test_from_a_node_to_itself_there_is_the_empty_path() -> None:
    x = Value(3.0, "x")
    y = (x * x).sin()
    for node in (x, y):
        (path,) = paths(node, node)
        assert (path.nodes, path.slots, path.partials) == ((node,), (), ())
        assert (path.contribution, path.share, path.gradient) == (1.0, 1.0, 1.0)
        assert count_paths(node, node) == paths(node, node, through=[node]).count == 1
        assert top_paths(node, node, 3) == (path,)
    assert str(next(iter(paths(x, x)))) == "x"


def test_what_a_result_was_not_made_from_has_no_path() -> None:
    x, w = Value(3.0), Value(2.0)
    y = x * x
    for out, node in ((y, w), (x, y)):
        found = paths(out, node)
        assert (count_paths(out, node), found.count, list(found), found.gradient) == (0, 0, [], 0.0)
        assert not found
        assert top_paths(out, node, 2) == ()


def test_constants_lie_on_no_path() -> None:
    x = Value(3.0)
    cut = x.detach()
    with no_grad():
        other = x * 2
    y = x * cut + other * x + 5 * x
    three = (x + 3.0).operands[1]
    assert [count_paths(y, node) for node in (x, cut, other, three)] == [3, 0, 0, 0]
    assert count_paths(cut, cut) == count_paths(cut, x) == paths(other, other).count == 0
    assert paths(y, x, through=cut).count == 0
    # A number takes up a slot, though.
    assert [path.slots for path in paths(y, x)] == [(0, 0, 0), (1, 1, 0), (1, 1)]


def test_an_edge_whose_partial_is_0_counts() -> None:
    x = Value(-1.0)
    y = relu(x) + x
    assert count_paths(y, x) == 2
    assert [path.contribution for path in paths(y, x)] == [0.0, 1.0]
    assert [path.contribution for path in top_paths(y, x, 2)] == [1.0, 0.0]


def test_operands_of_wide_nodes_have_their_slots() -> None:
    x, w = Value(2.0), Value(3.0)
    y = dot([x, w, 4.0], [w, x, x])
    assert [path.slots for path in paths(y, x)] == [(0,), (4,), (5,)]
    assert [path.partials for path in paths(y, x)] == [(3.0,), (3.0,), (4.0,)]


def neurons(edges: Iterable[str], inputs: str, outputs: str) -> dict[str, Value]:
    """Build a network of tanh neurons from edges such as ``"13"``, with a squared error, every node labelled."""
    n = {name: tanh(Value(0.1 * int(name), f"x{name}") * 0.5).named(f"n{name}") for name in inputs}
    edges = sorted(edges, key=lambda edge: edge[1])
    for head, incoming in itertools.groupby(edges, key=lambda edge: edge[1]):
        tails = [edge[0] for edge in incoming]
        terms = [(Value(0.3, f"w{tail}{head}") * n[tail]).named(f"w{tail}{head}n{tail}") for tail in tails]
        n[head] = tanh(ag.sum(terms).named(f"s{head}")).named(f"n{head}")
    n["E"] = ag.sum([((n[o] - 0.2).named(f"e{o}") ** 2).named(f"q{o}") for o in outputs]).named("E")
    return n


def neurons_met(path: Path) -> str:
    return " → ".join(node.label for node in path.nodes if node.label[0] in "nE")


def test_multi_path_networks_have_the_paths_that_their_edges_say() -> None:
    first = neurons(["13", "14", "24", "25", "36", "46", "57"], "12", "67")
    assert list(map(neurons_met, paths(first["E"], first["1"]))) == ["n1 → n3 → n6 → E", "n1 → n4 → n6 → E"]
    assert list(map(neurons_met, paths(first["E"], first["2"]))) == ["n2 → n4 → n6 → E", "n2 → n5 → n7 → E"]
    second = neurons(["13", "15", "24", "36", "38", "46", "48", "57"], "12", "678")
    expected = ["n1 → n3 → n6 → E", "n1 → n5 → n7 → E", "n1 → n3 → n8 → E"]
    assert list(map(neurons_met, paths(second["E"], second["1"]))) == expected
    through = paths(second["E"], second["1"], through=[second["8"], second["3"]])
    assert list(map(neurons_met, through)) == ["n1 → n3 → n8 → E"]
    assert count_paths(second["E"], second["1"], through=[second["3"], second["5"]]) == 0
    assert count_paths(second["E"], second["1"], through=second["3"]) == 2


def test_recorded_partials_count_not_present_data() -> None:
    x = Value(3.0)
    y = x * x
    x.data = 100.0
    assert [path.contribution for path in paths(y, x)] == [3.0, 3.0]


def test_contributions_that_overflow_on_the_way_do_not() -> None:
    x = Value(1.0)
    y = x * 1e200 * 1e200 * 1e-300 * 1e-100
    # Tolerance: four numbers that are not quite those powers of ten, each off by half an ulp.
    assert next(iter(paths(y, x))).contribution == pytest.approx(1.0, rel=4 * ROUNDING)


def test_shares_where_the_gradient_is_0_or_not_finite_are_nan() -> None:
    x = Value(2.0)
    assert [math.isnan(path.share) for path in paths(x - x, x)] == [True, True]
    for factor in (math.inf, math.nan):
        assert [math.isnan(path.share) for path in paths(x * factor + x, x)] == [True, True]


def test_paths_that_spoil_a_gradient_come_first() -> None:
    x = Value(0.0)
    dead, large, infinite, spoilt = relu(x - 1.0) * 1e9, 1e9 * x, x.sqrt(), x.sqrt() * 0.0
    y = ag.sum([dead, x, large, infinite, spoilt])
    numbers = [path.contribution for path in top_paths(y, x, 9)]
    assert math.isnan(numbers[0])
    assert numbers[1:] == [math.inf, 1e9, 1.0, 0.0]


# Large graphs ---------------------------------------------------------------------------------------------------------


def test_a_thousand_diamonds_have_so_many_paths() -> None:
    x = Value(0.5)
    out = x
    middle: list[tuple[Value, Value]] = []
    for _ in range(DIAMONDS):
        middle.append((sin(out), exp(-out)))
        out = middle[-1][0] + middle[-1][1]
    assert count_paths(out, x) == paths(out, x).count == 2**DIAMONDS
    assert count_paths(out, x, through=middle[700][0]) == 2 ** (DIAMONDS - 1)
    assert count_paths(out, x, through=[left for left, _ in reversed(middle[:990])]) == 2 ** (DIAMONDS - 990)
    assert count_paths(out, x, through=middle[700]) == 0
    assert len(list(paths(out, x, through=[left for left, _ in middle[3:]]))) == 8


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_the_best_of_a_thousand_diamonds(scale: float) -> None:
    """The best path takes the larger side everywhere; the next ones differ where that costs least.

    Every path among the ten best differs from the best one only in the ten diamonds whose sides differ least (one
    that differs elsewhere has the best and ten better than it before it), so of all paths 2**10 are left to sort.
    At 1e-3 all products are about 1e-3000, and at 1e3 about 1e+3000.
    """
    rng = random.Random(7)
    weights = [
        (rng.uniform(0.1, 1.0) * scale, rng.choice([-1, 1]) * rng.uniform(0.1, 1.0) * scale) for _ in range(DIAMONDS)
    ]
    better = [int(abs(right) > abs(left)) for left, right in weights]
    ratios = [min(abs(Fraction(a) / Fraction(b)), abs(Fraction(b) / Fraction(a))) for a, b in weights]
    closest = sorted(range(DIAMONDS), key=lambda i: -ratios[i])[:10]
    subsets = itertools.chain.from_iterable(itertools.combinations(closest, size) for size in range(11))
    costs = sorted(((math.prod(ratios[i] for i in subset), set(subset)) for subset in subsets), key=lambda c: -c[0])
    assert len({cost for cost, _ in costs[:11]}) == 11  # no ties
    x = Value(1.0)
    top = top_paths(chain_of_diamonds(x, weights), x, 10)
    assert [{i for i, side in enumerate(sides(path)) if side != better[i]} for path in top] == [
        s for _, s in costs[:10]
    ]
    sizes = {abs(path.contribution) for path in top}
    assert sizes == {0.0} if scale < 1.0 else sizes == {math.inf} if scale > 1.0 else len(sizes) == 10


def test_best_paths_through_nodes_of_a_thousand_diamonds() -> None:
    x = Value(1.0)
    half = chain_of_diamonds(x, [(2.0, 1.0)] * 500)
    detour = half * 0.25
    out = chain_of_diamonds(half * 3.0 + detour, [(1.0, 2.0)] * 500)
    (best,) = top_paths(out, x, 1, through=[detour])
    assert best.contribution == 2.0**998
    assert detour in best.nodes
    assert detour not in top_paths(out, x, 1)[0].nodes


def test_factors_in_another_order_are_a_tie_which_operands_break() -> None:
    """Any one diamond may be the one passed on the worse side; floats multiplied in turn would make some better."""
    x = Value(1.0)
    out = chain_of_diamonds(x, [(0.3, 0.7)] * DIAMONDS)
    best, *ties = top_paths(out, x, 10)
    assert min(sides(best)) == 1
    # In the order of `paths`, whose first choice is at the output.
    assert [sides(path).index(0) for path in ties] == [DIAMONDS - 1 - i for i in range(9)]
    assert len({path.contribution for path in ties}) == 1
    double = chain_of_diamonds(x, [(1.0, 1.0)] * 40)
    assert top_paths(double, x, 50) == tuple(islice(paths(double, x), 50))


def test_asking_for_ever_more_best_paths_gives_them_in_order() -> None:
    x = Value(1.0)
    rng = random.Random(3)
    out = chain_of_diamonds(x, [(rng.random(), rng.random()) for _ in range(30)])
    sizes = [path.contribution for path in top_paths(out, x, 3000)]
    assert len(set(sizes)) == 3000
    assert sizes == sorted(sizes, reverse=True)


def test_counting_in_a_random_graph_of_ten_thousand_nodes() -> None:
    rng = random.Random(1)
    nodes, ways = [Value(1.0), Value(1.0)], [1, 0]
    while len(nodes) < 10_000:
        a, b = (len(nodes) - 1 - int(rng.expovariate(0.1)) % min(len(nodes), 50) for _ in range(2))
        nodes.append(nodes[a] + nodes[b] * 0.5 if rng.random() < 0.5 else (nodes[a] * nodes[b]).tanh())
        ways.append(ways[a] + ways[b])
    assert count_paths(nodes[-1], nodes[0]) == ways[-1] > 10**100


def test_deep_graphs_do_not_recurse() -> None:
    x = out = Value(1.0, "x")
    for _ in range(DEEP // 2):
        out = -out * 1.0
    (path,) = paths(out, x)
    assert top_paths(out, x, 3, through=path.nodes[::100]) == (path,)
    assert (count_paths(out, x), len(path.nodes), path.contribution) == (1, DEEP + 1, 1.0)
    assert str(path).count("→") == DEEP
    assert len(repr(path)) < 300
    wide = out = x
    for _ in range(DEEP):
        out = out + wide
    assert count_paths(out, x) == DEEP + 1
    assert len(top_paths(out, x, 2)) == 2
    assert len(list(islice(paths(out, x), 3))) == 3


# Work -----------------------------------------------------------------------------------------------------------------


def diamonds(size: int) -> tuple[Value, Value]:
    x = Value(1.0)
    return chain_of_diamonds(x, [(0.3, 0.7)] * size), x


@pytest.mark.parametrize(
    "work",
    [count_paths, lambda out, x: list(islice(paths(out, x), 3)), lambda out, x: top_paths(out, x, 5)],
    ids=["count_paths", "paths", "top_paths"],
)
def test_work_is_linear_in_the_graph(work: Callable[[Value, Value], object]) -> None:
    def prepare(size: int) -> Callable[[], object]:
        out, x = diamonds(size)
        return lambda: work(out, x)

    assert_linear(prepare)


def test_work_for_a_wide_node_is_linear() -> None:
    def prepare(size: int) -> Callable[[], object]:
        x = Value(1.0)
        out = ag.sum([x * float(i) for i in range(size)])
        return lambda: (count_paths(out, x), top_paths(out, x, 5))

    assert_linear(prepare)


def test_dead_ends_are_not_entered() -> None:
    """Of all paths down from the result one leads to x, and 2**1000 do not: they are not tried."""
    x, elsewhere = Value(1.0), Value(1.0)
    out = chain_of_diamonds(elsewhere, [(1.0, 0.5)] * DIAMONDS) + x
    assert len(list(paths(out, x))) == 1
    half = chain_of_diamonds(x, [(1.0, 0.5)] * DIAMONDS)
    bypass = Value(1.0) * x
    assert len(list(paths(half + bypass, x, through=[bypass]))) == 1


def test_one_more_best_path_costs_no_more_than_its_length() -> None:
    """Twice as many of the best are found with no more than twice the lines."""
    out, x = diamonds(100)
    few, many = (lines_executed(lambda k=k: top_paths(out, x, k)) for k in (100, 200))  # type: ignore[misc]
    assert many <= 2 * few + 20


# Iteration ------------------------------------------------------------------------------------------------------------


def test_iterations_do_not_disturb_one_another() -> None:
    x, w = Value(0.5, "x"), Value(0.4, "w")
    out = chain_of_diamonds(x * w, [(0.3, 0.7)] * 4) * w
    found, other = paths(out, x), paths(out, w)
    expected, expected_other = list(found), list(other)
    ahead = iter(found)
    next(ahead)
    seen, seen_other = [], []
    for path, third in zip(found, itertools.cycle(other), strict=False):
        out.backward()
        assert count_paths(out, w) == len(expected_other)
        seen.append(path)
        seen_other.append(third)
        next(ahead, None)
    assert seen == expected
    assert seen_other == expected_other[: len(seen)]
    assert list(found) == expected


def test_the_first_of_very_many_paths_come_at_once() -> None:
    out, x = diamonds(DIAMONDS)
    first, second = islice(paths(out, x), 2)
    assert (sum(sides(first)), sum(sides(second)), sides(second)[0]) == (0, 1, 1)


# Checkpoints ----------------------------------------------------------------------------------------------------------


def test_a_checkpoint_runs_again_once_for_all_paths_and_not_for_counting() -> None:
    runs = []

    def inside(u: Value) -> Value:
        runs.append(1)
        return u.sin() * u

    x = Value(0.7, "x")
    y = checkpoint(inside, x * 2) * x
    runs.clear()
    assert count_paths(y, x) == 2
    assert not runs
    found = paths(y, x)
    assert len(runs) == 1
    listed = [*found, *found]
    repr(found)
    assert len(runs) == 1
    u = 1.4
    # Two roundings each on the way to these; the contribution has one more.
    assert [path.contribution for path in listed[:2]] == pytest.approx(
        [0.7 * 2 * (math.cos(u) * u + math.sin(u)), math.sin(u) * u], rel=1e-15
    )
    assert [str(path) for path in listed[:2]] == ["x → × → checkpoint → ×", "x → ×"]
    assert len(top_paths(y, x, 5)) == 2
    assert len(runs) == 2
    y.backward()
    assert found.gradient == pytest.approx(x.grad, rel=1e-15)


def test_a_stale_checkpoint_is_refused_where_its_partials_are_needed() -> None:
    x = Value(0.7, "x")
    y = checkpoint(lambda u: u.sin(), x)
    x.data = 1.0
    with pytest.raises(StaleGraphError, match="'x' was changed"):
        paths(y, x)
    assert count_paths(y, x) == 1


# Errors ---------------------------------------------------------------------------------------------------------------


X = Value(1.0)


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (count_paths, (3.0, X), r"count_paths: out must be a Value, not float \(3\.0\)"),
        (count_paths, (X, None), r"count_paths: x must be a Value, not NoneType \(None\)"),
        (paths, (X, "w"), r"paths: x must be a Value, not str \('w'\): give the node, not its label"),
        (paths, ([X], X), r"paths: out must be a Value, not list \(\[Value"),
        (paths, (X, X, 3), r"paths: through must be a Value or several, not int \(3\)"),
        (paths, (X, X, "n4"), r"through must be a Value or several, not str \('n4'\): give the node"),
        (top_paths, (X, X, 1, [X, 2.0]), r"top_paths: through must hold Values, not float \(2\.0\)"),
        (top_paths, (X, X, 2.0), r"k must be an integer, how many paths are wanted, not float \(2\.0\)"),
        (top_paths, (X, X, True), r"k must be an integer, how many paths are wanted, not bool \(True\)"),
        (top_paths, (X, X, X), r"k must be an integer, how many paths are wanted, not Value \(Value"),
    ],
)
def test_what_is_no_value_or_number_is_refused(
    function: Callable[..., object], arguments: tuple[object, ...], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        function(*arguments)


@pytest.mark.parametrize("k", [0, -3])
def test_no_best_paths_are_not_asked_for(k: int) -> None:
    x = Value(1.0)
    with pytest.raises(ValueError, match=f"top_paths: k must be at least 1, not {k}"):
        top_paths(x, x, k)


def test_more_best_paths_than_there_are_may_be_asked_for() -> None:
    x = Value(1.0)
    assert len(top_paths(x * x, x, 10**30)) == 2


# In writing -----------------------------------------------------------------------------------------------------------


def lines(shown: object) -> list[str]:
    """Return the rows of a table in plain words."""
    return [" ".join(line.split()) for line in repr(shown).splitlines()]


def test_a_path_is_written_by_labels_signs_and_numbers() -> None:
    x, unnamed = Value(0.5, "x"), Value(-2.0)
    e = (x * 3.0 - tanh(x)).named("E")
    assert [str(path) for path in paths(e, x)] == ["x → × → E", "x → tanh → E"]
    y = -(unnamed + x) / 2.0
    assert str(next(iter(paths(y, unnamed)))) == "(−2) → + → − → /"
    assert str(next(iter(paths(x - unnamed, x)))) == "x → −"


def test_between_labelled_nodes_a_path_shows_the_derivative_from_one_to_the_next() -> None:
    x, w, b = Value(0.5, "x"), Value(2.0, "w"), Value(-1.0, "b")
    n = tanh(w * x + b).named("n")  # tanh(0), with slope 1
    e = ((n - 3.0) ** 2 + n * 5.0).named("E")
    direct, squared = sorted(paths(e, x), key=lambda path: len(path.nodes))
    assert str(direct) == str(squared) == "x → n → E"
    assert lines(paths(direct.nodes[3], x))[2] == "x → × → + → n 2 × 1 × 1 2 100 %"  # nothing labelled between
    # Two that read alike are told apart by the nodes without labels; slope 2 (0 - 3) of the square.
    assert sorted(lines(paths(e, x))[2:4]) == [
        "x → × → + → n → × → E 2 × 1 × 1 × 5 × 1 10 −500 %",
        "x → × → + → n → − → ^ → E 2 × 1 × 1 × 1 × −6 × 1 −12 600 %",
    ]
    assert lines(paths(e, x, through=[squared.nodes[-2]]))[2] == "x → n → E 2 × −6 −12 600 %"


def test_a_table_shows_that_all_paths_sum_to_the_gradient() -> None:
    x = Value(0.5, "x")
    y = (x * 3.0 * 2.0 - 2.0 * x).named("y")
    assert lines(paths(y, x)) == [
        "path partials contribution share",
        "─" * len(repr(paths(y, x)).splitlines()[1]),
        "x → × → × → y 3 × 2 × 1 6 150 %",
        "x → × → y 2 × −1 −2 −50 %",
        "sum of both paths 4 100 %",
        "gradient ∂y/∂x 4",
    ]


def test_an_unlabelled_value_is_not_called_by_the_label_of_another() -> None:
    x, unnamed = Value(2.0, "x"), Value(3.0)
    y = (unnamed * x) ** 2  # by the unnamed one 2 · 6 · 2, by x 2 · 6 · 3
    assert lines(paths(y, unnamed))[-1] == "gradient ∂out/∂(3) 24"
    assert lines(paths(y, x))[-1] == "gradient ∂out/∂x 36"


def test_a_table_says_what_it_leaves_out() -> None:
    out, x = diamonds(10)
    shown = lines(paths(out, x))
    assert len(shown) == 2 + 20 + 3
    assert shown[22:24] == ["… and 1,004 more", f"sum of these 20 {sum_of(islice(paths(out, x), 20))}"]
    assert shown[24] == "gradient ∂out/∂(1) 1"  # (0.3 + 0.7)**10
    top = lines(top_paths(out, x, 150))
    assert len(top) == 2 + 100 + 3
    assert top[102] == "… and 924 more"
    assert "… and 1.07e301 more" in lines(top_paths(*diamonds(DIAMONDS), 1))


def sum_of(listed: Iterable[Path]) -> str:
    """Write a sum of contributions to a gradient of 1 as a table does."""
    total = math.fsum(float(exact(path.partials)) for path in listed)
    return f"{total:.4g}".replace("e-0", "e−") + f" {100 * total:.3g} %"


def test_tables_of_one_path_and_of_none() -> None:
    x, w = Value(0.5, "x"), Value(0.5, "w")
    y = x.sin()
    assert lines(paths(y, x))[3] == "sum (there is one path) 0.8776 100 %"  # cos(1/2) = 0.87758…
    assert lines(top_paths(y, w, 3))[2:] == ["sum (there is no path) 0 —", "gradient ∂out/∂w 0"]
    assert lines(paths(x, x))[2] == "x 1 1 100 %"


def test_a_table_names_what_paths_lead_through() -> None:
    x = Value(0.5, "x")
    u, v = x.sin().named("u"), x.cos().named("v")
    shown = lines(paths((u * v).named("y"), x, through=[u]))
    assert shown[0] == "path through u partials contribution share"
    # The share is that of all paths: sin' cos of (sin cos)' = cos², of cos² − sin²; cos²(1/2) = 0.7702, cos(1) = 0.5403
    assert shown[2:] == [
        "x → u → y 0.8776 × 0.8776 0.7702 143 %",
        "sum (there is one path) 0.7702 143 %",
        "gradient ∂y/∂x 0.5403",
    ]


def test_infinities_of_both_signs_in_a_sum() -> None:
    x = Value(1.0, "x")
    shown = lines(paths(x * math.inf - x * math.inf, x))
    assert shown[-2:] == ["sum of both paths nan —", "gradient ∂out/∂x nan"]
    large = Value(1.0, "x")
    assert lines(paths(ag.sum([large * 1e308, large * 1e308]), large))[-2:] == [
        "sum of both paths inf —",
        "gradient ∂out/∂x inf",
    ]


def test_long_paths_are_written_in_full_alone_and_without_their_middle_in_tables() -> None:
    x = out = Value(1.0, "x")
    for i in range(29):
        out = (out * 2.0).named(f"n{i}")
    (path,) = paths(out, x)
    assert str(path) == " → ".join(["x", *(f"n{i}" for i in range(29))])
    middle = "x → n0 → n1 → n2 → n3 → … 20 more … → n24 → n25 → n26 → n27 → n28"
    assert repr(path) == (
        f"Path({middle}: 2 × 2 × 2 × 2 × 2 × … 19 more … × 2 × 2 × 2 × 2 × 2 = 5.369e8, 100 % of ∂n28/∂x)"
    )
    assert lines(paths(out, x))[2].startswith(middle)


def test_labels_are_text_in_notebooks() -> None:
    x = Value(2.0, "<b>x</b> & co")
    y = (x * x).named("y\n<script>")
    for shown in (paths(y, x), top_paths(y, x, 1), next(iter(paths(y, x)))):
        html = shown._repr_html_()
        assert html.startswith("<table>")
        assert "&lt;b&gt;x&lt;/b&gt; &amp; co → &#x27;y\\n&lt;script&gt;&#x27;" in html
        assert "<b>" not in html
        assert "<script>" not in html
    assert len(repr(paths(y, x)).splitlines()) == 6
    long = Value(1.0, "long" * 100)
    assert len(repr(next(iter(paths(long, long))))) < 150


def test_paths_can_be_pickled() -> None:
    x = Value(2.0, "x")
    top = top_paths((x * x * 2.0).named("y"), x, 1)
    again = pickle.loads(pickle.dumps(top))
    assert repr(again) == repr(top)
    assert (str(again[0]), again[0].contribution) == ("x → × → y", 4.0)

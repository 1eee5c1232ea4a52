"""The backward pass as events: the order and the bits of `backward`, and the table that shows them."""

import io
import itertools
import math
import random
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, checkpoint, no_grad, topological_order
from autograd.tracing.events import Edge, Event, Trace, print_trace, trace_backward
from tests.counting import assert_linear
from tests.strategies import Program, programs
from tests.test_rows import apply


def bits(x: float) -> bytes:
    """All nans count as one: their bits are not the library's affair."""
    return struct.pack("<d", x) if x == x else b"nan"


def assert_like_backward(out: Value, seed: float = 1.0) -> None:
    """Play the events, then run the backward pass, and compare every node of the graph to the bit."""
    order = topological_order(out)
    out.zero_grad()
    adjoints = trace_backward(out, seed).adjoints()
    assert all(node.grad == 0.0 for node in order)
    out.backward(seed)
    for node in order:
        assert bits(adjoints.get(node, 0.0)) == bits(node.grad), node.describe()


def of_values(program: Program) -> list[Value]:
    inputs = [Value(x, f"x{i}") for i, x in enumerate(program.inputs)]
    return program.run(inputs, apply)


# The same bits as the backward pass -------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(programs(), st.floats())
def test_random_graphs(program: Program, seed: float) -> None:
    assert_like_backward(of_values(program)[-1], seed)


@settings(max_examples=50, deadline=None)
@given(programs(largest=60), st.floats(-2.0, 2.0))
def test_checkpoints_in_random_graphs(program: Program, seed: float) -> None:
    inputs = [Value(x) for x in program.inputs]
    scale = Value(1.5)

    def some(*xs: Any) -> list[Any]:
        return [node * scale for node in program.run(list(xs), apply)[-3:]]

    def nested(*xs: Any) -> Any:
        return autograd.sum(checkpoint(some, *(autograd.tanh(x) + 1.0 for x in xs)))

    try:
        made = [*checkpoint(some, *inputs), checkpoint(nested, *inputs)]
    except autograd.DomainError:  # tanh may leave a domain
        made = checkpoint(some, *inputs)
    assert_like_backward(autograd.dot(made, [0.5 + i for i in range(len(made))]) * inputs[0], seed)


HARD = [0.0, -0.0, 1.0, -1.0, 5e-324, -1e-200, 1e200, -1e308, math.inf, -math.inf, math.nan, 0.1, -3.7]


def hard_graph(choice: random.Random) -> Value:
    """A graph of sums and products, narrow and wide, in which adjoints overflow, vanish and are undefined."""
    nodes = [Value(choice.choice(HARD)) for _ in range(4)]
    for _ in range(12):
        some = [choice.choice([*nodes, choice.choice(HARD)]) for _ in range(choice.randint(2, 7))]
        kinds: list[Any] = [
            autograd.sum,
            autograd.prod,
            lambda xs: autograd.dot(xs, xs[::-1]),
            lambda xs: autograd.dot(xs, [2.0] * len(xs)),
            lambda xs: xs[0] * xs[1] - xs[-1],
            lambda xs: xs[0] + nodes[0].detach() * xs[1],
        ]
        made = choice.choice(kinds)(some)
        if isinstance(made, Value):
            nodes.append(made)
    return autograd.sum(nodes[-3:])


@pytest.mark.parametrize("start", range(200))
def test_hard_numbers_in_wide_nodes(start: int) -> None:
    choice = random.Random(start)
    assert_like_backward(hard_graph(choice), choice.choice(HARD))


def test_hard_numbers_are_hard() -> None:
    grads = []
    for start in range(200):
        out = hard_graph(random.Random(start))
        out.backward()
        grads += [node.grad for node in topological_order(out)]
    assert {"inf", "-inf", "nan", "0.0"} <= {str(x) for x in grads}


def test_what_a_checkpoint_does_not_reach_is_zero_and_not_nothing() -> None:
    # The adjoint of y is 0 and goes on along a partial that is infinite: 0·inf is nan in `.grad` as well.
    x, w = Value(0.0), Value(2.0)
    y = autograd.sqrt(x)

    def idle(y: Any) -> Any:
        _ = y * 2
        return w * w

    out = checkpoint(idle, y)
    assert set(out.operands) == {y, w}
    out.backward()
    assert math.isnan(x.grad)
    assert_like_backward(out)


def test_a_leaf_alone() -> None:
    x = Value(3.0)
    assert list(trace_backward(x, 2.5)) == [Event(x, None, 2.5, 1.0, 0.0, 2.5)]
    assert_like_backward(x, -0.0)


def test_leaves_that_have_a_gradient_keep_it() -> None:
    x = Value(3.0)
    y = x * x
    y.backward()
    assert trace_backward(y).adjoints()[x] == 6.0
    assert (x.grad, y.grad) == (6.0, 1.0)


# What an event says -----------------------------------------------------------------------------------------------


def test_events_by_hand() -> None:
    x = Value(3.0)
    square = x * x
    out = square - x
    assert list(trace_backward(out, 2)) == [
        Event(out, None, 2.0, 1.0, 0.0, 2.0),
        Event(out, Edge(out, 0, square), 2.0, 1.0, 0.0, 2.0),
        Event(out, Edge(out, 1, x), 2.0, -1.0, 0.0, -2.0),
        Event(square, Edge(square, 0, x), 2.0, 3.0, -2.0, 4.0),
        Event(square, Edge(square, 1, x), 2.0, 3.0, 4.0, 10.0),
    ]


@settings(max_examples=60, deadline=None)
@given(programs(largest=80))
def test_every_edge_once_and_only_with_a_finished_adjoint(program: Program) -> None:
    out = of_values(program)[-1]
    events = list(trace_backward(out))
    order = topological_order(out)
    edges = [(event.edge.node, event.edge.slot) for event in events if event.edge]
    variable = [(n, i) for n in order for i, o in enumerate(n.operands) if o.op != "constant"]
    assert len(edges) == len(events) - 1
    assert sorted(map(repr, edges)) == sorted(map(repr, variable))
    assert set(edges) == set(variable)
    place = {node: index for index, node in enumerate(order)}
    assert [place[event.node] for event in events] == sorted((place[event.node] for event in events), reverse=True)
    now = dict.fromkeys(order, 0.0)
    final = {event.target: event.after for event in events}
    for event in events:
        assert event.before == now[event.target]
        assert event.after == event.before + event.upstream * event.partial == event.before + event.contribution
        now[event.target] = event.after
        if event.edge is not None:
            assert event.edge.operand is event.node.operands[event.edge.slot] is event.target
            assert event.upstream == final[event.node]
            assert event.partial == event.node.partials[event.edge.slot]


def test_constants_get_no_event() -> None:
    x = Value(3.0, "x")
    targets = [event.target for event in trace_backward(autograd.sum([x.detach() * x, 2.0, x.detach(), 2 * x]))]
    assert [node.op for node in targets] == ["sum", "*", "*", "", ""]


def test_slots_count_constants_too() -> None:
    x, y = Value(3.0), Value(2.0)
    node = autograd.dot([1.0, x], [y, 5.0])
    assert [event.edge.slot for event in trace_backward(node) if event.edge] == [1, 2]
    assert [event.edge.slot for event in trace_backward(2 - x) if event.edge] == [1]


def test_the_inside_of_a_checkpoint() -> None:
    x, w = Value(2.0, "x"), Value(5.0, "w")
    out = checkpoint(lambda x: (x * x).named("p") * w, x)
    seed, entering, to_p, to_w, once, twice, w_out, x_out = trace_backward(out, 10.0)
    assert seed == Event(out, None, 10.0, 1.0, 0.0, 10.0)
    assert [e.inside for e in (entering, to_p, to_w, once, twice)] == [True] * 5
    assert (entering.edge, entering.after) == (None, 10.0)
    assert (to_p.target.label, to_p.upstream, to_p.partial, to_p.after) == ("p", 10.0, 5.0, 50.0)
    assert (to_w.target, to_w.after, once.after, twice.after) == (w, 40.0, 100.0, 200.0)
    slots = {operand: slot for slot, operand in enumerate(out.operands)}
    assert {w_out, x_out} == {
        Event(out, Edge(out, slots[w], w), 40.0, 1.0, 0.0, 40.0),
        Event(out, Edge(out, slots[x], x), 200.0, 1.0, 0.0, 200.0),
    }


# Laziness ---------------------------------------------------------------------------------------------------------


def test_traces_may_interleave() -> None:
    x, y = Value(1.5), Value(-0.5)
    first, second = (x * y + x).tanh(), autograd.dot([x, y, x], [y, y, 3.0]) / x
    alone = [list(trace_backward(out)) for out in (first, second, first)]
    again = trace_backward(first)
    together = list(itertools.zip_longest(again, trace_backward(second), again))
    assert [[event for event in column if event] for column in zip(*together, strict=True)] == alone


def test_a_trace_in_the_middle_of_which_backward_runs() -> None:
    x = Value(1.5)
    out = (x * x).sin() * x
    expected = list(trace_backward(out))
    events = []
    for event in trace_backward(out):
        events.append(event)
        out.backward()
    assert events == expected


def test_only_what_is_asked_for_is_computed() -> None:
    calls = []

    def counted(x: Any) -> Any:
        calls.append(x)
        return x * x

    out = checkpoint(counted, Value(2.0)) * 3
    trace = trace_backward(out)
    events = iter(trace)
    assert [next(events).target.op for _ in range(2)] == ["*", "checkpoint"]
    assert len(calls) == 1
    list(events)
    assert len(calls) == 2


def test_deep_graphs() -> None:
    x = Value(1.0)
    y = x
    for _ in range(100_000):
        y = y + 1.0
    *_, last = trace_backward(y, 0.5)
    assert (last.target, last.after) == (x, 0.5)


def test_the_work_is_linear() -> None:
    def work(size: int) -> Any:
        x = Value(0.5)
        y = x
        for _ in range(size):
            y = y * x
        out = autograd.sum([y, *[x] * size])
        return lambda: print_trace(out, file=io.StringIO(), limit=3)

    assert_linear(work)


# Printing ---------------------------------------------------------------------------------------------------------


def printed(out: Value, limit: int = 100) -> list[str]:
    file = io.StringIO()
    print_trace(out, file=file, limit=limit)
    return file.getvalue().splitlines()


def test_the_table_in_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    x, w = Value(2.0, "x_1"), Value(-3.0, "delta_out")
    print_trace((x * w).named("L"), seed=0.5)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["step", "─" * len(lines[1]), "", "", ""]
    rows = [[cell.strip() for cell in line.split("   ") if cell.strip()] for line in lines[2:]]
    assert rows == [
        ["0", "→ L", "0.5", "∂L/∂L", "0 → 0.5", "L"],
        ["1", "L → x₁", "0.5 × −3", "∂L/∂x₁", "0 → −1.5", "x₁"],
        ["2", "L → δ_out", "0.5 × 2", "∂L/∂δ_out", "0 → 1", "δ_out"],
    ]


def test_a_node_is_finished_with_its_last_event() -> None:
    x = Value(2.0, "x")
    lines = printed(((x * x).named("p") + x).named("y"))[2:]
    assert [line.split()[-1] for line in lines] == ["y", "p", "1", "3", "x"]


def test_long_tables_are_folded_and_counted() -> None:
    out = autograd.sum([Value(float(i), f"x{i}") for i in range(1500)])
    lines = printed(out, limit=7)
    assert len(lines) == 2 + 7 + 1
    assert lines[-1] == "… 1,494 more events, up to step 1,500"
    assert len(printed(out, limit=1501)) == 2 + 1501
    assert len(repr(trace_backward(out)).splitlines()) == 2 + 100 + 1
    assert trace_backward(out)._repr_html_().count("<tr>") == 1 + 100


def test_what_is_finished_after_the_fold_is_not_said_to_be() -> None:
    x = Value(2.0, "x")
    lines = printed((x * x).named("y"), limit=2)
    assert lines[3].endswith("0 → 2")


def test_nodes_that_would_have_the_same_name_are_numbered() -> None:
    a, b = Value(2.0, "x"), Value(3.0, "x")
    text = "\n".join(printed(a * b * (a * b)))
    assert all(name in text for name in ("∂out/∂x (1)", "∂out/∂x (2)", "×₃ → ×₁", "×₃ → ×₂"))


@pytest.mark.parametrize("label", ["a\nb", "\x1b[31m", "\u202e", "x" * 500, "[bold]", "<b>"])
def test_labels_obey_nobody(label: str) -> None:
    x = Value(2.0, label)
    lines = printed(x * 3)
    assert len(lines) == 4
    assert all(line.isprintable() and len(line) < 200 for line in lines)
    assert "<b>" not in trace_backward(x * 3)._repr_html_()


def test_the_inside_is_marked() -> None:
    x = Value(2.0, "x")
    lines = printed(checkpoint(lambda x: x * x, x).named("c"))
    assert sum("(inside)" in line for line in lines) == 3
    assert "c → x" in lines[-1]


# Refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("out", [3.0, None, "x", [Value(1.0)]])
def test_only_a_value_can_be_traced(out: Any) -> None:
    with pytest.raises(TypeError, match="trace_backward takes one Value, not "):
        trace_backward(out)


def test_a_constant_cannot_be_traced() -> None:
    x = Value(1.0, "x")
    with no_grad():
        out = x * 2
    for constant in (out, x.detach()):
        with pytest.raises(ValueError, match=r"is a constant .*nothing to differentiate"):
            trace_backward(constant)


@pytest.mark.parametrize("seed", ["1", None, 1j, Value(1.0), [1.0]])
def test_a_seed_is_a_number(seed: Any) -> None:
    with pytest.raises(TypeError, match="seed must be a real number, not "):
        trace_backward(Value(1.0), seed)


@pytest.mark.parametrize("limit", [0, -1, 2.5, None, True, "9"])
def test_a_limit_is_a_number_of_rows(limit: Any) -> None:
    with pytest.raises(ValueError, match="limit must be a number of rows, at least 1, not "):
        print_trace(Value(1.0), limit=limit)


def test_a_trace_is_printed_into_files_only() -> None:
    with pytest.raises(TypeError, match="file must be an open text file, not int"):
        print_trace(Value(1.0), file=1)  # type: ignore[arg-type]


def test_a_checkpoint_whose_input_was_changed_is_noticed() -> None:
    x = Value(2.0, "x")
    out = checkpoint(lambda x: x * x, x)
    x.data = 3.0
    trace = trace_backward(out)
    assert isinstance(trace, Trace)
    with pytest.raises(autograd.StaleGraphError, match="checkpoint needs its inputs as they were recorded"):
        list(trace)

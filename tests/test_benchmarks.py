"""The benchmarks measure the same work, written rightly for every engine. Nothing here is about time."""

from __future__ import annotations

import gc
import importlib
import json
import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from autograd import MissingExtraError, Value
from benchmarks import __main__ as command
from benchmarks import (
    chart,
    gpt,
    gpt_step,
    graphs,
    graphs_compiled,
    graphs_recorded,
    growth,
    memory,
    network,
    network_compiled,
    network_recorded,
    peers,
    suite,
    timing,
)
from benchmarks.agreement import DisagreementError, require_agreement
from benchmarks.baseline import merge
from benchmarks.contender import OURS, Contender, Outcome
from benchmarks.figures import Bytes, Figures, Row, Timed, read, save
from benchmarks.teaching import Scalar
from benchmarks.values import TEACHING

SMALL_GPT = gpt.Sizes(width=4, heads=2, block=4)
FEW = network.samples(3)


def require(peer: str) -> peers.Peers:
    found, missing = peers.load([peer])
    if missing:
        pytest.skip(f"{peer} is not installed")
    return found


def outcome(contender: Contender, numbers: Any) -> Outcome:
    return timing.run(contender, numbers)[1]


def central_difference(f: Callable[[Sequence[float]], float], point: Sequence[float], index: int) -> float:
    """The error is about 2⁻⁵³/1e-6 of rounding, for a function of order 1, and 1e-12 times the third derivative."""
    step = 1e-6
    return (
        f([x + step * (i == index) for i, x in enumerate(point)])
        - f([x - step * (i == index) for i, x in enumerate(point)])
    ) / (2 * step)


# The network ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("peer", peers.MODULES)
def test_network_of_every_peer_agrees_with_ours(peer: str) -> None:
    found = require(peer)
    contenders = network_recorded.recorded(found, FEW) + network_compiled.compiled(found, FEW)
    assert len(contenders) == 2, "ours and the peer's"
    rows = timing.compare(contenders, network.draw, network.names(), range(3))
    assert [row.engine for row in rows] == [OURS, peers.TITLES[peer]]


def test_network_agrees_with_finite_differences() -> None:
    numbers = network.draw(random.Random(3))

    def loss(point: Sequence[float]) -> float:
        return float(network.loss(network.layers(point), FEW, lambda z: max(z, 0.0)))

    found = outcome(network_recorded.with_values(OURS, Value, FEW), numbers)
    assert found.value == loss(numbers)
    for index in range(0, len(numbers), 17):
        assert found.gradients[index] == pytest.approx(central_difference(loss, numbers, index), abs=1e-7)


def test_network_names_every_parameter_once() -> None:
    assert len(set(network.names())) == len(network.names()) == 337


# The two graphs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("graph", [graphs.TINY, graphs.SMALL], ids=["tiny", "small"])
@pytest.mark.parametrize("peer", peers.MODULES)
def test_graphs_of_every_peer_agree_with_ours(peer: str, graph: graphs.Graph) -> None:
    found, few = require(peer), graph._replace(graphs=5)
    contenders = graphs_recorded.recorded(found, few) + graphs_compiled.compiled(found, few)
    rows = timing.compare(contenders, lambda source: graphs.draw(few, source), graphs.names(few), range(2))
    assert [row.engine for row in rows] == [OURS, peers.TITLES[peer]]


def test_tiny_graph_by_hand() -> None:
    # c = -39, d = -82 + 8, e = 35, g = 35²/2; dg/da = 35·(1 - 2), dg/db = 35·(1 - (-41 + 12)).
    found = outcome(graphs_recorded.with_values(OURS, Value, graphs.TINY), [graphs.TINY.point])
    assert found == Outcome(612.5, [-35.0, 1050.0])


def test_small_graph_gives_what_micrograd_prints_in_its_readme() -> None:
    found = outcome(graphs_recorded.with_values(OURS, Value, graphs.SMALL), [graphs.SMALL.point])
    assert [f"{x:.4f}" for x in (found.value, *found.gradients)] == ["24.7041", "138.8338", "645.5773"]


def test_backward_is_what_forward_alone_did_not_take() -> None:
    timed = suite.time_graphs({}, graphs.TINY._replace(graphs=3), range(2))
    assert timed.rows[0].phases.keys() == {"forward", "backward"}


# The GPT --------------------------------------------------------------------------------------------------------------


def test_gpt_with_the_teaching_class_agrees_with_ours_and_so_do_the_updated_parameters() -> None:
    numbers = gpt_step.draw(SMALL_GPT, random.Random(5))
    ours, teaching = ([engine(x) for x in numbers] for engine in (Value, Scalar))
    for parameters in (ours, teaching):
        gpt.loss(gpt.arrange(parameters, SMALL_GPT), "abc", SMALL_GPT).backward()
    expected = Outcome(0.0, [p.grad for p in ours])
    require_agreement(TEACHING, gpt.names(SMALL_GPT), Outcome(0.0, [p.grad for p in teaching]), expected)
    for parameters in (ours, teaching):
        gpt_step.Adam(parameters).step()
    assert [p.data for p in teaching] == pytest.approx([p.data for p in ours], rel=1e-9, abs=1e-12)
    assert [p.data for p in ours] != numbers
    assert {p.grad for p in (*ours, *teaching)} == {0.0}


def test_gpt_agrees_with_finite_differences() -> None:
    numbers = gpt_step.draw(SMALL_GPT, random.Random(6))

    def loss(point: Sequence[float]) -> float:
        return float(gpt.loss(gpt.arrange([Scalar(x) for x in point], SMALL_GPT), "cab", SMALL_GPT).data)

    found = outcome(gpt_step.contender(OURS, Value, SMALL_GPT, "cab"), numbers)
    assert found.value == pytest.approx(loss(numbers), rel=1e-12)
    largest = max(range(len(numbers)), key=lambda i: abs(found.gradients[i]))
    for index in [largest, *range(0, len(numbers), len(numbers) // 12)]:
        assert found.gradients[index] == pytest.approx(central_difference(loss, numbers, index), rel=1e-5, abs=1e-8)


def test_gpt_runs_with_the_engines_that_can() -> None:
    timed = suite.time_gpt(SMALL_GPT, range(2))
    assert [row.engine for row in timed.rows] == [OURS, TEACHING]
    assert all([*row.phases] == ["forward", "backward", "update"] for row in timed.rows)
    assert "micrograd" in timed.left_out


def test_an_untrained_gpt_guesses_among_all_characters() -> None:
    numbers = gpt_step.draw(gpt.Sizes(), random.Random(7))
    loss = gpt.loss(gpt.arrange([Scalar(x) for x in numbers], gpt.Sizes()), "ab", gpt.Sizes())
    assert loss.data == pytest.approx(math.log(gpt.VOCABULARY), rel=0.1)


def test_the_teaching_class_in_every_operation() -> None:
    def f(x: Any, y: Any) -> Any:
        return ((2 - x) * y / (x + 3) - (1 / y) ** 2 + -x).exp() + (x * 3 - y + 9).log() + (x - 5).relu()

    leaves, ours = [Scalar(0.7), Scalar(1.9)], [Value(0.7), Value(1.9)]
    results = f(*leaves), f(*ours)
    for result in results:
        result.backward()
    assert results[0].data == pytest.approx(results[1].data, rel=1e-14)
    assert [x.grad for x in leaves] == pytest.approx([x.grad for x in ours], rel=1e-13)


# Growth and memory ----------------------------------------------------------------------------------------------------


def test_growth_checks_its_gradients_and_gives_every_phase() -> None:
    sizes = growth.measure([40, 400], range(2))
    assert all(phases.keys() == {"forward", "backward", "free"} for phases in sizes.values())
    assert growth.ratio(sizes) is None
    assert growth.ratio({10**4: {"forward": 1.0, "backward": 1.0}, 10**6: {"forward": 2.0, "backward": 1.0}}) == 1.5


@pytest.mark.parametrize("symbol", memory.OPERATIONS)
def test_memory_counts_the_nodes_of_every_engine(symbol: str) -> None:
    built, after = memory.counted(Value, memory.OPERATIONS[symbol], 1000)
    assert 16 < built <= after < 1000  # a node is at least an object's head
    teaching = memory.counted(Scalar, memory.OPERATIONS[symbol], 1000)
    assert 16 < teaching[0] <= teaching[1] < 1000


def test_memory_of_a_fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "RESIDENT", 100_000)
    resident = memory.resident(OURS, "*")
    if resident is None:
        pytest.skip("this system does not say how large a process is")
    built, _ = memory.counted(Value, memory.OPERATIONS["*"], 10_000)
    assert 0.5 * built < resident < 2 * built  # two independent ways of counting


# Agreement ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "where"),
    [(Outcome(1.0, [2.0, 3.1]), "gradient by b"), (Outcome(1.1, [2.0, 3.0]), "value")],
    ids=["gradient", "value"],
)
def test_a_disagreement_names_engine_and_parameter(wrong: Outcome, where: str) -> None:
    with pytest.raises(DisagreementError, match=f"^some engine: {where} is"):
        require_agreement("some engine", ["a", "b"], wrong, Outcome(1.0, [2.0, 3.0]))


def test_nan_agrees_with_nothing() -> None:
    with pytest.raises(DisagreementError, match="nan"):
        require_agreement("some engine", ["a"], Outcome(1.0, [math.nan]), Outcome(1.0, [2.0]))


def test_rounding_is_no_disagreement() -> None:
    require_agreement("some engine", ["a", "b"], Outcome(1.0, [2.0, 1e-11]), Outcome(1.0, [2.0, 0.0]))


def test_a_wrong_engine_stops_the_benchmark() -> None:
    def wrong(numbers: Sequence[float]) -> Outcome:
        return Outcome(0.0, [0.0 for _ in numbers])

    right = network_recorded.with_values(OURS, Value, FEW)
    with pytest.raises(DisagreementError, match="wrong engine"):
        timing.compare(
            [right, Contender("wrong engine", [("replay", wrong)], lambda x: x)],
            network.draw,
            network.names(),
            range(2),
        )


# Output ---------------------------------------------------------------------------------------------------------------


def figures(compiled: bool, ours: float, micrograd: float) -> Figures:
    rows = [Row(OURS, {"forward": ours, "backward": ours}), Row("micrograd", {"forward": micrograd, "backward": 0.0})]
    rows.append(Row("JAX jit", {"replay": 1e-5}, build=0.1))
    return Figures(
        run={
            "date": "2026-01-02", "cpu": "some processor", "cores": 2, "system": "Linux", "python": "CPython 3.11",
            "version": "0.1.0", "compiled": compiled, "peers": {"micrograd": "0.1.0"}, "repeats": 3,
        },
        timed={"network": Timed("the network", rows), "gpt": Timed("the gpt", rows[:1], {"micrograd": "has no exp"})},
        growth={OURS: {nodes: {"forward": 1e-7, "backward": 1e-7, "free": 1e-8} for nodes in (10**4, 10**6)}},
        memory={OURS: {"+": Bytes(64.0, 64.0, None)}, "micrograd": {"+": Bytes(700.0, 701.5, 710.2)}},
        notes=["XAD-py: not installed"],
    )  # fmt: skip


def test_figures_come_back_from_json(tmp_path: Path) -> None:
    save(figures(True, 1.0, 10.0), tmp_path / "figures.json")
    assert read(tmp_path / "figures.json") == figures(True, 1.0, 10.0)


def test_baseline_keeps_the_ratio_of_its_own_run() -> None:
    merged = merge(figures(True, 1.0, 10.0), figures(False, 4.0, 20.0))  # the machine was half as fast then
    label = f"{OURS} (interpreted)"
    assert [row.engine for row in merged.timed["network"].rows] == [OURS, label, "micrograd", "JAX jit"]
    row = merged.timed["network"].row(label)
    assert row is not None
    assert row.phases == {"forward": 2.0, "backward": 2.0}
    assert label in merged.timed["gpt"].left_out
    assert [*merged.growth] == [OURS, label]
    assert [*merged.memory] == [OURS, label, "micrograd"]
    assert any("scaled by micrograd's" in note for note in merged.notes)


def test_baseline_of_the_same_build_is_told_apart() -> None:
    merged = merge(figures(False, 1.0, 10.0), figures(False, 4.0, 20.0))
    assert merged.timed["network"].rows[1].engine == f"{OURS} (earlier run)"


@pytest.mark.parametrize("suffix", chart.SUFFIXES)
def test_chart_is_written(suffix: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / f"chart{suffix}"
    chart.draw(merge(figures(True, 1.0, 100.0), figures(False, 4.0, 200.0)), path)
    assert path.read_bytes().startswith(b"<?xml" if suffix == ".svg" else b"\x89PNG")


def test_a_chart_without_matplotlib_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "matplotlib.figure")
    with pytest.raises(MissingExtraError, match=r"scalar-autograd\[bench\]"):
        chart.draw(figures(True, 1.0, 10.0), Path("never.svg"))


# The command ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shrink the workloads that are asked for, so that the command itself can be run."""
    monkeypatch.setattr(graphs, "TINY", graphs.TINY._replace(graphs=3))
    monkeypatch.setattr(growth, "SIZES", (40, 400))
    monkeypatch.setattr(gc, "freeze", lambda: None)  # the tests of memory need the collector whole


@pytest.mark.usefixtures("_small")
def test_command_prints_writes_and_merges(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "run.json"
    options = ["--only", "tiny,growth", "--peers", "none", "--repeats", "1"]
    command.main([*options, "--json", str(file)])
    command.main([*options, "--baseline", str(file)])
    printed = capsys.readouterr().out
    written = json.loads(file.read_text(encoding="utf-8"))
    assert printed.startswith(written["run"]["date"])
    assert f"scalar-autograd {written['run']['version']}" in printed.splitlines()[0]
    assert graphs.TINY.title in printed
    assert written["timed"].keys() == {"tiny"}
    assert f"{OURS} (earlier run)" in printed


@pytest.mark.usefixtures("_small")
def test_a_missing_peer_is_reported_and_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hide(monkeypatch, *peers.MODULES.values())
    command.main(["--only", "tiny", "--repeats", "1"])
    printed = capsys.readouterr().out
    for title in peers.TITLES.values():
        assert f"{title}: not installed: pip install 'scalar-autograd[bench]'" in printed


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--only", "tiny,none"], "'none': choose of network, tiny"),
        (["--peers", "numpy"], "'numpy': choose of micrograd"),
        (["--repeats", "0"], "at least 1"),
        (["--chart", "figures.pdf"], ".svg or .png"),
    ],
)
def test_a_wrong_option_is_explained(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(options)
    assert message in " ".join(capsys.readouterr().err.split())


def hide(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    """Make these modules look as if they were not installed."""
    real = importlib.import_module

    def import_module(name: str, package: str | None = None) -> Any:
        if name in modules:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", import_module)

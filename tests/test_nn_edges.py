"""What an attack has found, pinned: edges of names, numbers, files, threads and interrupted work."""

from __future__ import annotations

import copy
import math
import pickle
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

from autograd import Value, no_grad
from nn import (
    DAG,
    LBFGS,
    MLP,
    SGD,
    Adam,
    DamagedFileError,
    DivergenceError,
    History,
    Layer,
    Module,
    Newton,
    RMSprop,
    accuracy,
    annotate,
    cosine_decay,
    cross_entropy,
    evaluate,
    fit,
    load,
    save,
    squared_error,
    warmup,
)

NOTHING: Any = None
INF = math.inf


# Networks by their edges ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "edges", ["x1 → h1, x2 → h2, h1 → y1, h2 → y1", "x1 → h1, h1 → y1, y1 → z1", "x → a1, x → b1, a1 → c2, b1 → c2"]
)
def test_numbers_that_do_not_tell_nodes_apart_do_not_name_parameters(edges: str) -> None:
    net = DAG(edges, bias="separate", seed=0)
    labels = [leaf.label for leaf in net.parameters()]
    assert len(set(labels)) == len(labels) == len(net.edges) + len(net.neurons)


def test_labels_of_entries_do_not_meet_those_of_other_weights() -> None:
    """v_11_1 would be the first entry of the weights from x1, and the one weight from x11."""
    labels = [leaf.label for leaf in DAG("x1→n1, x11→n1", inputs={"x1": 2, "x11": 1}).parameters()]
    assert len(set(labels)) == len(labels) == 4


def test_inputs_come_in_the_order_of_their_numbers() -> None:
    net = DAG(", ".join(f"x{i} → n" for i in range(1, 12)), activation="identity", init=1.0, bias=False)
    assert list(net.inputs) == [f"x{i}" for i in range(1, 12)]


# Modules --------------------------------------------------------------------------------------------------------------


def test_annotate_calls_a_forward_of_ones_own() -> None:
    class Doubled(Layer):
        def forward(self, x: Any) -> Any:
            return 2 * super().forward(x)

    model = Doubled(2, 1, "identity", init=1.0)
    with annotate(model):
        assert model([1.0, 2.0]).data == 6.0


def test_annotate_leaves_labels_alone() -> None:
    kept = Value(2.0, "keep")
    model = Layer(1, 1, lambda x: kept)
    with annotate(model):
        model([1.0])
    assert kept.label == "keep"


def test_two_parameters_of_one_name_are_not_mixed_up() -> None:
    class Mixed(Module):
        def __init__(self) -> None:
            self.p = {1: Value(1.0), "1": Value(2.0)}

    for use in (Mixed().parameters, Mixed().state_dict, lambda: Mixed().load_state_dict({"p.1": 0.0})):
        with pytest.raises(ValueError, match=r"two parameters are called 'p\.1'"):
            use()


def test_modules_and_lists_may_refer_to_themselves() -> None:
    class Loop(Module):
        def __init__(self) -> None:
            self.w = Value(1.0)
            self.me = self
            self.items: list[Any] = [self.w]
            self.items.append(self.items)

    loop = Loop()
    assert loop.parameters() == [loop.w]
    assert "(again)" in repr(loop)


def test_modules_that_compare_by_content() -> None:
    @dataclass
    class Pair(Module):
        w: Value

    assert len(Pair(Value(1.0)).parameters()) == 1


def test_threads_that_use_a_model_first_get_the_same_parameters() -> None:
    for _ in range(20):
        model, found = MLP(3, [5, 5, 1]), list[Any]()
        errors: list[Exception] = []

        def use(model: MLP = model, found: list[Any] = found, errors: list[Exception] = errors) -> None:
            try:
                found.append(model.parameters())
            except RuntimeError as error:
                errors.append(error)

        threads = [threading.Thread(target=use) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not errors
        assert all(leaves == found[0] for leaves in found)


def test_numbers_of_numpy_are_assigned_to_all_leaves() -> None:
    layer: Any = Layer(2, 2)
    for number in (np.float32(0.5), np.int64(3), np.array(2.0)):
        layer.weight = number
        assert layer.state_dict()["weight"] == [[float(number)] * 2] * 2


@pytest.mark.parametrize("x", [{8.0, 1.0}, frozenset([8.0, 1.0]), bytearray(b"ab"), memoryview(b"ab")])
def test_what_has_no_order_or_is_no_number_is_no_input(x: Any) -> None:
    with pytest.raises(TypeError, match=r"Layer\(2, 1\) takes 2 numbers"):
        Layer(2, 1)(x)


# Losses ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "target"),
    [
        ([-INF, -INF, 1.0], 2),
        ([-1e308, -1e308, 1e308], 2),
        ([-1e20, 0.0, 10.0], 0),
        ([0.3, -0.2, -INF], [0.5, 0.5, 0.0]),
        ([1e8, 1e8 + 3.0, 1e8 - 2.0], [0.2, 0.3, 0.5]),
    ],
)
def test_cross_entropy_of_scores_far_apart(scores: list[float], target: Any) -> None:
    """Slopes are shares minus targets, here in 50 digits; roundings of a few numbers stay below 1e-14."""
    leaves = [Value(score) for score in scores]
    cross_entropy(leaves, target).backward()
    with mpmath.workdps(50):
        powers = [mpmath.exp(mpmath.mpf(score) - max(scores)) for score in scores]
        shares = [float(power / mpmath.fsum(powers)) for power in powers]
    targets = [float(i == target) for i in range(3)] if isinstance(target, int) else target
    expected = [share - t for share, t in zip(shares, targets, strict=True)]
    assert [leaf.grad for leaf in leaves] == pytest.approx(expected, rel=1e-12, abs=1e-14)


def test_accuracy_of_rows_and_of_nan() -> None:
    assert accuracy([[0.1, 2.0, 0.0], [3.0, 0.0, 0.0], [0.0, 0.0, 1.0]], [1, 0, 0]) == pytest.approx(2.0 / 3.0)
    assert accuracy([math.nan, 1.0], 0) == 0.0
    with pytest.raises(ValueError, match="a target for each of 2 rows"):
        accuracy([[0.0, 1.0], [1.0, 0.0]], 1)


@pytest.mark.parametrize(("numbers", "mean"), [([1e308, 1e308], 1e308), ([INF, 1.0], INF), ([INF, -INF], math.nan)])
def test_means_of_extreme_numbers(numbers: list[float], mean: float) -> None:
    found = evaluate(lambda i: numbers[i], lambda p, t: p, [(i, 0) for i in range(2)])
    assert found == pytest.approx(mean, nan_ok=True)


@pytest.mark.parametrize("measured", [None, "1.5", np.array([1.0])])
def test_what_is_measured_must_be_a_number(measured: Any) -> None:
    w = Value(1.0)
    with pytest.raises(TypeError, match="metric 'odd' must be a number"):
        fit(lambda x: w * x, squared_error, [(1.0, 0.0)], SGD([w], 0.1), metrics={"odd": lambda p, t: measured})


# Optimisers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state",
    [
        {"steps": 5, "means": [1.0], "squares": ["x"]},
        {"steps": -1, "means": [1.0], "squares": [1.0]},
        {"steps": 1.7, "means": [1.0], "squares": [1.0]},
        {"steps": 1, "means": [math.nan], "squares": [1.0]},
        {"steps": 1, "means": "1", "squares": [1.0]},
        None,
    ],
)
def test_an_optimiser_goes_on_from_all_or_from_nothing(state: Any) -> None:
    adam = Adam([Value(1.0)])
    before = adam.state_dict()
    with pytest.raises((TypeError, ValueError), match="Adam"):
        adam.load_state_dict(state)
    assert adam.state_dict() == before


@pytest.mark.parametrize(
    ("make", "gradient", "words"),
    [
        (lambda w: SGD([w], lambda step: math.nan, 0.9), 1.0, "lr in step 1 must be at least 0, not nan"),
        (lambda w: SGD([w], lambda step: -1.0, 0.9), 1.0, "lr in step 1 must be at least 0"),
        (lambda w: SGD([w], lambda step: NOTHING, 0.9), 1.0, "lr in step 1 must be a number, not NoneType"),
        (lambda w: SGD([w], 1e308, 0.9), 1e5, "too large: it leaves -inf for parameter 0"),
        (lambda w: Adam([w]), 1e200, "too large: it leaves inf"),
        (lambda w: RMSprop([w]), 1e200, "too large: it leaves inf"),
    ],
)
def test_a_step_that_fails_changes_nothing(make: Callable[[Value], Any], gradient: float, words: str) -> None:
    w = Value(1.0, "w")
    optimiser = make(w)
    w.grad = gradient
    before = optimiser.state_dict()
    with pytest.raises((ValueError, TypeError), match=words):
        optimiser.step()
    assert (w.data, optimiser.state_dict()) == (1.0, before)


def test_newton_does_not_jump_along_a_direction_without_curvature() -> None:
    x, y = Value(1.0), Value(3.0)
    with pytest.raises(ValueError, match="Hessian is singular, so nothing was moved"):
        Newton([x, y]).step(lambda: (0.1 * x + 0.3 * y) ** 2 + 1e-3 * x)
    assert (x.data, y.data) == (1.0, 3.0)


def test_optimisers_can_be_copied_and_pickled() -> None:
    w = Value(1.0)
    for optimiser in (SGD([w], warmup(3, cosine_decay(0.1, 10)), 0.9), Adam([w]), Newton([w]), LBFGS([w])):
        for twin in (copy.deepcopy(optimiser), pickle.loads(pickle.dumps(optimiser))):
            assert (type(twin), twin.rate, twin.state_dict()) == (
                type(optimiser),
                optimiser.rate,
                optimiser.state_dict(),
            )


def test_a_constant_is_no_parameter() -> None:
    with pytest.raises(TypeError, match="is a constant"):
        SGD([Value(1.0).detach()], 0.1)


# Training -------------------------------------------------------------------------------------------------------------


def test_a_divergence_can_be_pickled() -> None:
    error = pickle.loads(pickle.dumps(DivergenceError("too large", 1.0, History())))
    assert (str(error), error.loss, error.history.steps) == ("too large", 1.0, 0)


@pytest.mark.parametrize("name", ["loss", "validation accuracy"])
def test_a_metric_does_not_take_the_name_of_another_curve(name: str) -> None:
    w = Value(1.0)
    with pytest.raises(ValueError, match="a metric cannot be called"):
        fit(lambda x: w * x, squared_error, [(1.0, 0.0)], SGD([w], 0.1), metrics={name: accuracy})


def test_without_a_seed_the_order_is_pythons() -> None:
    def order(state: int) -> list[float]:
        w, seen = Value(1.0), list[float]()

        def model(x: float) -> Value:
            seen.append(x)
            return w * x

        before = random.getstate()
        random.seed(state)
        fit(model, squared_error, [(float(i), 0.0) for i in range(8)], SGD([w], 0.0), epochs=1, seed=None)
        random.setstate(before)
        return seen

    assert order(1) == order(1) != order(2)
    assert order(1) != sorted(order(1))


def test_in_a_block_without_recording_the_message_says_so() -> None:
    w = Value(1.0)
    with no_grad(), pytest.raises(TypeError, match="no_grad"):
        fit(lambda x: w * x, squared_error, [(1.0, 0.0)], SGD([w], 0.1))


# Files ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parameters",
    ['{"w": ' + "[" * 700 + "1" + "]" * 700 + "}", '{"w": 1, "w": 2}', '{"\\ud800": 1.0}', '{"w": 1' + "0" * 400 + "}"],
)
def test_odd_files_are_damaged_files_or_other_models(parameters: str, tmp_path: Path) -> None:
    class One(Module):
        def __init__(self) -> None:
            self.w = Value(3.0)

    path, model = tmp_path / "model.json", One()
    digest = '"sha256": "0"' if "ud800" in parameters else '"other": 0'
    head = f'"format": "scalar-autograd parameters", "version": 1, {digest}'
    path.write_text(f'{{{head}, "parameters": {parameters}}}')
    with pytest.raises(ValueError, match=r"model\.json|cannot load"):
        load(model, path)
    assert model.w.data == 3.0


def test_metadata_that_is_not_there_is_none(tmp_path: Path) -> None:
    header = b'{"__metadata__":null}'
    path = tmp_path / "model.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(ValueError, match=r"cannot load: missing: |no safetensors file"):
        load(Layer(1, 1), path)


def test_a_parameter_called_metadata_is_not_lost(tmp_path: Path) -> None:
    class Odd(Module):
        def __init__(self) -> None:
            self.__metadata__ = Value(1.0)

    with pytest.raises(ValueError, match="__metadata__"):
        save(Odd(), tmp_path / "odd.safetensors")
    save(Odd(), tmp_path / "odd.json")


def test_only_files_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "circle.json").symlink_to(tmp_path / "circle.json")
    for name in ("folder.json", "circle.json", "nowhere/model.json"):
        with pytest.raises(OSError, match=r"folder|circle|loop"):
            save(Layer(1, 1), tmp_path / name)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_damaged_is_a_value_error() -> None:
    assert issubclass(DamagedFileError, ValueError)

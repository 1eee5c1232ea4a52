"""Ctrl-C while `fit` runs: what was learnt is kept, a step is taken completely or not at all."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pytest

from autograd import Value
from nn import MLP, SGD, History, fit, squared_error
from nn.interrupts import uninterrupted
from tests.nn_reference import Recorder, data

SOURCE = np.random.default_rng(0)
X = SOURCE.normal(size=(20, 2))
Y = np.sin(X[:, 0]) - 0.5 * X[:, 1] ** 2


@pytest.fixture
def ctrl_c() -> Iterator[Callable[[], None]]:
    """Let SIGINT be what it is in a terminal, also where the tests run in the background; return what sends it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield lambda: signal.raise_signal(signal.SIGINT)
    signal.signal(signal.SIGINT, before)


def test_an_interrupted_step_is_as_if_it_had_not_begun() -> None:
    model = MLP(2, [3, 1], seed=0)
    optimiser = Recorder(model.parameters(), 0.1)
    calls: list[int] = []

    def loss(prediction: Any, target: Any) -> Any:
        calls.append(1)
        if len(calls) == 20 + 20 + 7:  # in the third epoch, in its second batch
            raise KeyboardInterrupt
        return squared_error(prediction, target)

    history = fit(model, loss, zip(X, Y, strict=True), optimiser, epochs=10, batch_size=5)
    assert history.interrupted
    assert history.ended == "interrupted in epoch 3"
    assert (len(history), history.steps, optimiser.steps) == (2, 9, 9)
    assert data(model.parameters()) == optimiser.course[9]
    assert len(optimiser.course) == 10


def test_an_interruption_with_patience_goes_back_to_the_best_epoch() -> None:
    w, course = Value(0.0), []  # interrupted in the sixth epoch, which is not over

    def note(history: History) -> None:
        course.append(w.data)
        if len(history) == 6:
            raise KeyboardInterrupt

    history = fit(
        lambda x: w * x,
        squared_error,
        [(1.0, 10.0)],
        SGD([w], 0.1),
        validation=[(1.0, 4.0)],
        patience=50,
        on_epoch=note,
    )
    best = min(course[:-1], key=lambda number: abs(number - 4.0))  # the sixth epoch was not over
    assert history.interrupted
    assert w.data == best == course[history.best_epoch - 1]


def test_ctrl_c_waits_until_all_parameters_are_moved(ctrl_c: Callable[[], None]) -> None:
    class Slow(SGD):
        def _set(self, numbers: Iterable[float]) -> None:
            self.parameters[0].data += 1.0
            if self.steps == 2:
                ctrl_c()
            self.parameters[1].data += 1.0

    v, w = Value(0.0), Value(0.0)
    optimiser = Slow([v, w], 0.1)
    history = fit(lambda x: v * x + w, squared_error, [(1.0, 10.0)], optimiser, epochs=10)
    assert history.interrupted
    assert data([v, w]) == [3.0, 3.0]
    assert optimiser.steps == history.steps == 3
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_is_uninterrupted(ctrl_c: Callable[[], None]) -> None:
    done: list[str] = []

    def work() -> None:
        with uninterrupted():
            ctrl_c()
            done.append("first")
        done.append("never")

    with pytest.raises(KeyboardInterrupt):
        work()
    with pytest.raises(ValueError, match="own"), uninterrupted():
        raise ValueError("own")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with uninterrupted():
        pass
    signal.signal(signal.SIGINT, lambda number, frame: done.append("handler"))
    with uninterrupted():  # somebody's own handler is called at once
        ctrl_c()
        assert done == ["first", "handler"]

    def elsewhere() -> None:
        with uninterrupted():  # signals cannot be set in another thread, and never come there
            done.append("thread")

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert done == ["first", "handler", "thread"]


INTERRUPTED = """
import signal
from nn import MLP, SGD, fit, squared_error
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a process in the background does not have
model = MLP(2, [4, 1], "tanh", seed=0)
optimiser = SGD(model.parameters(), 0.01)
history = fit(
    model, squared_error, [([0.5, -1.0], 1.0), ([1.5, 0.5], -1.0)], optimiser, epochs=10**7, batch_size=1,
    on_epoch=lambda history: print("epoch", flush=True) if len(history) == 5 else None,
)
print(history.interrupted, history.ended.startswith("interrupted in epoch"), optimiser.steps == history.steps)
print(len(history) >= 5, 0 <= history.steps - 2 * len(history) <= 2)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT cannot be sent to one process there")
def test_a_program_that_is_interrupted_goes_on_after_fit() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "epoch\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (out.split(), err, process.returncode) == (["True"] * 5, "", 0)

"""The network in the engines that compile a function of whole arrays once, and then replay it."""

from __future__ import annotations

import time
from array import array
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from benchmarks.contender import Contender, Outcome, of_installed, same
from benchmarks.figures import REPLAY
from benchmarks.graphs_compiled import require_success
from benchmarks.network import SIZES, Samples, names
from benchmarks.peers import TITLES, Peers


def compiled(peers: Peers, data: Samples) -> list[Contender]:
    return of_installed(peers, {"casadi": with_casadi, "jax": with_jax}, data)


def with_casadi(casadi: Any, data: Samples) -> Contender:
    """Expand loss and gradient to scalar instructions; replay them in buffers, CasADi's fastest call from Python."""
    start = time.perf_counter()
    parameters = casadi.SX.sym("p", len(names()))
    x, offset = casadi.DM(data.inputs).T, 0
    for index, (nin, nout) in enumerate(pairwise(SIZES)):
        end = offset + nout * (nin + 1)
        neurons = casadi.reshape(parameters[offset:end], nin + 1, nout).T
        x, offset = neurons[:, :nin] @ x + casadi.repmat(neurons[:, nin], 1, x.shape[1]), end
        x = x if index == len(SIZES) - 2 else casadi.fmax(x, 0)
    loss = casadi.sum2(casadi.fmax(1 - casadi.DM(data.targets).T * x, 0)) / len(data.targets)
    function = casadi.Function("network", [parameters], [loss, casadi.gradient(loss, parameters)])
    buffer, evaluate = function.buffer()
    numbers, value, gradient = (array("d", [0.0] * size) for size in (len(names()), 1, len(names())))
    buffer.set_arg(0, memoryview(numbers))
    buffer.set_res(0, memoryview(value))
    buffer.set_res(1, memoryview(gradient))

    def replay(drawn: Sequence[float]) -> Outcome:
        numbers[:] = array("d", drawn)
        evaluate()
        require_success(buffer)
        return Outcome(value[0], gradient.tolist())

    return Contender(TITLES["casadi"], [(REPLAY, replay)], same, build=time.perf_counter() - start)


def with_jax(jax: Any, data: Samples) -> Contender:
    """Trace and compile loss and gradient over all samples at once, in float64."""
    jax.config.update("jax_enable_x64", True)
    import numpy as np  # comes with JAX; its arrays are the fastest way in

    inputs, targets = jax.numpy.array(data.inputs), jax.numpy.array(data.targets)

    def loss(parameters: Any) -> Any:
        x, offset = inputs, 0
        for index, (nin, nout) in enumerate(pairwise(SIZES)):
            end = offset + nout * (nin + 1)
            neurons = parameters[offset:end].reshape(nout, nin + 1)
            x, offset = x @ neurons[:, :nin].T + neurons[:, nin], end
            x = x if index == len(SIZES) - 2 else jax.nn.relu(x)
        return jax.nn.relu(1 - targets * x[:, 0]).mean()

    start = time.perf_counter()
    function = jax.jit(jax.value_and_grad(loss))
    function(np.zeros(len(names())))
    build = time.perf_counter() - start

    def replay(drawn: Sequence[float]) -> Outcome:
        value, gradient = function(np.array(drawn))
        return Outcome(value.item(), gradient.tolist())

    return Contender(TITLES["jax"], [(REPLAY, replay)], same, build=build)

"""The network in the engines that record each scalar operation as it happens."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from benchmarks.contender import Contender, Outcome, of_installed, same
from benchmarks.network import Samples, layers, loss, names
from benchmarks.peers import TITLES, Peers
from benchmarks.values import with_operators


def recorded(peers: Peers, data: Samples) -> list[Contender]:
    values = [with_values(name, engine, data) for name, engine in with_operators(peers).items()]
    return values + of_installed(peers, {"xad": with_xad, "torch": with_torch}, data)


def with_values(name: str, engine: Any, data: Samples) -> Contender:
    """Keep the parameters over the rounds and clear their gradients, as in micrograd's demonstration."""
    parameters = [engine(0.0) for _ in names()]
    network = layers(parameters)

    def forward(numbers: Sequence[float]) -> Any:
        for parameter, number in zip(parameters, numbers, strict=True):
            parameter.data = number
            parameter.grad = 0.0
        return loss(network, data, engine.relu)

    def backward(output: Any) -> Outcome:
        output.backward()
        return Outcome(output.data, [parameter.grad for parameter in parameters])

    return Contender(name, [("forward", forward), ("backward", backward)], same)


def with_xad(xad: Any, data: Samples) -> Contender:
    """Keep one tape and clear it, as XAD advises where a function is differentiated again and again."""
    tape = xad.Tape()
    maximum = importlib.import_module("xad.math").max

    def relu(x: Any) -> Any:
        return maximum(x, 0.0)

    def forward(numbers: Sequence[float]) -> tuple[Any, list[Any]]:
        tape.activate()
        tape.clearAll()
        parameters = [xad.Real(number) for number in numbers]
        tape.registerInputs(parameters)
        tape.newRecording()
        return loss(layers(parameters), data, relu), parameters

    def backward(recording: tuple[Any, list[Any]]) -> Outcome:
        output, parameters = recording
        tape.registerOutput(output)
        output.derivative = 1.0
        tape.computeAdjoints()
        outcome = Outcome(output.value, [parameter.derivative for parameter in parameters])
        tape.deactivate()
        return outcome

    return Contender(TITLES["xad"], [("forward", forward), ("backward", backward)], same)


def with_torch(torch: Any, data: Samples) -> Contender:
    """Make the parameters leaves of no dimension in float64; each operation is one of PyTorch's."""
    parameters = [torch.zeros((), dtype=torch.float64, requires_grad=True) for _ in names()]
    network = layers(parameters)

    def forward(numbers: Sequence[float]) -> Any:
        with torch.no_grad():
            for parameter, number in zip(parameters, numbers, strict=True):
                parameter.fill_(number)
                parameter.grad = None
        return loss(network, data, torch.relu)

    def backward(output: Any) -> Outcome:
        output.backward()
        return Outcome(output.item(), [parameter.grad.item() for parameter in parameters])

    return Contender(TITLES["torch"], [("forward", forward), ("backward", backward)], same)

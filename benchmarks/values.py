"""Engines whose scalars have the interface of micrograd: ``.data``, ``.grad``, ``backward()`` and operators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd import Value
from benchmarks.contender import OURS
from benchmarks.peers import Peers
from benchmarks.teaching import Scalar

Engine = Callable[[float], Any]
TEACHING = "teaching class"


def with_operators(peers: Peers) -> dict[str, Engine]:
    """Return the engines that have operators and relu; ours first."""
    engines: dict[str, Engine] = {OURS: Value}
    if "micrograd" in peers:
        engines["micrograd"] = peers["micrograd"].Value
    return engines


def with_functions() -> dict[str, Engine]:
    """Return the engines that also have exp and log."""
    return {OURS: Value, TEACHING: Scalar}


def with_both(peers: Peers) -> dict[str, Engine]:
    return {**with_operators(peers), TEACHING: Scalar}

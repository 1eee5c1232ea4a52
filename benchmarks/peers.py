"""The peers: which there are, which are installed, and how each is imported."""

from __future__ import annotations

import importlib
import importlib.metadata
import warnings
from collections.abc import Iterable
from typing import Any

MODULES = {
    "micrograd": "micrograd.engine",
    "xad": "xad.adj_1st",
    "casadi": "casadi",
    "jax": "jax",
    "torch": "torch",
}
TITLES = {
    "micrograd": "micrograd",
    "xad": "XAD-py",
    "casadi": "CasADi SX",
    "jax": "JAX jit",
    "torch": "PyTorch scalars",
}
ADVICE = "not installed: pip install 'scalar-autograd[bench]'"

# A peer is a module without types; what is imported by name is out of the type checker's sight on purpose, so that
# checking this package does not need them installed.
Peers = dict[str, Any]


def load(names: Iterable[str]) -> tuple[Peers, list[str]]:
    """Import the peers that are installed; return them, and the names of those that are not."""
    found: Peers = {}
    missing: list[str] = []
    for name in names:
        try:
            found[name] = _imported(MODULES[name])
        except ImportError:
            missing.append(name)
    return found, missing


def versions(peers: Iterable[str]) -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in peers}


def _imported(module: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what a peer says to its own maintainers at import is not our affair
        return importlib.import_module(module)

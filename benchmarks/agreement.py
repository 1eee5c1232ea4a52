"""Engines must agree before their times mean anything."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.contender import Outcome

# All engines compute in float64 but sum in different orders, and a vectorised one rounds in others still: the error
# of a sum of n terms is within about n·2⁻⁵³ of its largest term, and the longest sums here have 10⁶.
TOLERANCE = 1e-9


class DisagreementError(AssertionError):
    """Two engines differ on the same work: nothing is timed."""


def require_agreement(engine: str, names: Sequence[str], found: Outcome, expected: Outcome) -> None:
    """Compare value and every gradient, relative to the largest gradient.

    Raises:
        DisagreementError: names the engine and the parameter.
    """
    _require_close(engine, "value", found.value, expected.value, abs(expected.value))
    scale = max(map(abs, expected.gradients))
    for name, gradient, wanted in zip(names, found.gradients, expected.gradients, strict=True):
        _require_close(engine, f"gradient by {name}", gradient, wanted, scale)


def _require_close(engine: str, what: str, found: float, wanted: float, scale: float) -> None:
    if not abs(found - wanted) <= TOLERANCE * scale:  # so that nan does not pass
        raise DisagreementError(
            f"{engine}: {what} is {found!r}, expected {wanted!r} (within {TOLERANCE:g} of {scale:g}): nothing is timed"
        )

"""Gradients held to a size, between the backward pass and the step."""

from __future__ import annotations

import math
from collections.abc import Iterable

from autograd import Value
from nn.checking import real


def clip_grad_norm(parameters: Iterable[Value], max_norm: float) -> float:
    """Scale all gradients down together, so that their length as one vector is at most ``max_norm``.

    Args:
        parameters: what has the gradients, in ``.grad``.
        max_norm: above 0.

    Returns:
        The length before.

    Raises:
        ValueError: the length is nan or infinite; nothing was changed.

    Example:
        >>> from autograd import Value
        >>> from nn import clip_grad_norm
        >>> x, y = Value(0.0), Value(0.0)
        >>> (3 * x + 4 * y).backward()
        >>> clip_grad_norm([x, y], 1.0), round(x.grad, 12), round(y.grad, 12)
        (5.0, 0.6, 0.8)
    """
    max_norm = real(max_norm, "clip_grad_norm: max_norm", 0.0, above=True)
    parameters = list(parameters)
    norm = math.hypot(*(parameter.grad for parameter in parameters))
    if not math.isfinite(norm):
        raise ValueError(
            f"clip_grad_norm: the gradients have a length of {norm}, so nothing was changed; autograd.blame(loss) "
            "tells where it comes from"
        )
    if norm > max_norm:
        for parameter in parameters:
            parameter.grad *= max_norm / norm
    return norm


def clip_grad_value(parameters: Iterable[Value], limit: float) -> None:
    """Hold each gradient between ``-limit`` and ``limit``.

    Args:
        parameters: what has the gradients, in ``.grad``.
        limit: above 0.

    Example:
        >>> from autograd import Value
        >>> from nn import clip_grad_value
        >>> x, y = Value(0.0), Value(0.0)
        >>> (3 * x - 0.5 * y).backward()
        >>> clip_grad_value([x, y], 1.0); x.grad, y.grad
        (1.0, -0.5)
    """
    limit = real(limit, "clip_grad_value: limit", 0.0, above=True)
    for parameter in parameters:
        if abs(parameter.grad) > limit:
            parameter.grad = math.copysign(limit, parameter.grad)

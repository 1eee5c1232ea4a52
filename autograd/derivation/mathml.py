"""LaTeX as MathML, for pages that show formulas without a script."""

from __future__ import annotations

from autograd.errors import MissingExtraError


def in_mathml(latex: str, block: bool = True) -> str:
    r"""Turn LaTeX, as formulas of this library have it, into a ``<math>`` element.

    Args:
        latex: what stands between dollar signs.
        block: whether it stands on a line of its own.

    Raises:
        MissingExtraError: `latex2mathml` is not installed.

    Example:
        >>> in_mathml("x^2")                                                          # doctest: +SKIP
        '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mrow><msup>...'
    """
    try:
        from latex2mathml.converter import convert
    except ImportError:
        raise MissingExtraError(
            'MathML needs the package latex2mathml: pip install "scalar-autograd[mathml]" (or pip install latex2mathml)'
        ) from None
    written: str = convert(latex, display="block" if block else "inline")
    return written

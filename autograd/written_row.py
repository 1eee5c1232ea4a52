"""A row of the table as mathematics: what a notebook shows for ``autograd.tanh``."""

from __future__ import annotations

from autograd.rows import Primitive
from autograd.symbols import Symbol, symbol, write


def row_in_latex(row: Primitive) -> str:
    r"""Return the function and its partial derivatives in LaTeX.

    Example:
        >>> import autograd
        >>> print(row_in_latex(autograd.sin))
        $$z = \sin x \qquad \frac{\partial z}{\partial x} = \cos x$$
    """
    names = list(row.operand_names) if row.arity is not None else ["x_1", "x_2", "x_3", "x_4"]
    operands = [Symbol(name) if len(name) == 1 else Symbol(name, _written(name)) for name in names]
    result = Symbol("z")
    slopes = row.slopes(operands, result)
    equations = [f"z = {write(row, operands).latex}"] + [
        rf"\frac{{\partial z}}{{\partial {operand.latex}}} = {symbol(slope).latex}"
        for operand, slope in zip(operands, slopes, strict=True)
    ]
    return f"$${(chr(92) + 'qquad ').join(equation + ' ' for equation in equations).rstrip()}$$"


def _written(name: str) -> str:
    stem, _, index = name.partition("_")
    return f"{stem}_{{{index}}}" if index else rf"\mathrm{{{name}}}"

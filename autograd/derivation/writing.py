"""Laying a derivation out: as text for a terminal, and as one block of LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from autograd.derivation.expanded import count_shown
from autograd.derivation.numbers_in_formulas import number, number_shown

if TYPE_CHECKING:
    from autograd.derivation.derive import Derivation, Line

MOST_LINES: Final = 8  # equations, and definitions, that are printed: of more the middle is left out
_NOTE = "∂⁺ is the direct dependence alone, with the other nodes held fixed"


def text_of(derivation: Derivation) -> str:
    """Write a derivation for a terminal."""
    blocks = ["\n".join(_folded(derivation.factored, _equation, "⋯ {} more equations ⋯"))]
    if shows_expanded(derivation):
        blocks.append(f"{_expanded_title(derivation)}:\n{_equation(derivation.expanded)}")
    if not derivation.depends:
        blocks.append(no_way(derivation))
    if derivation.where:
        blocks.append("where\n" + "\n".join(_folded(derivation.where, _definition, "  ⋯ {} more definitions ⋯")))
    if any("∂⁺" in block for block in blocks):
        blocks.append(_NOTE)
    return "\n\n".join(blocks)


def latex_of(derivation: Derivation) -> str:
    """Write a derivation as the inside of a LaTeX environment of aligned equations."""
    rows = list(_folded(derivation.factored, _equation_in_latex, r"&\;\;\vdots \quad \text{{{} more equations}}"))
    if shows_expanded(derivation):
        rows.append(rf"& \text{{{_expanded_title(derivation)}:}}")
        rows.append(_equation_in_latex(derivation.expanded))
    if derivation.where:
        rows.append(r"& \text{where}")
        rows += _folded(derivation.where, _definition_in_latex, r"&\;\;\vdots \quad \text{{{} more definitions}}")
    if any(r"\partial^{+}" in row for row in rows):
        rows.append(r"& \partial^{+} \text{ is the direct dependence alone, with the other nodes held fixed}")
    return " \\\\\n".join(rows)


def shows_expanded(derivation: Derivation) -> bool:
    """Tell whether the expanded form is another than the factored one."""
    if not derivation.depends or derivation.out is derivation.x:
        return False
    only = derivation.factored[-1].chain
    expanded = derivation.expanded.chain
    return len(derivation.factored) > 1 or only is None or expanded is None or expanded.text != only.text


def no_way(derivation: Derivation) -> str:
    """Say why the derivative is 0."""
    if derivation.x.op == "constant":
        return f"because {derivation.x.describe()} is a constant"
    return f"because {derivation.out.describe()} does not depend on {derivation.x.describe()}"


def _expanded_title(derivation: Derivation) -> str:
    count = derivation.path_count
    return f"expanded, one product per path ({count_shown(count)} path{'s' * (count != 1)})"


def _folded(lines: Sequence[Line], write: Callable[[Line], str], omission: str) -> Iterator[str]:
    """Yield the lines written, with a remark in place of the middle where there are too many."""
    head = len(lines) if len(lines) <= MOST_LINES else MOST_LINES // 2
    tail = 0 if head == len(lines) else MOST_LINES - head - 1
    for line in lines[:head]:
        yield write(line)
    if tail:
        yield omission.format(f"{len(lines) - head - tail:,}")
        for line in lines[len(lines) - tail :]:
            yield write(line)


def _equation(line: Line) -> str:
    left = str(line.left)
    sides = [*_distinct(left, (str(side) for side in (line.chain, line.symbolic, line.numeric) if side is not None))]
    value = number_shown(line.value)
    if sides[-1:] != [value]:
        sides.append(value)
    return f"{left} = " + f"\n{' ' * len(left)} = ".join(sides)


def _equation_in_latex(line: Line) -> str:
    left = line.left.latex
    sides = [*_distinct(left, (side.latex for side in (line.chain, line.symbolic, line.numeric) if side is not None))]
    value = number(line.value).latex
    if sides[-1:] != [value]:
        sides.append(value)
    return f"{left} &= " + " \\\\\n&= ".join(sides)


def _distinct(left: str, sides: Iterable[str]) -> Iterator[str]:
    """Leave out what would only say again what stands before it."""
    before = left
    for side in sides:
        if side != before:
            yield side
        before = side


def _definition(line: Line) -> str:
    return f"  {line.left} = {line.symbolic if line.symbolic is not None else '⋯'} = {number_shown(line.value)}"


def _definition_in_latex(line: Line) -> str:
    meaning = line.symbolic.latex if line.symbolic is not None else r"\cdots"
    return f"{line.left.latex} &= {meaning} = {number(line.value).latex}"

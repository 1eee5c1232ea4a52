"""The names in a derivation: of nodes, of derivatives, and of what is too long to be written out."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from autograd.derivation.numbers_in_formulas import number
from autograd.notation import CONSTANTS, shown
from autograd.rows import ATOM, SUM
from autograd.symbols import Symbol, name_of
from autograd.tokens import is_name
from autograd.typesetting import in_latex, in_unicode, label_binding

if TYPE_CHECKING:
    from autograd.value import Value

_RESERVED: Final = frozenset({*CONSTANTS, "inf", "nan"})


class Vocabulary:
    """Gives every node, derivative and omission one name in expressions, one in LaTeX and one in Unicode.

    Nodes without a label get provisional names, which `settle` replaces by u₁, u₂, … once it is known which of them
    are of use.

    Attributes:
        nodes: the nodes by their names in expressions.
        values: the numbers by their names in expressions, of nodes and of everything else.
        shown: the names in Unicode by those in expressions.
        loose: names that look like something longer, and so stand in brackets below a power or in a product.
    """

    def __init__(self, labels: Iterable[str]) -> None:
        """Reserve the labels that occur in the graph."""
        self.nodes: dict[str, Value] = {}
        self.values: dict[str, float] = {"inf": math.inf, "nan": math.nan}
        self.shown: dict[str, str] = {}
        self.loose: dict[str, int] = {}
        self._taken = set(_RESERVED)
        self._serial: dict[str, int] = {}
        self._labels = set(labels)
        self._prefix = next(p for p in _prefixes() if not any(re.fullmatch(rf"{p}_?\d+", x) for x in self._labels))
        # Provisional names stand between letters that no label has.
        self._mark = next("ꙮ" * i for i in itertools.count(1) if not any("ꙮ" * i in label for label in self._labels))
        self._marked = re.compile(f"{self._mark}(\\d+){self._mark}")
        self._symbols: dict[Value, Symbol] = {}
        self._provisional: list[Value] = []
        self._final: dict[int, str] = {}
        self._omissions: dict[str, Symbol] = {}
        self._ratios: dict[tuple[Value, Value, bool], Symbol] = {}

    def of_node(self, node: Value, label: str = "") -> Symbol:
        """Return the symbol of a node under its label, or under another one that no node has."""
        if node not in self._symbols:
            self._symbols[node] = self._add(node.label or self._unlike(label), node)
        return self._symbols[node]

    def provisional(self, node: Value) -> Symbol:
        """Return the symbol of a node without a label, whose number is given later."""
        if node not in self._symbols:
            self._provisional.append(node)
            self._symbols[node] = Symbol(f"{self._mark}{len(self._provisional) - 1}{self._mark}")
        return self._symbols[node]

    def used_provisionally(self, text: str) -> list[Value]:
        """Return the nodes without a label that an expression mentions."""
        if self._mark not in text:
            return []
        return [self._provisional[int(serial)] for serial in self._marked.findall(text)]

    def give_numbers(self, nodes: Iterable[Value]) -> None:
        """Give final names to nodes that have provisional ones."""
        serial = {node: i for i, node in enumerate(self._provisional)}
        for i, node in enumerate(nodes, 1):
            self._symbols[node] = self._add(f"{self._prefix}_{i}", node)
            self._final[serial[node]] = self._symbols[node].text

    def settle(self, formula: Symbol) -> Symbol:
        """Put the final names into a formula."""
        if self._mark not in formula.text and self._mark not in formula.latex:
            return formula
        text = self._marked.sub(lambda mark: self._final[int(mark[1])], formula.text)
        latex = self._marked.sub(lambda mark: in_latex(self._final[int(mark[1])]), formula.latex)
        return formula.renamed(text, latex, self.settle)

    def ratio(self, above: Value, below: Value, direct: bool = False) -> Symbol:
        """Return the symbol of the derivative of one node by another: in all, or (∂⁺) its direct part alone."""
        key = (above, below, direct)
        if key not in self._ratios:
            symbols = [self._symbols[above], self._symbols[below]]
            latex = [rf"\left({s.latex}\right)" if s.binding == SUM else s.latex for s in symbols]
            shown = [f"({self.shown[s.text]})" if s.binding == SUM else self.shown[s.text] for s in symbols]
            name = self.fresh(f"d{symbols[0].text}_d{symbols[1].text}", f"{'∂⁺' if direct else '∂'}{'/∂'.join(shown)}")
            over = rf"\partial{'^{+}' if direct else ''} {latex[0]}"
            self._ratios[key] = Symbol(name, rf"\frac{{{over}}}{{\partial {latex[1]}}}")
        return self._ratios[key]

    def omission(self, what: str, value: float) -> Symbol:
        """Return a symbol that stands for what is left out, such as ``12 more terms``."""
        name = self.fresh("rest", f"(⋯ {what} ⋯)")
        self.values[name] = value
        self._omissions[name] = Symbol(name, rf"\left(\cdots \text{{ {what} }} \cdots\right)")
        return self._omissions[name]

    def with_number(self, name: str) -> Symbol:
        """Return a name's number as a symbol, but what is left out as it is."""
        return self._omissions.get(name) or number(self.values[name])

    def fresh(self, text: str, shown: str) -> str:
        """Return a name for expressions, like ``text`` but unlike any other so far."""
        name = text
        if not is_name(name):
            name = re.sub("_+", "_", "".join(c if c != "'" and is_name(f"a{c}") else "_" for c in text)).strip("_")
        name = name if is_name(name) else f"x_{name}"
        stem = name.rstrip("'")
        while name in self._taken:
            self._serial[stem] = self._serial.get(stem, 1) + 1
            name = f"{stem}_{self._serial[stem]}"
        self._taken.add(name)
        self.shown[name] = shown
        return name

    def _add(self, label: str, node: Value) -> Symbol:
        label = shown(label)
        name = self.fresh(label, in_unicode(label))
        self.nodes[name], self.values[name] = node, node.data
        if label_binding(label) != ATOM:
            self.loose[name] = label_binding(label)
        return name_of(label, name)

    def _unlike(self, label: str) -> str:
        while label in self._labels:
            label += "'"
        self._labels.add(label)
        return label


def _prefixes() -> Iterable[str]:
    yield from ("u", "v", "q")
    yield from (f"u{'x' * i}" for i in itertools.count(1))

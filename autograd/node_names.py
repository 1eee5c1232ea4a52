"""What to call the nodes of a graph in a text that speaks of several of them, labelled or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from autograd.rows import CONSTANT
from autograd.typesetting import in_unicode
from autograd.value import Value
from autograd.wording import LONGEST_LABEL, cut, sign

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class NodeNames:
    """Names for the nodes of one graph: labels in Unicode, else operations, numbered where one occurs repeatedly.

    Args:
        order: the nodes; the numbers follow this order.
        called: names for nodes without a label, if any.

    Example:
        >>> from autograd import Value, topological_order
        >>> x = Value(2.0, "x_1")
        >>> y = (x * x * x).named("y")
        >>> names = NodeNames(topological_order(y + x.tanh()))
        >>> [names[node] for node in topological_order(y + 1)][:3]
        ['x₁', '×', 'y']
    """

    def __init__(self, order: Iterable[Value], called: Mapping[Value, str] | None = None) -> None:
        """Name every node of the order."""
        order = list(order)
        words = [name_alone(node, (called or {}).get(node, "")) for node in order]
        total, met = Counter(words), Counter[str]()
        self._names: dict[Value, str] = {}
        for node, word in zip(order, words, strict=True):
            met[word] += 1
            self._names[node] = _numbered(node, word, met[word]) if total[word] > 1 else word
        self._named = {node for node in order if node.label or (called and node in called)}

    def __getitem__(self, node: Value) -> str:
        """Return the name of a node; for one of the recomputed inside of a checkpoint, what it is called alone."""
        return self._names.get(node) or name_alone(node)

    def gradient(self, out: Value, node: Value) -> str:
        """Write the derivative of ``out`` by ``node``, as ``∂L/∂x``; an output without a label is ``out``."""
        above = self[out] if out in self._named else "out"
        return f"∂{above}/∂{above if node is out else self[node]}"


def name_alone(node: Value, otherwise: str = "") -> str:
    """Return the label of a node, or another name, else the sign of its operation, without regard to other nodes.

    Example:
        >>> from autograd import Value
        >>> x = Value(2.0)
        >>> name_alone(Value(2.0, "w_1")), name_alone(x), name_alone(x * x), name_alone(x.detach())
        ('w₁', 'leaf', '×', '2.0')
    """
    name = node.label or otherwise
    if name:
        written = in_unicode(cut(name, LONGEST_LABEL))
        return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in written)
    return repr(node.data) if node._op is CONSTANT else sign(node.op) or "leaf"


def _numbered(node: Value, word: str, number: int) -> str:
    return f"{word} ({number})" if node.label else word + str(number).translate(_SUBSCRIPTS)

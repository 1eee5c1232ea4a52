"""`draw`: a network's neurons and weights, as in textbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nn.checking import choice, whole
from nn.column_diagram import draw_columns
from nn.columns import columns_of
from nn.dag import DAG
from nn.dag_diagram import draw_dag
from nn.markup import heading

if TYPE_CHECKING:
    from autograd import Picture
    from nn.module import Module


def draw(
    model: Module,
    *,
    by: str = "weight",
    title: str = "",
    limit: int = 16,
    precision: int = 3,
    labels: bool | None = None,
) -> Picture:
    """Draw a network as in textbooks: circles for inputs and neurons, lines for weights.

    A line is blue for a number above 0, orange below, and the wider the larger it is. The small number in a neuron is
    its bias, unless all are 0; where numbers stand on the lines, the name that `annotate` gives its output stands above
    it. A number that was rounded has all its digits: 1.00 is not 1. Parameters that are not there yet are drawn as they
    will be, without being made.

    Args:
        model: an `MLP`, `Layer`, `Neuron` or `DAG`, or a `Sequential` of layers, activations and `Flatten`.
        by: what lines and small numbers show: ``"weight"``, or ``"gradient"``, as the last `backward` left it.
        title: a heading.
        limit: of a layer with more neurons the first few and the last are drawn; at least 3. A `DAG` is drawn whole.
        precision: how many significant digits to show, from 1 to 17.
        labels: whether numbers stand on the lines; by default where there are no more than 16 of them.

    Returns:
        A `graphviz.Digraph` that shows itself in Jupyter and needs no ``dot`` program: ``.save("net.svg")`` writes it
        (.svg, .png, .pdf; .dot for its ``source``). Tooltips in SVG hold names, also those by
        `annotate`, and all digits.

    Raises:
        TypeError: it is no such model, or an argument is of another kind.
        ValueError: layers do not fit together, or an argument is out of its range.

    Example:
        >>> from nn import MLP, draw
        >>> picture = draw(MLP(2, [3, 1], init=0.5))
        >>> picture
        <picture of 9 edges: it shows itself in a notebook, .save('graph.svg') writes it>
        >>> "layers.0.weight[2][1]: data 0.5, grad 0.0" in picture.source
        True
    """
    by = choice(by, ("weight", "gradient"), "draw: by")
    limit, precision = whole(limit, "draw: limit", 3), whole(precision, "draw: precision")
    if precision > 17:
        raise ValueError(f"draw: precision must be at most 17, not {precision}")
    if isinstance(model, DAG):
        picture, said = draw_dag(model, by, precision, labels)
    else:
        picture, said = draw_columns(columns_of(model), by, limit, precision, labels)
    picture.graph_attr["label"] = heading(str(title), *said)
    return picture

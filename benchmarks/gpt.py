"""A small character-level GPT in scalars: one layer, 16 wide, 4 heads, RMSNorm, ReLU MLP, cross entropy.

Written once over any class of scalars with ``+ - * / **``, `exp`, `log`, `relu` and ``.data``; nothing is fused.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

Vector = Sequence[Any]
Matrix = list[list[Any]]

ALPHABET = string.ascii_lowercase
BOUNDARY = len(ALPHABET)  # the token before and after a document
VOCABULARY = BOUNDARY + 1


class Sizes(NamedTuple):
    """The model's sizes."""

    width: int = 16
    heads: int = 4
    block: int = 16


class Model(NamedTuple):
    """The matrices, each with one row per output (embeddings: one row per token or position)."""

    token: Matrix
    position: Matrix
    query: Matrix
    key: Matrix
    value: Matrix
    mix: Matrix
    expand: Matrix
    contract: Matrix
    head: Matrix


def shapes(sizes: Sizes) -> dict[str, tuple[int, int]]:
    width = sizes.width
    square = (width, width)
    every = [(VOCABULARY, width), (sizes.block, width), square, square, square, square]
    every += [(4 * width, width), (width, 4 * width), (VOCABULARY, width)]
    return dict(zip(Model._fields, every, strict=True))


def names(sizes: Sizes) -> list[str]:
    return [
        f"{n}[{i}][{j}]" for n, (rows, columns) in shapes(sizes).items() for i in range(rows) for j in range(columns)
    ]


def arrange(parameters: Sequence[Any], sizes: Sizes) -> Model:
    """Arrange the flat list of parameters as matrices."""
    rest = iter(parameters)
    return Model(*([_take(rest, columns) for _ in range(rows)] for rows, columns in shapes(sizes).values()))


def loss(model: Model, document: str, sizes: Sizes) -> Any:
    """Return the mean cross entropy of the next character, over the document and its end."""
    tokens = [BOUNDARY, *map(ALPHABET.index, document), BOUNDARY]
    keys: list[Vector] = []
    values: list[Vector] = []
    losses = []
    for position, (token, target) in enumerate(pairwise(tokens[: sizes.block + 1])):
        probabilities = softmax(logits(model, token, position, keys, values, sizes.heads))
        losses.append(-probabilities[target].log())
    return sum(losses) * (1.0 / len(losses))


def logits(model: Model, token: int, position: int, keys: list[Vector], values: list[Vector], heads: int) -> Vector:
    """Return the scores of the next token; the keys and values of this position are appended for later ones."""
    x: Vector = rms_norm(add(model.token[token], model.position[position]))
    normed = rms_norm(x)
    keys.append(linear(normed, model.key))
    values.append(linear(normed, model.value))
    x = add(x, linear(attention(linear(normed, model.query), keys, values, heads), model.mix))
    hidden = [z.relu() for z in linear(rms_norm(x), model.expand)]
    x = add(x, linear(hidden, model.contract))
    return linear(x, model.head)


def attention(query: Vector, keys: list[Vector], values: list[Vector], heads: int) -> Vector:
    """Attend to every position so far, in each head by itself."""
    size = len(query) // heads
    result = []
    for start in range(0, len(query), size):
        part = slice(start, start + size)
        weights = softmax([dot(query[part], key[part]) * size**-0.5 for key in keys])
        result += [dot(weights, column) for column in zip(*(value[part] for value in values), strict=True)]
    return result


def linear(x: Vector, matrix: Matrix) -> Vector:
    return [dot(row, x) for row in matrix]


def dot(x: Vector, y: Vector) -> Any:
    return sum(a * b for a, b in zip(x, y, strict=True))


def add(x: Vector, y: Vector) -> Vector:
    return [a + b for a, b in zip(x, y, strict=True)]


def softmax(scores: Vector) -> Vector:
    largest = max(score.data for score in scores)
    exponentials = [(score - largest).exp() for score in scores]
    total = sum(exponentials)
    return [exponential / total for exponential in exponentials]


def rms_norm(x: Vector) -> Vector:
    scale = (dot(x, x) * (1.0 / len(x)) + 1e-5) ** -0.5
    return [a * scale for a in x]


def _take(rest: Iterator[Any], count: int) -> list[Any]:
    return [next(rest) for _ in range(count)]

"""Attention: every vector of a sequence looks at the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from autograd import dot
from nn.activations import softmax
from nn.checking import vector, whole
from nn.initialisers import seeded, xavier
from nn.layers import Layer, affine
from nn.module import Module
from nn.nesting import described, plain

# Per head and query the weights of the keys.
Weights = list[list[list[Any]]]


class MultiHeadAttention(Module):
    """Vectors made of all vectors of a sequence, weighted by how well queries and keys fit: scaled dot products.

    ``softmax(q · k / √d)`` weighs the values, in each head by itself, on its own part of the vectors; the heads'
    results are joined and mixed. After A. Vaswani and others, *Attention Is All You Need* (2017).

    Args:
        embed_dim: the length of the vectors, at least 1.
        num_heads: how many heads there are; a divisor of ``embed_dim``.
        bias: whether the four linear maps have biases; they start at 0.
        causal: whether a query sees only keys at its own position and before.
        init: what the weights are at first (see `Layer`); by default `xavier`.
        seed: a whole number from which they are drawn; ``None`` takes one from Python's `random`.

    Attributes:
        query, key, value, out: the linear maps, layers of embed_dim × embed_dim.

    Raises:
        TypeError: an argument is of another kind.
        ValueError: a size is less than 1, or ``num_heads`` does not divide ``embed_dim``.

    Example:
        >>> from nn import MultiHeadAttention
        >>> attention = MultiHeadAttention(4, 2, causal=True, seed=0)
        >>> sequence = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]
        >>> len(attention(sequence)), len(attention(sequence)[0])
        (2, 4)
        >>> outputs, weights = attention.attend(sequence)
        >>> [weight.data for weight in weights[0][0]]     # head 0, position 0: it sees itself
        [1.0]
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        *,
        bias: bool = True,
        causal: bool = False,
        init: object = None,
        seed: object = None,
    ) -> None:
        """Make the linear maps."""
        self.embed_dim = whole(embed_dim, "MultiHeadAttention: embed_dim")
        self.num_heads = whole(num_heads, "MultiHeadAttention: num_heads")
        if self.embed_dim % self.num_heads:
            raise ValueError(
                f"MultiHeadAttention: num_heads must divide embed_dim, but {num_heads} does not divide {embed_dim}"
            )
        self.causal = causal
        seed = seeded(seed, "MultiHeadAttention")
        self.query, self.key, self.value, self.out = (
            Layer(
                embed_dim, embed_dim, "identity", bias=bias, init=init if init is not None else xavier(),
                seed=f"{seed}/{part}",
            )
            for part in ("query", "key", "value", "out")
        )  # fmt: skip

    def forward(self, query: Any, key: Any = None, value: Any = None) -> list[list[Any]]:
        """Compute one vector for each query.

        Args:
            query: a sequence of vectors of ``embed_dim`` numbers.
            key: another sequence; by default the queries themselves.
            value: a sequence as long as ``key``; by default the keys.

        Raises:
            TypeError: there is something else than vectors.
            ValueError: a vector is of another length, a sequence is empty, keys and values are not as many, or with
                ``causal`` the keys and the queries.
        """
        return self.attend(query, key, value)[0]

    def attend(self, query: Any, key: Any = None, value: Any = None) -> tuple[list[list[Any]], Weights]:
        """Compute what `forward` does, and return with it the weights: per head and query, one for each key it sees."""
        queries = self._vectors(query, "queries")
        keys = queries if key is None else self._vectors(key, "keys")
        values = keys if value is None else self._vectors(value, "values")
        if len(keys) != len(values) or (self.causal and len(keys) != len(queries)):
            raise ValueError(
                f"MultiHeadAttention takes as many keys as values{', and as queries' if self.causal else ''}; there "
                f"are {len(queries)} queries, {len(keys)} keys and {len(values)} values"
            )
        projected = (
            [affine(layer.weight, layer.bias, x) for x in sequence]
            for layer, sequence in ((self.query, queries), (self.key, keys), (self.value, values))
        )
        joined, weights = self._heads(*projected)
        return [affine(self.out.weight, self.out.bias, x) for x in joined], weights

    def _heads(self, queries: list[Any], keys: list[Any], values: list[Any]) -> tuple[list[list[Any]], Weights]:
        """Let every head attend; join what they give."""
        joined: list[list[Any]] = [[] for _ in queries]
        every: Weights = []
        size = self.embed_dim // self.num_heads
        scale = 1.0 / math.sqrt(size)
        for start in range(0, self.embed_dim, size):
            part = slice(start, start + size)
            of_keys = [key[part] for key in keys]
            columns = [list(column) for column in zip(*(value[part] for value in values), strict=True)]
            weights = []
            for position, query in enumerate(queries):
                seen = position + 1 if self.causal else len(keys)
                scores = [dot(query[part], key) * scale for key in of_keys[:seen]]
                weights.append(softmax(scores))
                joined[position] += [dot(weights[-1], column[:seen]) for column in columns]
            every.append(weights)
        return joined, every

    def _vectors(self, sequence: Any, what: str) -> list[Any]:
        sequence = plain(sequence)
        if not isinstance(sequence, Sequence) or not len(sequence) or not isinstance(sequence[0], Sequence):
            raise TypeError(
                f"MultiHeadAttention: {what} must be a sequence of vectors of {self.embed_dim} numbers, "
                f"not {described(sequence)}"
            )
        return [vector(x, self.embed_dim, f"MultiHeadAttention: each of the {what}") for x in sequence]

    def arguments(self) -> str:
        """Write the sizes."""
        return f"{self.embed_dim}, {self.num_heads}{', causal=True' if self.causal else ''}"

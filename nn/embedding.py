"""Vectors for tokens."""

from __future__ import annotations

from typing import Any

from autograd import Value
from nn.checking import whole
from nn.initialisers import seeded
from nn.module import Module
from nn.nesting import plain


class Embedding(Module):
    """A table with a vector for each token.

    Args:
        num_embeddings: how many tokens there are, at least 1.
        embedding_dim: the length of the vectors, at least 1.
        init: what they are at first (see `Layer`); by default drawn from `normal`.
        seed: a whole number from which they are drawn; ``None`` takes one from Python's `random`.

    Attributes:
        weight: nested lists of leaves: (num_embeddings, embedding_dim).

    Raises:
        TypeError: an argument is of another kind.
        ValueError: a size is less than 1.

    Example:
        >>> from nn import Embedding
        >>> table = Embedding(3, 2, init=[[0, 0], [1, 2], [3, 4]])
        >>> table(1)
        [Value(data=1.0, grad=0.0), Value(data=2.0, grad=0.0)]
        >>> [[x.data for x in vector] for vector in table([2, 0])]
        [[3.0, 4.0], [0.0, 0.0]]
    """

    weight: list[list[Value]]

    def __init__(
        self, num_embeddings: int, embedding_dim: int, *, init: object = "normal", seed: object = None
    ) -> None:
        """Declare the table."""
        self.num_embeddings = whole(num_embeddings, "Embedding: num_embeddings")
        self.embedding_dim = whole(embedding_dim, "Embedding: embedding_dim")
        shape = (self.num_embeddings, self.embedding_dim)
        self.declare("weight", shape, init, seed=seeded(seed, "Embedding"))

    def forward(self, tokens: Any) -> Any:
        """Look up the vector of a token, or those of a list of tokens.

        Args:
            tokens: whole numbers from 0 to num_embeddings - 1, by themselves, in nested lists, or a range.

        Raises:
            TypeError: a token is no whole number.
            IndexError: there is no such token.
        """
        tokens = plain(tokens)
        if isinstance(tokens, (list, tuple, range)):
            return [self.forward(token) for token in tokens]
        if isinstance(tokens, bool) or not hasattr(tokens, "__index__"):
            raise TypeError(f"Embedding: a token is a whole number, not {type(tokens).__name__} ({tokens!r:.60})")
        token = int(tokens)
        if not 0 <= token < self.num_embeddings:
            raise IndexError(f"Embedding: tokens are from 0 to {self.num_embeddings - 1}, not {token}")
        return list(self.weight[token])

    def arguments(self) -> str:
        """Write the sizes."""
        return f"{self.num_embeddings}, {self.embedding_dim}"

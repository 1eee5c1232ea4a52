"""What parameters are before training: numbers drawn by a rule, from an explicit seed."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from nn.checking import choice, real, whole
from nn.nesting import Shape, arranged, entries, in_words, plain, shape_of, size

# A whole number, or the text that is derived from one for the parts of a module.
Seed = int | str

DISTRIBUTIONS = ("uniform", "normal")
GAINS = {"tanh": 5.0 / 3.0, **dict.fromkeys(("relu", "leaky_relu", "elu", "silu", "gelu", "softplus"), math.sqrt(2.0))}


class Fans(NamedTuple):
    """How many numbers a unit is made of, and how many units each number goes into."""

    into: int
    out: int


class Initialiser:
    """A rule by which the numbers of a new parameter are drawn.

    Args:
        name: how the rule is written, for ``repr``.
        draw: one number, given a `random.Random` and the `Fans`.

    Example:
        >>> from nn import Initialiser
        >>> halves = Initialiser("halves", lambda source, fans: source.choice([-0.5, 0.5]))
        >>> halves((2, 3), seed=1)
        [[0.5, 0.5, -0.5], [-0.5, 0.5, 0.5]]
    """

    def __init__(self, name: str, draw: Callable[[random.Random, Fans], float]) -> None:
        """Keep the rule."""
        self.name = name
        self.draw = draw

    def __call__(self, shape: Sequence[int] | int, seed: Seed, fans: tuple[int, int] | None = None) -> Any:
        """Draw numbers, the same ones for the same seed.

        Args:
            shape: how they are nested; of a weight matrix (units, inputs).
            seed: where the random numbers start.
            fans: inputs and outputs of a unit, at least 1 each; by default those of a weight matrix or a kernel.

        Returns:
            Nested lists of floats.
        """
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        counted = _fans(shape) if fans is None else Fans(*(whole(fan, "fans") for fan in fans))
        source = random.Random(str(seed))
        return arranged(iter([self.draw(source, counted) for _ in range(size(shape))]), shape)

    def __repr__(self) -> str:
        """Write the rule."""
        return self.name


def constant(number: float) -> Initialiser:
    """Set every parameter to one number.

    Example:
        >>> from nn import constant
        >>> constant(0.1)((2, 2), seed=0)
        [[0.1, 0.1], [0.1, 0.1]]
    """
    number = real(number, "constant: number")
    return Initialiser(f"constant({number:g})", partial(_always, number))


def uniform(low: float = -1.0, high: float = 1.0) -> Initialiser:
    """Draw evenly between two numbers.

    Example:
        >>> from nn import uniform
        >>> all(-0.5 <= x <= 0.5 for x in uniform(-0.5, 0.5)(100, seed=0))
        True
    """
    low, high = real(low, "uniform: low"), real(high, "uniform: high")
    if low > high:
        raise ValueError(f"uniform: low must not be above high, but {low!r} > {high!r}")
    return Initialiser(f"uniform({low:g}, {high:g})", partial(_evenly, low, high))


def normal(mean: float = 0.0, std: float = 1.0) -> Initialiser:
    """Draw from a normal distribution.

    Args:
        mean: its middle.
        std: its standard deviation, at least 0.

    Example:
        >>> from nn import normal
        >>> len(normal(std=0.02)((3, 4), seed=0))
        3
    """
    mean, std = real(mean, "normal: mean"), real(std, "normal: std", 0.0)
    return Initialiser(f"normal({mean:g}, {std:g})", partial(_normally, mean, std))


def xavier(gain: float = 1.0, distribution: str = "uniform") -> Initialiser:
    """Keep the size of activations and gradients alike: a variance of ``gain² · 2/(inputs + outputs)``.

    After X. Glorot and Y. Bengio, *Understanding the difficulty of training deep feedforward neural networks* (2010).

    Args:
        gain: for what the activation takes away, at least 0 (see `gain_of`).
        distribution: ``"uniform"`` or ``"normal"``.

    Example:
        >>> from nn import xavier
        >>> all(abs(w) <= (6 / (2 + 4)) ** 0.5 for row in xavier()((4, 2), seed=0) for w in row)
        True
    """
    return _scaled("xavier", gain, distribution, _of_xavier)


def kaiming(gain: float = math.sqrt(2.0), distribution: str = "uniform") -> Initialiser:
    """Keep the size of activations: a variance of ``gain²/inputs``; the default gain is for ReLU.

    After K. He and others, *Delving Deep into Rectifiers* (2015).

    Args:
        gain: for what the activation takes away, at least 0 (see `gain_of`).
        distribution: ``"uniform"`` or ``"normal"``.

    Example:
        >>> from nn import kaiming
        >>> all(abs(w) <= (6 / 2) ** 0.5 for row in kaiming()((4, 2), seed=0) for w in row)
        True
    """
    return _scaled("kaiming", gain, distribution, _of_kaiming)


def gain_of(activation: str) -> float:
    """Return the factor that makes up for an activation: √2 for ReLU and its kin, 5/3 for tanh, else 1.

    Example:
        >>> from nn import gain_of
        >>> round(gain_of("relu") ** 2, 12), gain_of("identity")
        (2.0, 1.0)
    """
    return GAINS.get(activation, 1.0)


def initialiser(init: object, what: str) -> Initialiser:
    """Return the initialiser that an argument means: itself, a name, a number for all, or the numbers themselves.

    Raises:
        TypeError: it means none.
        ValueError: the name is not known.
    """
    init = plain(init)
    if isinstance(init, Initialiser):
        return init
    if isinstance(init, str):
        return BY_NAME[choice(init, BY_NAME, what)]()
    if isinstance(init, (list, tuple)):
        return Given(init, what)
    return constant(real(init, what))


class Given(Initialiser):
    """The numbers themselves, for one parameter of their shape."""

    def __init__(self, numbers: Any, what: str) -> None:
        """Keep the numbers."""
        super().__init__("given numbers", partial(_always, math.nan))
        try:
            self.shape = shape_of(numbers)
        except ValueError as error:
            raise ValueError(f"{what}: {error}") from None
        self.numbers = [real(number, what) for number in entries(numbers)]
        self.what = what

    def __call__(self, shape: Sequence[int] | int, seed: Seed, fans: tuple[int, int] | None = None) -> Any:
        """Return the numbers.

        Raises:
            ValueError: they are of another shape.
        """
        self.require(shape if isinstance(shape, Sequence) else (shape,))
        return arranged(iter(self.numbers), self.shape)

    def require(self, shape: Sequence[int]) -> None:
        """Raise `ValueError` if the numbers are not of this shape."""
        if self.shape != tuple(shape):
            raise ValueError(f"{self.what}: expected numbers of {in_words(shape)}, got {in_words(self.shape)}")


def seeded(seed: object, who: str) -> Seed:
    """Return a seed; for ``None`` one from Python's `random`, so that ``random.seed(…)`` makes a program repeatable.

    Raises:
        TypeError: it is neither a whole number nor ``None``.
    """
    if seed is None:
        return random.getrandbits(63)
    return seed if isinstance(seed, str) else whole(seed, f"{who}: seed", -(2**200))


def _scaled(name: str, gain: float, distribution: str, variance: Callable[[Fans], float]) -> Initialiser:
    gain = real(gain, f"{name}: gain", 0.0)
    choice(distribution, DISTRIBUTIONS, f"{name}: distribution")

    return Initialiser(f"{name}({gain:.4g}, {distribution!r})", partial(_by_fans, gain, distribution, variance))


# How numbers are drawn: functions that can be pickled, and models with them.


def _always(number: float, source: random.Random, fans: Fans) -> float:
    return number


def _evenly(low: float, high: float, source: random.Random, fans: Fans) -> float:
    return source.uniform(low, high)


def _normally(mean: float, std: float, source: random.Random, fans: Fans) -> float:
    return source.gauss(mean, std)


def _by_fans(
    gain: float, distribution: str, variance: Callable[[Fans], float], source: random.Random, fans: Fans
) -> float:
    std = gain * math.sqrt(variance(fans))
    if distribution == "normal":
        return source.gauss(0.0, std)
    return source.uniform(-math.sqrt(3.0) * std, math.sqrt(3.0) * std)


def _of_xavier(fans: Fans) -> float:
    return 2.0 / (fans.into + fans.out)


def _of_kaiming(fans: Fans) -> float:
    return 1.0 / fans.into


def _fans(shape: Shape) -> Fans:
    if len(shape) < 2:
        return Fans(shape[0] if shape else 1, 1)
    window = size(shape[2:])
    return Fans(shape[1] * window, shape[0] * window)


BY_NAME: dict[str, Callable[[], Initialiser]] = {
    "zeros": lambda: constant(0.0),
    "ones": lambda: constant(1.0),
    "uniform": uniform,
    "normal": normal,
    "xavier": xavier,
    "kaiming": kaiming,
}

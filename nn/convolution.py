"""Convolution of images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograd import Value, dot
from nn.activations import ActivationLike, resolved
from nn.checking import whole
from nn.initialisers import seeded
from nn.layers import declare_bias, default, unbiased, unit_by_unit
from nn.module import Module
from nn.nesting import Shape, described, in_words, plain, shape_of


class Conv2d(Module):
    """A window that moves over an image, with the same weights at every place: a two-dimensional convolution.

    As in PyTorch, the kernel is not turned round, which makes it a cross-correlation.

    Args:
        in_channels: the number of channels of the image, at least 1.
        out_channels: the number of channels that come out, at least 1.
        kernel_size: rows and columns of the window, one number for both or a pair.
        stride: how far the window moves from place to place, down and to the right; at least 1.
        padding: how many rows and columns of zeros stand around the image, above and at the sides; at least 0.
        bias: whether each channel that comes out has a bias; it starts at 0.
        activation: of every number that comes out: a name, or a function of a `Value`.
        init: what the weights are at first (see `Layer`).
        seed: a whole number from which the weights are drawn; ``None`` takes one from Python's `random`.

    Attributes:
        weight: nested lists of leaves: (out_channels, in_channels, rows, columns).
        bias: one leaf for each channel that comes out; ``None`` if there are none.

    Raises:
        TypeError: an argument is of another kind.
        ValueError: a size is too small, a name is not known, or given numbers have another shape.

    Example:
        >>> from nn import Conv2d
        >>> difference = Conv2d(1, 1, (1, 2), init=[[[[-1, 1]]]])
        >>> [[[x.data for x in row] for row in channel] for channel in difference([[[1, 4, 9, 16]]])]
        [[[3.0, 5.0, 7.0]]]
        >>> Conv2d(2, 96, 6).num_parameters()
        7008
    """

    weight: list[list[list[list[Value]]]]
    bias: list[Value] | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        *,
        bias: bool = True,
        activation: ActivationLike = "identity",
        init: object = None,
        seed: object = None,
    ) -> None:
        """Declare the parameters."""
        self.in_channels = whole(in_channels, "Conv2d: in_channels")
        self.out_channels = whole(out_channels, "Conv2d: out_channels")
        self.kernel_size = _pair(kernel_size, "kernel_size", 1)
        self.stride = _pair(stride, "stride", 1)
        self.padding = _pair(padding, "padding", 0)
        self.activation = resolved(activation, "Conv2d: activation", single=True)
        seed = seeded(seed, "Conv2d")
        shape = (self.out_channels, self.in_channels, *self.kernel_size)
        self.declare("weight", shape, default(init, self.activation.name), seed=seed)
        declare_bias(self, (self.out_channels,), seed, wanted=bias)

    def forward(self, x: Any) -> list[list[list[Any]]]:
        """Compute the channels that come out.

        Args:
            x: the image: nested lists (or an array) of in_channels × rows × columns.

        Returns:
            Nested lists of out_channels × rows × columns, with ``(rows + 2·padding - kernel) // stride + 1`` rows.

        Raises:
            TypeError: ``x`` is no nesting of three.
            ValueError: the channels are not as many, or the image with its padding is smaller than the window.
        """
        image = plain(x)
        high, wide = self._size_of(image)
        patches = self._patches(_padded(image, *self.padding), high, wide)
        channels = []
        for index, kernel in enumerate(self.weight):
            weights = [w for channel in kernel for row in channel for w in row]
            sums = [[dot(weights, patch) for patch in row] for row in patches]
            if self.bias is not None:
                sums = [[number + self.bias[index] for number in row] for row in sums]
            channels.append([self.activation.on_vector(row) for row in sums])
        return channels

    def _size_of(self, image: Any) -> tuple[int, int]:
        """Return how many rows and columns come out."""
        try:
            shape: Shape = shape_of(image)
        except ValueError:
            shape = ()
        if len(shape) != 3:
            raise TypeError(
                f"Conv2d takes an image as nested lists of {self.in_channels} × rows × columns, not {described(image)}"
            )
        if shape[0] != self.in_channels:
            raise ValueError(f"Conv2d takes {self.in_channels} channel(s), not {described(image)}")
        places = [
            (length + 2 * padding - window) // stride + 1
            for length, padding, window, stride in zip(
                shape[1:], self.padding, self.kernel_size, self.stride, strict=True
            )
        ]
        if min(places) < 1:
            raise ValueError(
                f"Conv2d: a window of {in_words(self.kernel_size)} does not fit into an image of {in_words(shape[1:])} "
                f"with a padding of {in_words(self.padding)}"
            )
        return places[0], places[1]

    def _patches(self, image: Any, high: int, wide: int) -> list[list[list[Any]]]:
        """Return what the window sees at each place, in the order of a kernel's weights."""
        rows, columns = self.kernel_size
        down, right = self.stride
        return [
            [
                [x for channel in image for line in channel[top : top + rows] for x in line[left : left + columns]]
                for left in range(0, wide * right, right)
            ]
            for top in range(0, high * down, down)
        ]

    def _in_order(self, blocks: Mapping[str, Any]) -> Iterable[Any]:
        return unit_by_unit(blocks)

    def arguments(self) -> str:
        """Write sizes, stride and padding."""
        window, stride, padding = map(_short, (self.kernel_size, self.stride, self.padding))
        sizes = f"{self.in_channels}, {self.out_channels}, {window}, stride={stride}, padding={padding}"
        activation = "" if self.activation.name == "identity" else f", activation={self.activation.name!r}"
        return f"{sizes}{activation}{unbiased(self)}"


def _padded(image: Any, high: int, wide: int) -> Any:
    if not (high or wide):
        return image
    sides = [0.0] * wide
    blank = [0.0] * (len(image[0][0]) + 2 * wide)
    return [[*[blank] * high, *([*sides, *row, *sides] for row in channel), *[blank] * high] for channel in image]


def _pair(value: object, what: str, least: int) -> tuple[int, int]:
    pair = tuple(value) if isinstance(value, (list, tuple)) else (value, value)
    if len(pair) != 2:
        raise ValueError(f"Conv2d: {what} must be a number or a pair (rows, columns), not {value!r:.60}")
    return whole(pair[0], f"Conv2d: {what}", least), whole(pair[1], f"Conv2d: {what}", least)


def _short(pair: tuple[int, int]) -> int | tuple[int, int]:
    return pair[0] if pair[0] == pair[1] else pair

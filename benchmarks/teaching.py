"""A scalar class as it is usually taught: each operation stores its operands and local partials.

It is the yardstick of work that no pure-Python peer on the package index can do (they lack exp and log).
"""

from __future__ import annotations

import math


class Scalar:
    """A number, the scalars it was made from, and its partial derivatives by them."""

    __slots__ = ("children", "data", "grad", "partials")

    def __init__(self, data: float, children: tuple[Scalar, ...] = (), partials: tuple[float, ...] = ()) -> None:
        self.data = data
        self.grad = 0.0
        self.children = children
        self.partials = partials

    def __add__(self, other: Scalar | float) -> Scalar:
        other = other if isinstance(other, Scalar) else Scalar(other)
        return Scalar(self.data + other.data, (self, other), (1.0, 1.0))

    __radd__ = __add__

    def __mul__(self, other: Scalar | float) -> Scalar:
        other = other if isinstance(other, Scalar) else Scalar(other)
        return Scalar(self.data * other.data, (self, other), (other.data, self.data))

    __rmul__ = __mul__

    def __neg__(self) -> Scalar:
        return Scalar(-self.data, (self,), (-1.0,))

    def __sub__(self, other: Scalar | float) -> Scalar:
        other = other if isinstance(other, Scalar) else Scalar(other)
        return Scalar(self.data - other.data, (self, other), (1.0, -1.0))

    def __rsub__(self, other: float) -> Scalar:
        return Scalar(other - self.data, (self,), (-1.0,))

    def __truediv__(self, other: Scalar | float) -> Scalar:
        other = other if isinstance(other, Scalar) else Scalar(other)
        quotient = self.data / other.data
        return Scalar(quotient, (self, other), (1.0 / other.data, -quotient / other.data))

    def __rtruediv__(self, other: float) -> Scalar:
        quotient = other / self.data
        return Scalar(quotient, (self,), (-quotient / self.data,))

    def __pow__(self, exponent: float) -> Scalar:
        return Scalar(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1.0),))

    def exp(self) -> Scalar:
        result = math.exp(self.data)
        return Scalar(result, (self,), (result,))

    def log(self) -> Scalar:
        return Scalar(math.log(self.data), (self,), (1.0 / self.data,))

    def relu(self) -> Scalar:
        return Scalar(max(0.0, self.data), (self,), (float(self.data > 0.0),))

    def backward(self) -> None:
        order: list[Scalar] = []
        seen: set[Scalar] = set()
        stack: list[Scalar | None] = [self]  # as fast as recursion, and takes any depth
        while stack:
            node = stack.pop()
            if node is None:  # everything below the next one has been listed
                finished = stack.pop()
                assert finished is not None
                order.append(finished)
            elif node not in seen:
                seen.add(node)
                stack += (node, None)
                stack += node.children
        self.grad = 1.0
        for node in reversed(order):
            adjoint = node.grad
            for child, partial in zip(node.children, node.partials):  # noqa: B905 (as it is usually written)
                child.grad += partial * adjoint

"""Scalar reverse-mode automatic differentiation that shows its work.

    >>> from autograd import Value
    >>> x, y = Value(2.0, "x"), Value(3.0, "y")
    >>> z = x * y + x.tanh()
    >>> z.backward()
    >>> round(x.grad, 6), y.grad
    (3.070651, 2.0)

Start with `Value`; `grad`, `jacobian` and `hessian` differentiate functions; `draw` shows a graph; `gradcheck`
compares with finite differences; `primitive` declares a function of your own.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

import autograd.build  # noqa: F401 - before all that it has a say in  # isort: skip
from autograd.value import Value as Value  # first: the compiled build needs its type  # isort: skip
from autograd.checking.judging import check as check
from autograd.checking.reconciling import reconcile as reconcile
from autograd.checkpointing import checkpoint as checkpoint
from autograd.declaring import primitive as primitive
from autograd.derivation.derive import derive as derive
from autograd.derivative_paths.paths import count_paths as count_paths
from autograd.derivative_paths.paths import paths as paths
from autograd.derivative_paths.paths import top_paths as top_paths
from autograd.errors import DomainError as DomainError
from autograd.errors import MissingExtraError as MissingExtraError
from autograd.errors import StaleGraphError as StaleGraphError
from autograd.finite_differences import finite_difference as finite_difference
from autograd.functions import abs as abs
from autograd.functions import add as add
from autograd.functions import arccos as arccos
from autograd.functions import arccosh as arccosh
from autograd.functions import arcsin as arcsin
from autograd.functions import arcsinh as arcsinh
from autograd.functions import arctan as arctan
from autograd.functions import arctan2 as arctan2
from autograd.functions import arctanh as arctanh
from autograd.functions import cbrt as cbrt
from autograd.functions import clip as clip
from autograd.functions import cos as cos
from autograd.functions import cosh as cosh
from autograd.functions import divide as divide
from autograd.functions import dot as dot
from autograd.functions import elu as elu
from autograd.functions import erf as erf
from autograd.functions import erfc as erfc
from autograd.functions import exp as exp
from autograd.functions import exp2 as exp2
from autograd.functions import expm1 as expm1
from autograd.functions import floor_divide as floor_divide
from autograd.functions import gelu as gelu
from autograd.functions import hypot as hypot
from autograd.functions import leaky_relu as leaky_relu
from autograd.functions import log as log
from autograd.functions import log1p as log1p
from autograd.functions import log2 as log2
from autograd.functions import log10 as log10
from autograd.functions import logaddexp as logaddexp
from autograd.functions import logsumexp as logsumexp
from autograd.functions import max as max
from autograd.functions import maximum as maximum
from autograd.functions import min as min
from autograd.functions import minimum as minimum
from autograd.functions import mod as mod
from autograd.functions import multiply as multiply
from autograd.functions import negative as negative
from autograd.functions import positive as positive
from autograd.functions import power as power
from autograd.functions import prod as prod
from autograd.functions import reciprocal as reciprocal
from autograd.functions import relu as relu
from autograd.functions import sigmoid as sigmoid
from autograd.functions import sign as sign
from autograd.functions import silu as silu
from autograd.functions import sin as sin
from autograd.functions import sinh as sinh
from autograd.functions import softplus as softplus
from autograd.functions import sqrt as sqrt
from autograd.functions import square as square
from autograd.functions import step as step
from autograd.functions import subtract as subtract
from autograd.functions import sum as sum
from autograd.functions import tan as tan
from autograd.functions import tanh as tanh
from autograd.functions import where as where
from autograd.functions import xlogy as xlogy
from autograd.gradient_checking import gradcheck as gradcheck
from autograd.graph_gradient import gradients as gradients
from autograd.native import COMPILED as compiled  # noqa: N811
from autograd.provenance import line_of as line_of
from autograd.provenance import scope as scope
from autograd.provenance import scope_of as scope_of
from autograd.provenance import source_lines as source_lines
from autograd.recording import no_grad as no_grad
from autograd.rows import Interval as Interval
from autograd.rows import Primitive as Primitive
from autograd.tracing.blame import blame as blame
from autograd.tracing.events import print_trace as print_trace
from autograd.tracing.events import trace_backward as trace_backward
from autograd.transforms import derivative as derivative
from autograd.transforms import grad as grad
from autograd.transforms import hessian as hessian
from autograd.transforms import hvp as hvp
from autograd.transforms import jacobian as jacobian
from autograd.transforms import jvp as jvp
from autograd.transforms import value_and_grad as value_and_grad
from autograd.transforms import vjp as vjp
from autograd.traversal import topological_order as topological_order
from autograd.version import VERSION as __version__  # noqa: N811

if TYPE_CHECKING:
    from autograd.animation.animate import animate as animate
    from autograd.pictures.drawing import draw as draw
    from autograd.pictures.rendering import Picture as Picture

# In the order of use; `import *` leaves Python's own `abs`, `sum`, `max` and `min` alone.
__all__ = [  # noqa: RUF022
    "Value",
    "grad", "value_and_grad", "jacobian", "hessian", "jvp", "vjp", "hvp", "derivative", "gradients",
    "no_grad", "checkpoint", "gradcheck", "finite_difference", "topological_order",
    "count_paths", "paths", "top_paths", "derive", "check", "reconcile", "trace_backward", "print_trace", "blame",
    "draw", "animate", "Picture", "scope", "scope_of", "source_lines", "line_of",
    "primitive", "Primitive", "Interval", "DomainError", "StaleGraphError", "MissingExtraError",
    "compiled", "__version__",
    "add", "subtract", "multiply", "divide", "floor_divide", "mod", "power", "negative", "positive",
    "square", "reciprocal", "sqrt", "cbrt", "hypot", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p",
    "xlogy", "logaddexp", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh", "tanh",
    "arcsinh", "arccosh", "arctanh", "maximum", "minimum", "sign", "step", "where", "clip", "erf", "erfc",
    "sigmoid", "softplus", "relu", "leaky_relu", "elu", "silu", "gelu", "prod", "logsumexp",
    "dot",
]  # fmt: skip

# What needs other libraries, and where it is.
_LATE = {"animate": "animation.animate", "draw": "pictures.drawing", "Picture": "pictures.rendering"}


def __getattr__(name: str) -> Any:
    """Import what needs other libraries only when it is used."""
    if name in _LATE:
        return getattr(import_module(f"autograd.{_LATE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Networks on top of `autograd`, importing only its public names.

    >>> from nn import MLP, SGD, fit, squared_error
    >>> model = MLP(2, [8, 1], "tanh", seed=0)
    >>> data = [([0, 0], -1), ([0, 1], 1), ([1, 0], 1), ([1, 1], -1)]
    >>> history = fit(model, squared_error, data, SGD(model.parameters(), lr=0.1, momentum=0.9), epochs=200)
    >>> [round(model(x).data) for x, _ in data]
    [-1, 1, 1, -1]

Start with `MLP` and `fit`; `Module` is what all parts are; `DAG` is a network given by its edges; `draw` shows the
neurons and weights; `annotate` names what a model computes, for `autograd.draw`, `derive` and `check`.
"""

from nn.activations import Activation as Activation
from nn.activations import Flatten as Flatten
from nn.activations import log_softmax as log_softmax
from nn.activations import softmax as softmax
from nn.annotating import annotate as annotate
from nn.attention import MultiHeadAttention as MultiHeadAttention
from nn.class_losses import accuracy as accuracy
from nn.class_losses import cross_entropy as cross_entropy
from nn.class_losses import cross_entropy_from_probabilities as cross_entropy_from_probabilities
from nn.class_losses import softmax_hinge as softmax_hinge
from nn.clipping import clip_grad_norm as clip_grad_norm
from nn.clipping import clip_grad_value as clip_grad_value
from nn.convolution import Conv2d as Conv2d
from nn.dag import DAG as DAG
from nn.diagram import draw as draw
from nn.embedding import Embedding as Embedding
from nn.evaluation import evaluate as evaluate
from nn.gradient_descent import SGD as SGD
from nn.gradient_descent import Adam as Adam
from nn.gradient_descent import AdamW as AdamW
from nn.gradient_descent import RMSprop as RMSprop
from nn.hints import hint as _hint
from nn.history import History as History
from nn.initialisers import Initialiser as Initialiser
from nn.initialisers import constant as constant
from nn.initialisers import gain_of as gain_of
from nn.initialisers import kaiming as kaiming
from nn.initialisers import normal as normal
from nn.initialisers import uniform as uniform
from nn.initialisers import xavier as xavier
from nn.labelling import label as label
from nn.layers import Layer as Layer
from nn.layers import Neuron as Neuron
from nn.losses import absolute_error as absolute_error
from nn.losses import binary_cross_entropy as binary_cross_entropy
from nn.losses import binary_cross_entropy_from_logits as binary_cross_entropy_from_logits
from nn.losses import hinge as hinge
from nn.losses import huber as huber
from nn.losses import squared_error as squared_error
from nn.module import Module as Module
from nn.normalisation import LayerNorm as LayerNorm
from nn.normalisation import RMSNorm as RMSNorm
from nn.optimiser import Optimiser as Optimiser
from nn.plotting import plot_decision_boundary as plot_decision_boundary
from nn.plotting import plot_gradients as plot_gradients
from nn.schedules import cosine_decay as cosine_decay
from nn.schedules import exponential_decay as exponential_decay
from nn.schedules import linear_decay as linear_decay
from nn.schedules import step_decay as step_decay
from nn.schedules import warmup as warmup
from nn.second_order import LBFGS as LBFGS
from nn.second_order import Newton as Newton
from nn.sequential import MLP as MLP
from nn.sequential import Sequential as Sequential
from nn.storage import DamagedFileError as DamagedFileError
from nn.storage import load as load
from nn.storage import save as save
from nn.training import fit as fit
from nn.training_steps import DivergenceError as DivergenceError

# In the order of use.
__all__ = [  # noqa: RUF022
    "Module", "Neuron", "Layer", "MLP", "Sequential", "Activation", "Flatten", "Conv2d", "Embedding", "LayerNorm",
    "RMSNorm", "MultiHeadAttention", "DAG",
    "softmax", "log_softmax",
    "squared_error", "absolute_error", "huber", "binary_cross_entropy", "binary_cross_entropy_from_logits",
    "cross_entropy", "cross_entropy_from_probabilities", "hinge", "softmax_hinge", "accuracy",
    "Optimiser", "SGD", "Adam", "AdamW", "RMSprop", "LBFGS", "Newton",
    "step_decay", "exponential_decay", "linear_decay", "cosine_decay", "warmup", "clip_grad_norm", "clip_grad_value",
    "Initialiser", "constant", "uniform", "normal", "xavier", "kaiming", "gain_of",
    "fit", "evaluate", "History", "DivergenceError", "save", "load", "DamagedFileError",
    "draw", "plot_decision_boundary", "plot_gradients", "annotate", "label",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """Tell those who look for one of PyTorch's names what it is called here."""
    raise AttributeError(f"module 'nn' has no attribute {name!r}{_hint(name)}")

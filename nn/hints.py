"""What names of PyTorch's are called here, for those who look for them."""

from __future__ import annotations

from typing import Final

HINTS: Final = {
    "Linear": 'Layer(nin, nout, "identity")',
    **{name: f'the activation "{name.lower()}"' for name in ("ReLU", "Tanh", "Sigmoid", "GELU", "SiLU", "ELU")},
    "Softplus": 'the activation "softplus"',
    "LeakyReLU": 'the activation "leaky_relu"',
    "Identity": 'the activation "identity"',
    "Softmax": 'the activation "softmax", or the function softmax',
    "functional": "the functions of nn and autograd themselves, such as softmax and autograd.relu",
    "MSELoss": "squared_error",
    "L1Loss": "absolute_error",
    "HuberLoss": "huber",
    "BCELoss": "binary_cross_entropy",
    "BCEWithLogitsLoss": "binary_cross_entropy_from_logits",
    "CrossEntropyLoss": "cross_entropy",
    "NLLLoss": "cross_entropy_from_probabilities, of probabilities",
    "MultiheadAttention": "MultiHeadAttention",
    "Optimizer": "Optimiser",
    "optim": "nn.SGD, nn.Adam and so on: they are in nn itself",
    "init": "nn.xavier, nn.kaiming and so on: they are in nn itself",
    "Parameter": "autograd.Value: every leaf that a module has as an attribute is a parameter",
    "ModuleList": "a plain list",
    "utils": "nn.clip_grad_norm, nn.clip_grad_value: they are in nn itself",
    "no_grad": "autograd.no_grad",
}  # fmt: skip


def hint(name: str) -> str:
    """Say what a name of PyTorch's is called here; ``""`` where there is nothing to be said.

    Example:
        >>> hint("Linear"), hint("nonsense")
        (': write Layer(nin, nout, "identity")', '')
    """
    return f": write {HINTS[name]}" if name in HINTS else ""

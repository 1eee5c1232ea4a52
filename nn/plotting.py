"""stub"""


def plot_curves(*a, **k):
    raise NotImplementedError


def plot_decision_boundary(*a, **k):
    raise NotImplementedError


def plot_gradients(*a, **k):
    raise NotImplementedError

"""`fit`: training with mini-batches, early stopping, a progress bar, and Ctrl-C that loses nothing."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from nn.checking import require_function, whole
from nn.early_stopping import EarlyStopping
from nn.evaluation import Metric, Sample, mean_over, samples_of
from nn.history import History
from nn.initialisers import Seed, seeded
from nn.module import Module
from nn.optimiser import Optimiser
from nn.progress import progress_bar
from nn.training_steps import Training


def fit(
    model: Callable[[Any], Any],
    loss: Callable[[Any, Any], Any],
    data: Iterable[Sample],
    optimiser: Optimiser,
    *,
    epochs: int = 100,
    batch_size: int | None = None,
    shuffle: bool = True,
    seed: int | None = 0,
    validation: Iterable[Sample] | None = None,
    patience: int | None = None,
    min_improvement: float = 0.0,
    penalty: Callable[[], Any] | None = None,
    clip_norm: float | None = None,
    metrics: Mapping[str, Metric] | None = None,
    on_epoch: Callable[[History], object] | None = None,
    progress: bool | None = None,
) -> History:
    """Train a model: for each batch the mean loss, its backward pass, and a step of the optimiser.

    Ctrl-C ends training after the step that is being taken, or before it if it has not moved anything yet, and returns
    what was learnt so far.

    Args:
        model: a module, or any function of an input.
        loss: a function of a prediction and its target that returns one `Value`, such as `squared_error`.
        data: pairs of an input and its target; of two arrays, ``zip(X, y)``.
        optimiser: has the parameters that are trained.
        epochs: how often all samples are gone through, at least 1.
        batch_size: samples per step, at least 1; by default all of them.
        shuffle: whether each epoch has an order of its own, drawn from ``seed``.
        seed: a whole number; ``None`` takes one from Python's `random`.
        validation: pairs held out, whose loss is measured after each epoch.
        patience: after so many epochs without a better loss (held out, or else over all samples, measured after each
            epoch) training ends; at least 1. In the end the parameters are then those of the best epoch, while the
            optimiser remembers the last one. By default it does not end early.
        min_improvement: by how much a better loss is below the best one, at least 0.
        penalty: what is added to the mean loss of each batch, such as a sum of squared weights.
        clip_norm: the gradients' largest length (see `clip_grad_norm`), above 0; by default any.
        metrics: functions of a prediction and its target, by name, whose means are kept, such as `accuracy`.
        on_epoch: called after each epoch with the history so far.
        progress: whether to show a progress bar; by default in a terminal or a notebook.

    Returns:
        The `History`, which plots itself.

    Raises:
        DivergenceError: the loss became nan or infinite, in a step or over the samples held out.
        autograd.DomainError: the loss has no value somewhere, such as the logarithm of a probability of 0.
        TypeError: an argument is of another kind.
        ValueError: there are no samples, or nan or infinite numbers in them; a number is out of its range; the
            optimiser has none of the model's parameters, or needs all samples in each step.

    Example:
        >>> from nn import MLP, SGD, fit, squared_error
        >>> model = MLP(1, [1], init=0.0)
        >>> data = [(x, 2.0 * x + 1.0) for x in (-1.0, 0.0, 1.0, 2.0)]
        >>> history = fit(model, squared_error, data, SGD(model.parameters(), lr=0.1), epochs=200)
        >>> [round(p.data, 3) for p in model.parameters()]
        [2.0, 1.0]
        >>> history
        History(200 epochs, 200 steps, loss 9 → ...e-28: all epochs done)
    """
    samples = samples_of(data, "fit", "data")
    held_out = [] if validation is None else samples_of(validation, "fit", "validation")
    _require_optimiser(optimiser, model)
    _require_functions(model, loss, penalty, on_epoch, metrics)
    training = Training(model, loss, optimiser, penalty, clip_norm, dict(metrics or {}))
    stopping = EarlyStopping(optimiser.parameters, patience, min_improvement)
    size = len(samples) if batch_size is None else whole(batch_size, "fit: batch_size")
    if optimiser.needs_all_samples and size < len(samples):
        raise ValueError(f"fit: {type(optimiser).__name__} needs all samples in each step: leave out batch_size")
    orders = _orders(samples, seeded(seed, "fit") if shuffle else None)
    epochs, history, epoch = whole(epochs, "fit: epochs"), training.history, 1
    history.ended = "all epochs done"
    try:
        with progress_bar(epochs * math.ceil(len(samples) / size), progress) as bar:
            for epoch in range(1, epochs + 1):
                bar.set_description(f"epoch {epoch}/{epochs}", refresh=False)
                order = next(orders)
                training.epoch([order[at : at + size] for at in range(0, len(order), size)], bar)
                training.validate(held_out)
                if on_epoch is not None:
                    on_epoch(history)
                if stopping.ends(history, _present_loss(training, samples, exactly=patience is not None)):
                    spell = f"{patience} epoch{'s' * (patience != 1)}"
                    history.ended = f"no better loss for {spell}, so back to epoch {history.best_epoch}"
                    break
        stopping.restore(history)
    except KeyboardInterrupt:
        training.settle()
        history.interrupted = True
        history.ended = f"interrupted in epoch {epoch}"
        stopping.restore(history)
    return history


def _present_loss(training: Training, samples: list[Sample], exactly: bool) -> float:
    """Return the loss after an epoch: that of the samples held out; else over all samples, or as the steps met it."""
    history = training.history
    if history.validation_loss:
        return history.validation_loss[-1]
    return mean_over(training.model, training.loss, samples) if exactly else history.loss[-1]


def _orders(samples: list[Sample], seed: Seed | None) -> Iterator[list[Sample]]:
    """Yield the samples for one epoch after the other, each in an order of its own if there is a seed."""
    order, source = list(samples), random.Random(seed)
    while True:
        if seed is not None:
            source.shuffle(order)
        yield order


def _require_functions(model: object, loss: object, penalty: object, on_epoch: object, metrics: object) -> None:
    require_function(model, "fit: model", "such as a module")
    require_function(loss, "fit: loss", "such as squared_error")
    if penalty is not None:
        require_function(penalty, "fit: penalty", "such as lambda: 1e-4 * sum(p * p for p in model.parameters())")
    if on_epoch is not None:
        require_function(on_epoch, "fit: on_epoch", "of the history")
    if metrics is None:
        return
    if not isinstance(metrics, Mapping):
        raise TypeError(f'fit: metrics are functions by name, such as {{"accuracy": accuracy}}, not {metrics!r:.60}')
    for name, metric in metrics.items():
        require_function(metric, f"fit: metric {name!r}", "of a prediction and its target")
        if name == "loss" or str(name).startswith("validation "):
            raise ValueError(f"fit: a metric cannot be called {name!r}, as that is a curve of the history's own")


def _require_optimiser(optimiser: object, model: object) -> None:
    if isinstance(optimiser, type):
        raise TypeError(f"fit: the optimiser must be made first: write {optimiser.__name__}(model.parameters(), …)")
    if not isinstance(optimiser, Optimiser):
        raise TypeError(f"fit: the optimiser must be one of nn's, not {type(optimiser).__name__} ({optimiser!r:.60})")
    if isinstance(model, Module) and not set(model.parameters()) & set(optimiser.parameters):
        raise ValueError("fit: the optimiser has none of the model's parameters: was it made for another model?")

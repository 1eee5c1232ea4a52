"""`fit`: training with mini-batches, early stopping, a progress bar, and Ctrl-C that loses nothing."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from autograd import Value, no_grad, sum
from nn.checking import real, whole
from nn.clipping import clip_grad_norm
from nn.history import History
from nn.module import Module
from nn.nesting import described, plain
from nn.optimiser import Optimiser
from nn.progress import progress_bar

Sample = tuple[Any, Any]
Metric = Callable[[Any, Any], Any]


class DivergenceError(ArithmeticError):
    """The loss became nan or infinite; the parameters are as they were before that step.

    Attributes:
        loss: the loss, a `Value` whose graph `autograd.blame` can look into.
        history: what was done until then.

    Example:
        >>> from nn import DivergenceError
        >>> issubclass(DivergenceError, ArithmeticError)
        True
    """

    def __init__(self, message: str, loss: Any, history: History) -> None:
        """Keep what there is to look into."""
        super().__init__(message)
        self.loss = loss
        self.history = history


def fit(
    model: Callable[[Any], Any],
    loss: Callable[[Any, Any], Any],
    data: Iterable[Sample],
    optimiser: Optimiser,
    *,
    epochs: int = 100,
    batch_size: int | None = None,
    shuffle: bool = True,
    seed: int = 0,
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
        seed: a whole number.
        validation: pairs held out, whose loss is measured after each epoch.
        patience: after so many epochs without a better loss (held out, if there is ``validation``) training ends, and
            the parameters become those of the best epoch; at least 1. By default it does not end early.
        min_improvement: by how much a better loss is below the best one, at least 0.
        penalty: what is added to the mean loss of each batch, such as a sum of squared weights.
        clip_norm: the gradients' largest length (see `clip_grad_norm`), above 0; by default any.
        metrics: functions of a prediction and its target, by name, whose means are kept, such as `accuracy`.
        on_epoch: called after each epoch with the history so far.
        progress: whether to show a progress bar; by default in a terminal or a notebook.

    Returns:
        The `History`, which plots itself.

    Raises:
        DivergenceError: the loss became nan or infinite.
        TypeError: an argument is of another kind.
        ValueError: there are no samples, a number is out of its range, or the optimiser has none of the model's
            parameters.

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
    samples = _samples(data, "data")
    held_out = [] if validation is None else _samples(validation, "validation")
    if not isinstance(optimiser, Optimiser):
        raise TypeError(f"fit: the optimiser must be one of nn's, not {type(optimiser).__name__} ({optimiser!r:.60})")
    _require_common_parameters(model, optimiser)
    training = _Training(model, loss, optimiser, penalty, clip_norm, dict(metrics or {}))
    size = len(samples) if batch_size is None else whole(batch_size, "fit: batch_size")
    best = _Best(
        optimiser.parameters,
        None if patience is None else whole(patience, "fit: patience"),
        real(min_improvement, "fit: min_improvement", 0.0),
    )
    history, order, source = training.history, list(range(len(samples))), random.Random(seed)
    epochs = whole(epochs, "fit: epochs")
    with progress_bar(epochs * math.ceil(len(samples) / size), progress) as bar:
        try:
            for epoch in range(1, epochs + 1):
                bar.set_description(f"epoch {epoch}/{epochs}", refresh=False)
                if shuffle:
                    source.shuffle(order)
                training.epoch([[samples[i] for i in order[at : at + size]] for at in range(0, len(order), size)], bar)
                training.validate(held_out)
                if on_epoch is not None:
                    on_epoch(history)
                if best.passed(history):
                    history.ended = f"no better loss for {patience} epochs, so back to epoch {history.best_epoch}"
                    break
            else:
                history.ended = "all epochs done"
        except KeyboardInterrupt:
            history.interrupted = True
            history.ended = f"interrupted in epoch {epoch}"
    if patience is not None:
        best.restore()
    return history


class _Training:
    """The parts of a training that stay the same, and its history."""

    def __init__(
        self,
        model: Callable[[Any], Any],
        loss: Callable[[Any, Any], Any],
        optimiser: Optimiser,
        penalty: Callable[[], Any] | None,
        clip_norm: float | None,
        metrics: dict[str, Metric],
    ) -> None:
        self.model, self.loss, self.optimiser = model, loss, optimiser
        self.penalty, self.metrics = penalty, metrics
        self.clip_norm = None if clip_norm is None else real(clip_norm, "fit: clip_norm", 0.0, above=True)
        self.history = History()

    def epoch(self, batches: Sequence[Sequence[Sample]], bar: Any) -> None:
        """Take a step for each batch, and note the means."""
        totals = _Totals(self.metrics)
        for batch in batches:
            totals.add(self._step(batch, totals), len(batch))
            bar.set_postfix_str(f"loss {totals.mean_loss:.4g}", refresh=False)
            bar.update()
        self.history.loss.append(totals.mean_loss)
        for name, mean in totals.mean_metrics().items():
            self.history.metrics.setdefault(name, []).append(mean)

    def _step(self, batch: Sequence[Sample], totals: _Totals) -> float:
        before = [parameter.data for parameter in self.optimiser.parameters]
        predictions: list[Any] = []

        def closure() -> Value:
            self.optimiser.zero_grad()
            predictions[:] = [self.model(x) for x, _ in batch]
            total = self._mean_loss(predictions, batch)
            total.backward()
            if self.clip_norm is not None:
                clip_grad_norm(self.optimiser.parameters, self.clip_norm)
            return total

        steps = self.optimiser.steps
        try:
            loss = self.optimiser.step(closure)
        except BaseException:
            if self.optimiser.steps == steps:
                for parameter, number in zip(self.optimiser.parameters, before, strict=True):
                    parameter.data = number
            else:  # Ctrl-C waited for its end
                self.history.steps += 1
            raise
        self.history.steps += 1
        totals.measure(predictions, batch)
        return 0.0 if loss is None else loss.data

    def _mean_loss(self, predictions: Sequence[Any], batch: Sequence[Sample]) -> Value:
        losses = [self.loss(p, target) for p, (_, target) in zip(predictions, batch, strict=True)]
        total: Any = losses[0] if len(losses) == 1 else sum(losses) / len(losses)
        if self.penalty is not None:
            total = total + self.penalty()
        if not isinstance(total, Value) or total.op in ("", "constant"):
            raise TypeError(
                f"fit: the loss must be a Value that depends on parameters, not {described(total)}: does the model use "
                "them, and the loss the prediction?"
            )
        if not math.isfinite(total.data):
            raise DivergenceError(
                f"the loss became {total.data} in step {self.history.steps + 1} (epoch {len(self.history) + 1}); the "
                "parameters are as they were before it. Try a smaller lr, or clip_norm=1.0; autograd.blame(error.loss) "
                "tells where a gradient became nan",
                total,
                self.history,
            )
        return total

    def validate(self, samples: Sequence[Sample]) -> None:
        """Measure the samples held out."""
        if not samples:
            return
        totals = _Totals(self.metrics)
        with no_grad():
            for x, target in samples:
                prediction = self.model(x)
                loss = self.loss(prediction, target)
                totals.measure([prediction], [(x, target)])
                totals.add(loss.data if isinstance(loss, Value) else float(loss), 1)
        self.history.validation_loss.append(totals.mean_loss)
        for name, mean in totals.mean_metrics().items():
            self.history.metrics.setdefault(f"validation {name}", []).append(mean)


class _Totals:
    """Sums over samples, of the losses and of the metrics."""

    def __init__(self, metrics: Mapping[str, Metric]) -> None:
        self.metrics = metrics
        self.loss, self.count = 0.0, 0
        self.measured: dict[str, list[float]] = {name: [] for name in metrics}

    def add(self, mean_loss: float, count: int) -> None:
        self.loss += mean_loss * count
        self.count += count

    def measure(self, predictions: Sequence[Any], batch: Sequence[Sample]) -> None:
        for name, metric in self.metrics.items():
            for prediction, (_, target) in zip(predictions, batch, strict=True):
                number = metric(prediction, target)
                self.measured[name].append(number.data if isinstance(number, Value) else float(number))

    @property
    def mean_loss(self) -> float:
        return self.loss / self.count

    def mean_metrics(self) -> dict[str, float]:
        return {name: math.fsum(numbers) / len(numbers) for name, numbers in self.measured.items()}


class _Best:
    """The best epoch so far, and its parameters."""

    def __init__(self, parameters: Sequence[Value], patience: int | None, min_improvement: float) -> None:
        self.parameters, self.patience, self.min_improvement = parameters, patience, min_improvement
        self.loss = math.inf
        self.numbers: list[float] = []

    def passed(self, history: History) -> bool:
        """Take note of an epoch; tell whether the best one is too long ago."""
        present = (history.validation_loss or history.loss)[-1]
        if present < self.loss - self.min_improvement or not history.best_epoch:
            self.loss = present
            history.best_epoch = len(history)
            if self.patience is not None:
                self.numbers = [parameter.data for parameter in self.parameters]
        return self.patience is not None and len(history) - history.best_epoch >= self.patience

    def restore(self) -> None:
        """Put the parameters of the best epoch back."""
        for parameter, number in zip(self.parameters, self.numbers, strict=False):
            parameter.data = number


def _samples(data: Iterable[Sample], what: str) -> list[Sample]:
    """Return the samples as pairs."""
    wanted: Any = data
    if isinstance(wanted, (str, bytes, Mapping)) or not isinstance(wanted, Iterable):
        raise TypeError(f"fit: {what} must be pairs of an input and its target, not {type(data).__name__}")
    samples = [_sample(sample, position, what) for position, sample in enumerate(data)]
    if not samples:
        raise ValueError(f"fit: there are no samples in {what}")
    return samples


def _sample(sample: object, position: int, what: str) -> Sample:
    """Return an input and its target, arrays as lists, which are faster."""
    if not isinstance(sample, (tuple, list)) or len(sample) != 2:
        got = described(plain(sample))
        raise TypeError(
            f"fit: {what} must be pairs of an input and its target, but number {position} is {got}: of inputs X and "
            "targets y, write zip(X, y)"
        )
    return plain(sample[0]), plain(sample[1])


def _require_common_parameters(model: object, optimiser: Optimiser) -> None:
    if isinstance(model, Module) and not set(model.parameters()) & set(optimiser.parameters):
        raise ValueError("fit: the optimiser has none of the model's parameters: was it made for another model?")

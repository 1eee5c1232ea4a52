"""What `fit` does again and again: steps, epochs, and measuring the samples held out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograd import Value, sum
from nn.checking import real
from nn.clipping import clip_grad_norm
from nn.evaluation import Means, Metric, Sample, add_predictions
from nn.history import History
from nn.interrupts import uninterrupted
from nn.nesting import described
from nn.optimiser import Optimiser
from nn.parameters import assign


class DivergenceError(ArithmeticError):
    """The loss became nan or infinite; a step in which it did is not taken.

    Attributes:
        loss: the loss: a `Value`, whose graph can be looked into; of samples held out a number.
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

    def __reduce__(self) -> tuple[type[DivergenceError], tuple[str, Any, History]]:
        """Pickle with what there is to look into."""
        return type(self), (str(self), self.loss, self.history)


class Training:
    """The parts of a training that stay the same, and its history."""

    def __init__(
        self,
        model: Callable[[Any], Any],
        loss: Callable[[Any, Any], Any],
        optimiser: Optimiser,
        penalty: Callable[[], Any] | None,
        clip_norm: float | None,
        metrics: Mapping[str, Metric],
    ) -> None:
        """Keep the parts."""
        self.model, self.loss, self.optimiser = model, loss, optimiser
        self.penalty, self.metrics = penalty, metrics
        self.clip_norm = None if clip_norm is None else real(clip_norm, "fit: clip_norm", 0.0, above=True)
        self.history = History()
        self._begun, self._latest = optimiser.steps, 0.0

    def epoch(self, batches: Sequence[Sequence[Sample]], bar: Any) -> None:
        """Take a step for each batch, and note the means."""
        means, total, count = Means(self.metrics), 0.0, 0
        for batch in batches:
            means.add(self._step(batch), batch)
            total += self.history.step_losses[-1] * len(batch)
            count += len(batch)
            bar.set_postfix_str(f"loss {total / count:.4g}", refresh=False)
            bar.update()
        self.history.loss.append(total / count)
        self._note(means.all(), "")

    def validate(self, samples: Sequence[Sample]) -> None:
        """Measure the samples held out, if there are any."""
        if not samples:
            return
        losses, means = Means({"": self.loss}), Means(self.metrics)
        add_predictions(self.model, samples, losses, means)
        loss = losses.all()[""]
        if not math.isfinite(loss):
            what = f"the loss of the samples held out became {loss} after epoch {len(self.history)}"
            raise DivergenceError(f"{what}; {self._largest()}", loss, self.history)
        self.history.validation_loss.append(loss)
        self._note(means.all(), "validation ")

    def _largest(self) -> str:
        return f"the largest parameter is {max(abs(p.data) for p in self.optimiser.parameters):.3g} by now"

    def _note(self, means: Mapping[str, float], prefix: str) -> None:
        for name, mean in means.items():
            self.history.metrics.setdefault(prefix + name, []).append(mean)

    def _step(self, batch: Sequence[Sample]) -> list[Any]:
        """Take a step, and return the predictions before it; undo it where it is interrupted before its end."""
        before = [parameter.data for parameter in self.optimiser.parameters]
        predictions: list[Any] = []
        losses: list[float] = []

        def closure() -> Value:
            self.optimiser.zero_grad()
            predictions[:] = [self.model(x) for x, _ in batch]
            loss = self._mean_loss(predictions, batch)
            loss.backward()
            if self.clip_norm is not None:
                clip_grad_norm(self.optimiser.parameters, self.clip_norm)
            losses.append(loss.data)
            self._latest = losses[0]
            return loss

        steps = self.optimiser.steps
        try:
            self.optimiser.step(closure)
        except BaseException:
            if self.optimiser.steps == steps:
                with uninterrupted():
                    assign(self.optimiser.parameters, before)
            raise
        self.settle()
        return predictions

    def settle(self) -> None:
        """Note the loss of a step that was taken, also where Ctrl-C came between."""
        if len(self.history.step_losses) < self.optimiser.steps - self._begun:
            self.history.step_losses.append(self._latest)

    def _mean_loss(self, predictions: Sequence[Any], batch: Sequence[Sample]) -> Value:
        losses = [self.loss(p, target) for p, (_, target) in zip(predictions, batch, strict=True)]
        total: Any = losses[0] if len(losses) == 1 else sum(losses) / len(losses)
        if self.penalty is not None:
            total = total + self.penalty()
        if not isinstance(total, Value) or total.op in ("", "constant"):
            raise TypeError(
                f"fit: the loss must be a Value that depends on parameters, not {described(total)}: does the model use "
                "them, and the loss the prediction? (In a block of no_grad nothing depends on anything.)"
            )
        if not math.isfinite(total.data):
            advice = "no step was taken yet, so it is not the learning rate: look at the loss and the first parameters"
            if self.history.steps:
                advice = f"{self._largest()}: try a smaller lr, or clip_norm=1.0"
            what = f"the loss became {total.data} in step {self.history.steps + 1} (epoch {len(self.history) + 1})"
            message = f"{what}; the parameters are as they were before. {advice}"
            raise DivergenceError(message, total, self.history)
        return total

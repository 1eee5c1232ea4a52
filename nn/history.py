"""What `fit` has done, epoch by epoch."""

from __future__ import annotations

from typing import Any

from autograd import MissingExtraError

FEW = 20  # steps, below which they have no running mean


class History:
    """The course of a training: what was measured after each epoch. It shows itself as a plot in Jupyter.

    Attributes:
        loss: the mean loss of each epoch's batches, each before its step.
        validation_loss: the mean loss over the samples held out, after each epoch; empty without any.
        metrics: by name, the mean over each epoch; of the samples held out under ``"validation " + name``.
        step_losses: the mean loss of the batch of each step, before it.
        best_epoch: the epoch, from 1, whose loss was the lowest (held out, if there is any); 0 before the first.
        restored: whether the parameters are those of the best epoch.
        ended: why training ended.
        interrupted: whether it was by Ctrl-C.

    Example:
        >>> from nn import History
        >>> History()
        History(0 epochs, 0 steps: not begun)
    """

    def __init__(self) -> None:
        """Begin."""
        self.loss: list[float] = []
        self.validation_loss: list[float] = []
        self.metrics: dict[str, list[float]] = {}
        self.step_losses: list[float] = []
        self.best_epoch = 0
        self.restored = False
        self.ended = "not begun"
        self.interrupted = False

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.step_losses)

    def __len__(self) -> int:
        """Count the epochs."""
        return len(self.loss)

    def __bool__(self) -> bool:
        """Be true, also before the first epoch."""
        return True

    def __repr__(self) -> str:
        """Tell how long training took, from which loss to which, and why it ended."""
        parts = [f"{len(self):,} epoch{'s' * (len(self) != 1)}, {self.steps:,} step{'s' * (self.steps != 1)}"]
        last = self.best_epoch - 1 if self.restored else -1
        for name, numbers in self.curves().items():
            parts += [f"{name} {numbers[0]:.4g} → {numbers[last]:.4g}"]
        return f"History({', '.join(parts)}: {self.ended})"

    def curves(self) -> dict[str, list[float]]:
        """Return what there is to plot: the numbers by name, one for each epoch.

        Example:
            >>> from nn import History
            >>> history = History()
            >>> history.loss += [0.5, 0.25]
            >>> history.curves()
            {'loss': [0.5, 0.25]}
        """
        every = {"loss": self.loss, "validation loss": self.validation_loss, **self.metrics}
        return {name: numbers for name, numbers in every.items() if numbers}

    def plot(self, *, log: bool | None = None, steps: bool | None = None) -> Any:
        """Plot the losses over the epochs, and the metrics beside them; or the loss over the steps.

        A dotted line marks the best epoch if its parameters were kept.

        Args:
            log: whether the losses are on a logarithmic axis; by default if all are above 0, and the largest is more
                than 50 times the smallest.
            steps: whether to plot over the steps, with a running mean; by default if there is one epoch only.

        Returns:
            A `matplotlib.figure.Figure`; ``.savefig("training.svg")`` writes it.

        Raises:
            MissingExtraError: matplotlib is not installed.

        Example:
            >>> from nn import History
            >>> history = History()
            >>> history.loss += [0.5, 0.25]
            >>> len(history.plot().axes)
            1
        """
        from nn.plotting import plot_curves

        if steps or (steps is None and len(self) < 2):
            return plot_curves({"loss of the step": self.step_losses, **self._running_mean()}, log=log, unit="step")
        curves = self.curves()
        losses = {name: curves.pop(name) for name in ("loss", "validation loss") if name in curves}
        return plot_curves(losses, curves, log=log, marked=self.best_epoch if self.restored else 0)

    def _running_mean(self) -> dict[str, list[float]]:
        """Return the mean loss at each step, in which a step counts for less the longer ago it is; nothing of few."""
        if len(self.step_losses) < FEW:
            return {}
        kept = 1 - 1 / max(len(self.step_losses) / 20, 5)  # of the weight, from step to step
        total = weight = 0.0
        means = []
        for loss in self.step_losses:
            total, weight = kept * total + loss, kept * weight + 1
            means.append(total / weight)  # divided by the weights there were so far: it begins where the losses do
        return {"running mean": means}

    def _repr_png_(self) -> Any:
        """Show the plot in Jupyter; the text, where matplotlib is not installed."""
        if not self.step_losses:
            return None
        try:
            return self.plot()._repr_png_()
        except MissingExtraError:
            return None

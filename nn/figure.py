"""The figure that all plots are made on; imported when a plot is made, because it needs matplotlib."""

from __future__ import annotations

import io

from nn.extras import library

RESOLUTION = 200  # dots per inch of what a notebook shows: sharp where a pixel of the page is two


class Figure(library("matplotlib.figure", "plot", "plots").Figure):  # type: ignore[misc]  # whatever matplotlib has
    """A `matplotlib.figure.Figure` that shows itself in a notebook.

    matplotlib's own does so only where pyplot was set up to, with global state and a list of all open figures.
    """

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """Return the picture, and the size at which it is shown."""
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=RESOLUTION)
        wide, high = self.get_size_inches()
        return file.getvalue(), {"width": round(wide * RESOLUTION / 2), "height": round(high * RESOLUTION / 2)}

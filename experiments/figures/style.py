"""The look that all figures share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plants import SIGNALS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Colours that colour-blind readers can tell apart (Okabe and Ito 2008), darkest first.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555", "#000000")
RESOLUTION = 140  # dots per inch


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, apart from pyplot's global state; sizes in inches."""
    from matplotlib.figure import Figure  # Only where something is drawn: it takes its time.

    return Figure(figsize=(width, height), layout="constrained")


def plain(axes: Axes) -> Axes:
    """Axes with a light grid and without the upper and right frame."""
    axes.grid(True, color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return axes


def label(name: str) -> str:
    """Axis label of a signal, its first letter a capital."""
    text = SIGNALS[name].label
    return text[0].upper() + text[1:]


def shared_legend(figure: Figure, axes: Axes, columns: int | None = None) -> None:
    """One legend below all panels, with what one of them shows; by default in a single row."""
    handles, names = axes.get_legend_handles_labels()
    columns = max(1, min(columns or len(names), len(names)))
    figure.legend(handles, names, loc="outside lower center", ncols=columns, frameon=False)


def left_title(figure: Figure, text: str) -> None:
    """The title of the whole figure, at its left."""
    figure.suptitle(text, fontsize="medium", x=0.01, ha="left")


def save_figure(figure: Figure, path: Path) -> Path:
    """Write a figure in the format that the path's ending names; gives the path back."""
    import matplotlib

    with matplotlib.rc_context({"svg.fonttype": "none"}):  # text stays text
        figure.savefig(path, dpi=RESOLUTION)
    return path

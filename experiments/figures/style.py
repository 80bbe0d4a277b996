"""The look that all figures share."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from plants import SIGNALS
from plants.quantities import figure_defaults, printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
else:  # Names of types alone: Matplotlib takes its time to import.
    Axes = Figure = Any

#: Colours that colour-blind readers can tell apart (Okabe and Ito 2008), darkest first.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555", "#000000")
RESOLUTION = 140  # dots per inch
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
#: A figure, or what makes it when it is written.
Drawing: TypeAlias = "Figure | Callable[[], Figure]"


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


# About what an entry of a legend takes: its mark with the space around it, and a letter.
_MARK_INCHES, _LETTER_INCHES = 0.6, 0.085


def shared_legend(figure: Figure, axes: Axes, columns: int | None = None) -> None:
    """One legend below all panels, with what one of them shows; in a single row where it fits."""
    handles, names = axes.get_legend_handles_labels()
    widest = _MARK_INCHES + _LETTER_INCHES * max((len(name) for name in names), default=0)
    fitting = int(figure.get_figwidth() / widest)
    columns = max(1, min(columns or len(names), len(names), fitting))
    figure.legend(handles, names, loc="outside lower center", ncols=columns, frameon=False)


def left_title(figure: Figure, text: str) -> None:
    """The title of the whole figure, at its left."""
    figure.suptitle(text, fontsize="medium", x=0.01, ha="left")


def save_figure(drawing: Drawing, path: Path) -> Path:
    """Make and write a figure in the format that the path's ending names; gives the path back.

    The user's own settings of Matplotlib do not count, and text is shown as it is.

    Parameters
    ----------
    drawing : Figure or callable
        The figure, or what makes it; only of the latter the making is free of settings too.
    path : Path
        Where it goes.
    """
    with figure_defaults():
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        matplotlib.rcParams["svg.fonttype"] = "none"  # text stays text
        figure = drawing() if callable(drawing) else drawing
        FigureCanvasAgg(figure)
        _show_text_as_it_is(figure)
        figure.savefig(path, dpi=RESOLUTION)
    return path


def _show_text_as_it_is(figure: Figure) -> None:
    """No dollar sign begins a formula; powers at logarithmic axes are written without one."""
    from matplotlib.text import Text
    from matplotlib.ticker import LogFormatterMathtext, LogFormatterSciNotation

    class PlainPowers(LogFormatterSciNotation):
        def __call__(self, x: float, pos: int | None = None) -> str:
            return _plain_power(super().__call__(x, pos))

    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            major, minor = axis.get_major_formatter(), axis.get_minor_formatter()
            if isinstance(major, LogFormatterMathtext):
                axis.set_major_formatter(PlainPowers(labelOnlyBase=major.labelOnlyBase))
            if isinstance(minor, LogFormatterMathtext):
                axis.set_minor_formatter(PlainPowers(labelOnlyBase=minor.labelOnlyBase))
    for text in figure.findobj(Text):
        text.set_text(printable(text.get_text()))
        text.set_parse_math(False)
        text.set_usetex(False)


def _plain_power(formula: str) -> str:
    """A power of ten as Matplotlib writes it, without its markup.

    Examples
    --------
    >>> from experiments.figures.style import _plain_power
    >>> _plain_power(r"$\\mathdefault{10^{-3}}$")
    '10⁻³'
    """
    text = re.sub(r"\^\{(-?\d+)\}", lambda power: power[1].translate(_RAISED), formula)
    return (
        text.replace(r"$\mathdefault{", "")
        .replace("}$", "")
        .replace(r"\times", "\N{MULTIPLICATION SIGN}")
    )

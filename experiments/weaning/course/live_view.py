"""The line that shows a course of weaning while it runs, on a terminal's standard error."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from controllers import Decision
from experiments.weaning.course.labels import PHASE_WORDS, short_reason
from plants import Bedside
from plants.quantities import printable

Watch = Callable[[Decision, Bedside], None]


def live_line(decision: Decision, bedside: Bedside) -> str:
    """Hour, level, phase, true pressure and power, and what is awaited.

    Parameters
    ----------
    decision : Decision
        The last one.
    bedside : Bedside
        Where it was made.
    """
    truth = bedside.truth()
    line = (
        f"{bedside.hours:6.1f} h of {bedside.label_hours:g}  {decision.level}  "
        f"{PHASE_WORDS[decision.phase]:<24}  MAP {truth['map']:3.0f} mmHg  "
        f"CPO {truth['cardiac_power_output']:.2f} W"
    )
    waits = awaited(decision)
    return f"{line}  awaits: {waits}" if waits else line


def awaited(decision: Decision) -> str:
    """The first reason that speaks against going on; "" where none does.

    Examples
    --------
    >>> from controllers import Decision, Reason
    >>> from experiments.weaning.course.live_view import awaited
    >>> awaited(Decision(1.0, "P-8", "support", "hold", (Reason("no value of map"),)))
    'no value of MAP'
    """
    against = [reason for reason in decision.reasons if reason.opposes]
    return short_reason(against[0].text) if against else ""


@contextlib.contextmanager
def live() -> Iterator[Watch]:
    """Show a course while it runs; gives what :func:`run_course` calls after every decision."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda decision, bedside: None
        return
    with Live(console=console, refresh_per_second=4, transient=True) as shown:

        def watch(decision: Decision, bedside: Bedside) -> None:
            line = Text(printable(live_line(decision, bedside)), no_wrap=True, overflow="ellipsis")
            shown.update(line)

        yield watch

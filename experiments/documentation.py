"""The pages of the documentation that are made from what the code declares and from the results.

``python -m experiments.documentation`` rewrites them; run it from the root of the checkout.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from experiments.credibility import validation_page
from experiments.runs import RESULTS, markdown_table, replace_file
from experiments.trials import TRIAL_METRICS
from plants import (
    DEVICE_PARAMETERS,
    DEVICE_RATINGS,
    DISTURBANCES,
    PATIENT_PARAMETERS,
    SIGNALS,
    TIERS,
    InputError,
    tier_table,
)
from plants.beat import DEFAULT_STEP
from plants.patients import LEAST_STEP
from plants.quantities import Parameter
from plants.scenarios import VOLUME

#: Folder of the pages, seen from the root of the checkout.
FOLDER = Path("docs")
_REWRITE = "Made by `python -m experiments.documentation` from {}; a test compares the two."
_SIGNAL_COLUMNS = ("signal", "unit", "meaning", "low", "high", "from tier")
_PARAMETER_COLUMNS = ("parameter", "unit", "meaning", "low", "high")
_SENSOR_COLUMNS = ("signal", "unit", "noise", "bias", "interval [s]", "source", "tag")


class Named(Protocol):
    """What has a line of its own in a table: a signal, a parameter or a disturbance."""

    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def meaning(self) -> str: ...


def signals_page() -> str:
    """``docs/signals.md``: signals, sensors and measures of a trial."""
    sensors = [
        (
            f"`{sensor.signal}`",
            SIGNALS[sensor.signal].unit,
            sensor.noise_sd,
            sensor.bias_sd,
            sensor.interval,
            sensor.source,
            sensor.tag,
        )
        for sensor in tier_table("icu")
    ]
    own = [measure for name, measure in TRIAL_METRICS.items() if name not in SIGNALS]
    means = ", ".join(f"`{name}`" for name in TRIAL_METRICS if name in SIGNALS)
    return _page(
        "Signals",
        "Every quantity that is shown, stored, measured or rewarded is declared once, in "
        "`plants/quantities/signals.py`. Low and high are the bounds of the observation space. "
        "How the values are defined is told in [plant.md](plant.md#metrics-of-a-beat).",
        "## Waveforms",
        "A value at every instant; among the metrics of a beat the name stands for the mean.",
        markdown_table(_SIGNAL_COLUMNS, _signal_rows("waveform")),
        "## Metrics of a beat",
        markdown_table(_SIGNAL_COLUMNS, _signal_rows("beat")),
        "## Sensors",
        "Standard deviations of white noise and of an error drawn once for each run, in the unit "
        "of the signal; interval 0 is a value at each measurement. Tier `icu` shows all of these, "
        "`console` those that the tables above mark so, `full` every signal exactly.",
        markdown_table(_SENSOR_COLUMNS, sensors),
        "## Measures of a trial",
        "What `simulate` with a controller and `benchmark` report of a whole course. "
        f"These are means over the course, under the names of their signals: {means}. "
        "The others:",
        markdown_table(("measure", "unit", "meaning"), [_named(measure) for measure in own]),
    )


def parameters_page() -> str:
    """``docs/parameters.md``: parameters of patients and devices, and disturbances."""
    disturbances = [
        (
            *_named(disturbance),
            disturbance.neutral,
            disturbance.low,
            disturbance.high,
            disturbance.combine,
        )
        for disturbance in (*DISTURBANCES.values(), VOLUME)
    ]
    columns = ("disturbance", "unit", "meaning", "neutral", "low", "high", "two events")
    return _page(
        "Parameters",
        "Names, units and the ranges in which a file may give a value. Files and tags are "
        "described in [patients-and-devices.md](patients-and-devices.md).",
        "## Patient",
        "Published circuits are within these ranges. A small resistance between stiff compartments "
        "asks for a small integration step: the largest stable one, `Plant.largest_step()`, is "
        "taken where it is less than the usual "
        f"{1e3 * DEFAULT_STEP:g} ms, and a patient with whom it would be less than "
        f"{1e3 * LEAST_STEP:g} ms is refused (see [plant.md](plant.md#in-time)).",
        markdown_table(_PARAMETER_COLUMNS, _parameter_rows(PATIENT_PARAMETERS)),
        "## Device",
        markdown_table(_PARAMETER_COLUMNS, _parameter_rows(DEVICE_PARAMETERS)),
        "## Ratings of a device",
        "Facts that the equations do not use; each may be left out of a file.",
        markdown_table(_PARAMETER_COLUMNS, _parameter_rows(DEVICE_RATINGS)),
        "## Disturbances",
        "What an event of a scenario may act on; see "
        "[scenarios-and-sensors.md](scenarios-and-sensors.md). The last, `volume`, is the form "
        "that a user gives an infusion in: the plant receives its rate.",
        markdown_table(columns, disturbances),
    )


def pages(results: Path = RESULTS) -> dict[str, str]:
    """Every page by its file name.

    Parameters
    ----------
    results : Path
        Folder of the reference results.

    Raises
    ------
    InputError
        A table of the results is not there.
    """
    return {
        "signals.md": signals_page(),
        "parameters.md": parameters_page(),
        "validation.md": _made(validation_page(results), "the reference results"),
    }


def write(folder: Path = FOLDER, results: Path = RESULTS) -> tuple[Path, ...]:
    """Rewrite the pages; each file is replaced as a whole.

    Raises
    ------
    InputError
        There is no such folder, or a table of the results is missing.
    """
    if not folder.is_dir():
        raise InputError("folder", os.fspath(folder), "a folder; run it from the checkout's root")
    written = []
    for name, text in pages(results).items():
        replace_file(folder / name, text.encode())
        written.append(folder / name)
    return tuple(written)


def _page(title: str, *parts: str) -> str:
    return _made("\n\n".join([f"# {title}", *parts]), "what the code declares")


def _made(text: str, source: str) -> str:
    return f"{text}\n\n{_REWRITE.format(source)}\n"


def _signal_rows(kind: str) -> list[tuple[object, ...]]:
    return [
        (*_named(signal), signal.low, signal.high, _first_tier(signal.name))
        for signal in SIGNALS.values()
        if signal.kind == kind
    ]


def _first_tier(name: str) -> str:
    """The tier that shows least and still shows the signal."""
    return next(tier for tier in TIERS if name in {s.signal for s in tier_table(tier)})


def _parameter_rows(table: Mapping[str, Parameter]) -> list[tuple[object, ...]]:
    return [(*_named(parameter), parameter.low, parameter.high) for parameter in table.values()]


def _named(named: Named) -> tuple[str, str, str]:
    return f"`{named.name}`", named.unit, named.meaning


def main() -> int:
    """Rewrite the pages below the working folder and say so."""
    try:
        for path in write():
            print(path)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

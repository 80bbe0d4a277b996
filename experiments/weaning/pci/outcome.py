"""What an intervention gave: its course as plain data, and measures of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.weaning.pci.trial import PERIOD, PciTrial
from plants import Intervention
from plants.simulation import DIED, LEFT

#: Signals that are noted every second.
RECORDED_SIGNALS = (
    *("map", "cardiac_output", "pump_flow", "pcwp", "pulse_pressure", "heart_rate"),
    *("cardiac_power_output", "pump_speed", "suction"),
)
#: How an intervention ends.
OUTCOMES = ("well", "failed", DIED, LEFT, "label")


@dataclass(frozen=True)
class PciCourse:
    """What an intervention gave; plain data.

    Attributes
    ----------
    trial : PciTrial
        What was run.
    patient : str
        Name of the individual.
    outcome : str
        One of :data:`OUTCOMES`: off and well, off and too low a pressure, died, beyond what the
        model can tell, or still supported when the label's time ended.
    reason : str
        In words and numbers.
    seconds : float
        Time on the pump, s.
    intervention : Intervention
        When balloons were up.
    supported, unsupported : dict of str to list of float
        ``time`` (s) and the signals of :data:`RECORDED_SIGNALS`, every second;
        ``supported`` goes on after the pump is out.
    decisions : list of dict
        ``seconds``, ``level``, ``phase``, ``action``, ``reasons``, ``met`` of every decision that
        changed something.
    boosted : float
        Time above the highest speed that may be held, s.
    unsupported_end : str
        Why the unsupported patient's course ended early; "" where it did not.
    beyond_life, unsupported_beyond_life : str
        Metrics with which no patient lives, each with its worst value; "" where there are none.
    """

    trial: PciTrial
    patient: str
    outcome: str
    reason: str
    seconds: float
    intervention: Intervention
    supported: dict[str, list[float]]
    unsupported: dict[str, list[float]]
    decisions: list[dict[str, Any]]
    boosted: float
    unsupported_end: str
    beyond_life: str = ""
    unsupported_beyond_life: str = ""


def measures(rows: dict[str, list[float]], until: float, low: float) -> dict[str, float]:
    """Lowest and mean values up to a time, and the time below a pressure.

    Parameters
    ----------
    rows : dict of str to list of float
        Of a :class:`PciCourse`.
    until : float
        Time, s.
    low : float
        Mean arterial pressure, mmHg.

    Examples
    --------
    >>> from experiments.weaning.pci.outcome import measures
    >>> rows = {"time": [0.0, 1.0, 2.0], "map": [70.0, 50.0, 80.0],
    ...         "cardiac_output": [4.0, 2.0, 4.5], "pump_flow": [2.0, 2.5, 2.1]}
    >>> measures(rows, until=1.5, low=60.0)["seconds_map_low"]
    1.0
    """
    taken = np.array(rows["time"]) <= until
    pressure, output, flow = (
        np.array(rows[name])[taken] for name in ("map", "cardiac_output", "pump_flow")
    )
    return {
        "min_map": float(pressure.min()),
        "seconds_map_low": PERIOD * float((pressure < low).sum()),
        "min_cardiac_output": float(output.min()),
        "mean_cardiac_output": float(output.mean()),
        "mean_pump_flow": float(flow.mean()),
    }

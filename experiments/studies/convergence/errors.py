"""Errors of a case: schemes and steps against a tight reference, smoothed against sharp valves.

What is compared is what a user reads: the metrics of a periodic beat. Each scheme and step finds
its own periodic beat; the reference is scipy's DOP853 at a tolerance of 1e-10.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.studies.convergence.schemes import (
    SCHEMES,
    ReferenceBeat,
    SchemeMap,
    reference_beat,
)
from plants import BeatMap, Patient, PhysicsError, Plant, Pump, steady_state

#: Limits on the relative error of beat means and of extremes within the beat.
MEAN_LIMIT, EXTREME_LIMIT = 1e-3, 5e-3
#: Metrics that are integrals over the beat.
MEANS = (
    "map",
    "cardiac_output",
    "native_flow",
    "pump_flow",
    "pcwp",
    "cvp",
    "mpap",
    "lv_pressure",
    "lv_volume",
    "stroke_work",
    "cardiac_power_output",
    "motor_current",
    "hemolysis_rate",
)
#: Metrics taken at an instant of the beat.
EXTREMES = (
    "systolic",
    "diastolic",
    "lvedp",
    "lvedv",
    "lvesv",
    "lv_peak_pressure",
    "pa_systolic",
    "pa_diastolic",
    "pump_flow_max",
    "pump_flow_min",
)
# Flows that may be near zero are measured against the flow that circulates.
_FLOWS = ("native_flow", "pump_flow", "pump_flow_max", "pump_flow_min")
STEPS = (0.0005, 0.001, 0.002, 0.0025, 0.004, 0.005)  # s
WIDTHS = (0.1, 0.05, 0.02, 0.01, 0.005)  # mmHg
SHARP = 5e-4  # mmHg: stands for a valve without smoothing
_UNSTABLE = {
    "mean_error": float("nan"),
    "mean_metric": "unstable",
    "extreme_error": float("nan"),
    "extreme_metric": "unstable",
    "within_limits": False,
}
_FINE = 2.5e-4  # s: step at which only the width is seen


@dataclass(frozen=True)
class Case:
    """A plant at a speed, and why it is looked at."""

    patient: str
    device: str | None
    level: str | None
    reason: str
    blood_loss: float = 0.0

    @property
    def name(self) -> str:
        """For tables."""
        loss = f" less {self.blood_loss:g} mL" if self.blood_loss else ""
        support = f"{self.device} {self.level}" if self.device else "no pump"
        return f"{self.patient}{loss}, {support}"

    def plant(self, **changes: float) -> Plant:
        """The plant, with other patient parameters where given."""
        patient = Patient.load(self.patient)
        if self.blood_loss:
            changes["blood_volume"] = patient["blood_volume"] - self.blood_loss
        if changes:
            patient = patient.replace(
                None, description=None, source="convergence study", tag="X", **changes
            )
        return Plant(patient, self.device)

    @property
    def speed(self) -> float:
        """Speed, rpm."""
        return Pump.load(self.device).speed(self.level) if self.device and self.level else 0.0


CASES = (
    Case("healthy", None, None, "valves open and shut, strong ventricle"),
    Case("healthy", "CP", "P-0", "leak through the stopped pump"),
    Case("healthy", "CP", "P-9", "suction", blood_loss=300.0),
    Case("hfref", "5.5", "P-9", "aortic valve at the edge of opening"),
    Case("shock-c", "CP", "P-2", "low support"),
    Case("shock-d", "CP", "P-5", "aortic valve opens briefly"),
    Case("shock-e", "CP", "P-8", "aortic valve stays shut"),
    # At P-9 a course settles into a cycle of beats, for which the reference has no method.
    Case("rv-failure", "5.5", "P-8", "suction sets in"),
    Case("biventricular-shock", "2.5", "P-8", "highest head for the flow"),
)


def relative_errors(
    metrics: Mapping[str, float], reference: Mapping[str, float]
) -> dict[str, float]:
    """Relative error of every compared metric; of flows, relative to the circulating flow."""
    errors = {}
    for name in (*MEANS, *EXTREMES):
        scale = abs(reference["cardiac_output"] if name in _FLOWS else reference[name])
        difference = abs(metrics[name] - reference[name])
        errors[name] = difference / scale if scale else difference
    return errors


def integration_errors(
    case: Case, steps: Sequence[float] = STEPS, schemes: Sequence[str] = tuple(SCHEMES)
) -> list[dict[str, Any]]:
    """Worst errors of every scheme and step.

    Parameters
    ----------
    case : Case
        What is integrated.
    steps : sequence of float
        Nominal steps, s; a beat is a whole number of steps, so that it may be a little shorter.
    schemes : sequence of str
        Names from :data:`experiments.studies.convergence.schemes.SCHEMES`.

    Returns
    -------
    list of dict
        Rows with case, scheme, step [ms], stability limit [ms], worst error of means and of
        extremes with the metric's name, and whether both lie within the limits. Errors are NaN
        where no periodic beat was found: the step is unstable.
    """
    plant = case.plant()
    reference = reference_beat(plant, case.speed)
    return [
        _scheme_errors(case, plant, scheme, step, reference) for scheme in schemes for step in steps
    ]


def _scheme_errors(
    case: Case, plant: Plant, scheme: str, step: float, reference: ReferenceBeat
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "case": case.name,
        "reason": case.reason,
        "scheme": scheme,
        "step_ms": 1e3 * step,
        "stability_limit_ms": 1e3 * plant.largest_step(),
    }
    try:
        beat = steady_state(
            plant, case.speed, start=reference.state, beats=SchemeMap(plant, scheme, step)
        )
    except PhysicsError:
        return row | _UNSTABLE
    worst = _worst(relative_errors(beat.metrics, reference.metrics), "error")
    within = worst["mean_error"] <= MEAN_LIMIT and worst["extreme_error"] <= EXTREME_LIMIT
    return row | worst | {"within_limits": within}


def _worst(errors: Mapping[str, float], what: str) -> dict[str, Any]:
    """The worst of the means and of the extremes, as columns of a table."""
    mean = max(MEANS, key=lambda name: errors[name])
    extreme = max(EXTREMES, key=lambda name: errors[name])
    return {
        f"mean_{what}": errors[mean],
        "mean_metric": mean,
        f"extreme_{what}": errors[extreme],
        "extreme_metric": extreme,
    }


def smoothing_changes(case: Case, widths: Sequence[float] = WIDTHS) -> list[dict[str, Any]]:
    """How far the valve smoothing moves the results from those of an all but sharp valve.

    Returns
    -------
    list of dict
        Rows with case, width [mmHg], change of MAP [mmHg], worst relative change of beat means and
        extremes with the metric's name.
    """
    rows = []
    sharp = case.plant(valve_smoothing=SHARP)
    start = steady_state(sharp, case.speed, beats=BeatMap(sharp, step=_FINE))
    for width in widths:
        plant = case.plant(valve_smoothing=width)
        beats = BeatMap(plant, step=_FINE)
        metrics = steady_state(plant, case.speed, start=start.state, beats=beats).metrics
        row = {
            "case": case.name,
            "width_mmHg": width,
            "map_change_mmHg": metrics["map"] - start.metrics["map"],
        }
        rows.append(row | _worst(relative_errors(metrics, start.metrics), "change"))
    return rows

"""After the pump is out: the same patient, unsupported, followed for two days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from plants.bedside.events import HourScenario
from plants.bedside.orders import ClinicalOrders
from plants.bedside.run import BedsideRun
from plants.bedside.settings import BedsideSettings
from plants.plant import BeyondLife, LifeWatch
from plants.quantities import HOUR_SLACK, SECONDS_PER_HOUR, SIGNALS, PhysicsError, clipped
from plants.simulation import DeathWatch, fall_cause, is_fatal
from plants.slow import SLOW_INPUTS
from plants.slow.laws import DOSES
from plants.therapies import Death

#: Disturbances that act on a pump and not on the patient.
PUMP_POSITION_DISTURBANCES = ("inlet_depth", "wall_contact", "mitral_contact")
_FLOWS = ("map", "cardiac_index", "cardiac_power_output", "pcwp", "cvp", "papi", "heart_rate")
#: What a follow-up notes every hour.
RECORDED_SIGNALS = (*_FLOWS, "lactate", "mitral_regurgitant_fraction", *DOSES, "stunned")


class _Limit(NamedTuple):
    """The number that limits a signal, by its name, and to which side."""

    number: str
    side: Literal["below", "above"]

    def broken(self, value: float, edge: float) -> bool:
        return value < edge if self.side == "below" else value > edge


_LIMITS = {
    "map": _Limit("map_low", "below"),
    "cardiac_index": _Limit("ci_low", "below"),
    "pcwp": _Limit("pcwp_high", "above"),
    "cvp": _Limit("cvp_high", "above"),
    "lactate": _Limit("lactate_high", "above"),
}
_STEP = 1.0  # h, between two looks


@dataclass(frozen=True)
class FollowUp:
    """What became of a patient without the pump.

    Attributes
    ----------
    result : {"well", "failed"}
        Whether the circulation held.
    reason : str
        Why not, with the number and its limit; or what it ended with.
    cause : str
        Why not, in a few words that are equal for all patients: the signal beyond its limit, or of
        a death its cause as in :attr:`~plants.Bedside.cause`; "" where the circulation held.
    hours : float
        How long until the result was plain, h after the removal.
    died : bool
        Whether the circulation came to an end.
    times : tuple of float
        Hours after the removal.
    recorded : dict of str to tuple of float
        The signals of :data:`RECORDED_SIGNALS` at those hours.
    beyond_life : tuple of BeyondLife
        The worst values with which no patient lives.
    """

    result: str
    reason: str
    cause: str
    hours: float
    died: bool = False
    times: tuple[float, ...] = ()
    recorded: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    beyond_life: tuple[BeyondLife, ...] = ()


def follow_unsupported(
    run: BedsideRun,
    orders: ClinicalOrders,
    scenario: HourScenario,
    settings: BedsideSettings,
    death: Death,
) -> FollowUp:
    """Follow a patient hour by hour after the removal of the pump.

    Failed is who dies, or whose pressure, cardiac index, wedge or central venous pressure, lactate
    or need of a vasopressor is beyond its limit of ``plants/data/weaning/bedside.toml`` for hours
    on end. What is left of an inotrope is taken off within a day, because nobody is well who stays
    on it; the vasopressor follows the clinicians' rule.

    Parameters
    ----------
    run : BedsideRun
        The patient without a pump; it is moved.
    orders : ClinicalOrders
        What is being given at the removal; it is moved.
    scenario : HourScenario
        What happens meanwhile.
    settings : BedsideSettings
        Limits.
    death : Death
        Of the therapy.

    Raises
    ------
    PhysicsError
        The model breaks down, and not the circulation.
    """
    limits, watch, life = settings["explant"], DeathWatch(death), LifeWatch()
    begin, since = run.slow.hours, dict[str, float]()
    rows: list[dict[str, float]] = []
    times: list[float] = []

    def follow_up(result: str, reason: str, cause: str = "", *, died: bool = False) -> FollowUp:
        recorded = {name: tuple(row[name] for row in rows) for name in RECORDED_SIGNALS}
        lasted = run.slow.hours - begin
        return FollowUp(result, reason, cause, lasted, died, tuple(times), recorded, life.beyond)

    try:
        metrics = run.metrics()
        while run.slow.hours < begin + limits["hours"] - HOUR_SLACK:
            given = orders.without_pump(metrics)
            run.diuresis = given.pop("diuresis")
            run.slow.give(**infusions_at(given, scenario, run.slow.hours))
            run.advance(_STEP, 0.0, patient_disturbances(scenario, run.slow.hours))
            metrics = run.metrics()
            now = run.slow.hours - begin
            times.append(now)
            rows.append({name: metrics[name] for name in RECORDED_SIGNALS})
            life.look(metrics)
            if watch.died(metrics, _STEP * SECONDS_PER_HOUR):
                reason = f"died: {_value_text(death.signal, metrics)}"
                return follow_up("failed", reason, fall_cause(death), died=True)
            failing = _failing(metrics, given, limits) if now > limits["grace"] else {}
            since = {name: since.get(name, now) for name in failing}
            for name, reason in failing.items():
                if now - since[name] >= limits["lasting"] - HOUR_SLACK:
                    return follow_up("failed", reason, name)
    except PhysicsError as error:
        if not is_fatal(error):
            raise
        return follow_up("failed", f"died: {error}", error.kind.value, died=True)
    return follow_up(
        "well",
        f"{limits['hours']:g} h without the pump: "
        + ", ".join(_value_text(name, metrics) for name in ("map", "cardiac_index", "pcwp")),
    )


def _failing(
    metrics: Mapping[str, float], given: Mapping[str, float], limits: Mapping[str, float]
) -> dict[str, str]:
    """What is beyond its limit, with the reason in words."""
    failing = {}
    for name, limit in _LIMITS.items():
        edge = limits[limit.number]
        if limit.broken(metrics[name], edge):
            failing[name] = f"{_value_text(name, metrics)}, {limit.side} {edge:g}"
    if given["vasopressor"] > limits["vasopressor_high"]:
        dose, most = given["vasopressor"], limits["vasopressor_high"]
        failing["vasopressor"] = f"vasopressor {dose:.2f} ug/kg/min, above {most:g}"
    return failing


def _value_text(name: str, metrics: Mapping[str, float]) -> str:
    return f"{SIGNALS[name].meaning} {metrics[name]:.3g} {SIGNALS[name].unit}"


def patient_disturbances(scenario: HourScenario, hours: float) -> dict[str, float]:
    """Disturbances that act on a patient without a pump."""
    acting = scenario.disturbances(hours)
    return {name: value for name, value in acting.items() if name not in PUMP_POSITION_DISTURBANCES}


def infusions_at(
    orders: Mapping[str, float], scenario: HourScenario, hours: float
) -> dict[str, float]:
    """Orders and events together, held within the ranges of the slow inputs."""
    given = {name: value for name, value in orders.items() if name in SLOW_INPUTS}
    given["bleeding"] = 0.0
    for name, value in scenario.given(hours).items():
        given[name] += value
    return {name: clipped(value, SLOW_INPUTS[name]) for name, value in given.items()}

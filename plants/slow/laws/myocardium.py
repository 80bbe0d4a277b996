"""Stunned myocardium: it recovers under unloading and perfusion, relapses, or is lost.

A stunned ventricle holds back part of its contractility. Of that part three shares are told
apart: stunned (it may come back), infarcted (it will not), and recovered, which is the rest. At
time 0 all of it is stunned, because the patient was identified in that state.

* Recovery is first order, ``Ees(t) = Ees0 + dEes (1 - exp(-(t - t0)/tau))``, times a drive that
  is about 1 under good support: adequate coronary perfusion and a ventricle relieved of its load.
  The delay t0 is a chain of three lags that fills while perfusion is adequate.
* Low perfusion or a load above that at the start stuns anew, within hours.
* Perfusion lower still turns stunned into infarcted myocardium, and takes contractility away
  that the patient still had.

The load is the mean of two ratios to the unsupported ventricle: end-diastolic wall tension
(pressure times radius, the law of Laplace) and oxygen demand (pressure-volume area times heart
rate, over the contractility that is there to meet it). Tension alone would praise an inotrope,
which lowers the filling pressure and raises the demand.

References
----------
Braunwald E, Kloner RA (1982) Circulation 66:1146 (stunning). Suga H (1979) Am J Physiol 236:H498
(pressure-volume area and oxygen demand). Canty JM (1988) Circ Res 63:821 (coronary pressure
below which autoregulation fails, about 40 mmHg).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

import casadi as ca
import numpy as np

from plants.circulation import gate, positive_part, saturated
from plants.quantities import parameter_table
from plants.slow.laws.declare import SlowInput, SlowState

_HOURS_PER_DAY = 24.0
_STAGES = 3
# Rounded corners: of the end-diastolic pressure (mmHg), the volume (mL), the pressure-volume area
# (mmHg.mL), the load ratio and the delay (d); small against anything that matters.
_PRESSURE_CORNER, _VOLUME_CORNER, _AREA_CORNER, _LOAD_CORNER, _DELAY_CORNER = 0.5, 1, 10, 0.01, 0.1

STATES = (
    SlowState("stunned", "1", "share of the recoverable contractility still stunned", 0, 1),
    SlowState("infarcted", "1", "share of the recoverable contractility lost for good", 0, 1),
    *(
        SlowState(f"recovery_onset_{stage}", "1", "stage of the delay of recovery", 0, 1)
        for stage in range(1, _STAGES + 1)
    ),
    SlowState("tension_reference", "mmHg.mm", "end-diastolic wall tension unsupported", 0, 1e4),
    SlowState("demand_reference", "mmHg.mL/min", "oxygen demand unsupported", 0, 2e7),
)
INPUTS: tuple[SlowInput, ...] = ()
PARAMETERS = parameter_table(
    ("recoverable", "1", "gain of LV contractility when recovered; 0 never recovers", 0, 10),
    ("rv_recoverable", "1", "the same of the right ventricle", 0, 10),
    ("recovery_time", "d", "time constant of recovery under good support (tau)", 0.25, 30),
    ("recovery_delay", "d", "delay of recovery (t0)", 0, 10),
    ("spontaneous_recovery", "1", "drive of recovery without any unloading", 0, 1),
    ("load_tension_share", "1", "weight of wall tension against oxygen demand", 0, 1),
    ("good_relief", "1", "relief of load that counts as good support", 0.02, 0.9),
    ("overload_margin", "1", "load above that of the start that is borne", 0, 1),
    ("overload_span", "1", "further load that stuns at the full rate", 0.02, 2),
    ("unsupported_tension", "mmHg.mm", "wall tension unsupported; 0 takes the first beat", 0, 1e4),
    ("unsupported_demand", "mmHg.mL/min", "demand unsupported; 0 takes the first beat", 0, 2e7),
    ("coronary_critical_pressure", "mmHg", "coronary perfusion pressure that half suffices", 5, 90),
    ("coronary_infarct_pressure", "mmHg", "coronary perfusion pressure that half infarcts", 0, 60),
    ("coronary_width", "mmHg", "width of both thresholds", 1, 30),
    ("stunning_time", "h", "time constant of renewed stunning", 0.5, 200),
    ("infarction_time", "h", "time constant of infarction without perfusion", 0.5, 500),
    ("infarct_loss", "1", "share of present contractility lost when all is infarcted", 0, 0.9),
)


def wall_tension(m: SimpleNamespace) -> ca.SX:
    """End-diastolic wall tension of a sphere (mmHg.mm): pressure times radius over two."""
    volume = positive_part(m.lvedv, _VOLUME_CORNER) * 1e3  # mm^3
    radius = (3 * volume / (4 * np.pi)) ** (1 / 3)
    return positive_part(m.lvedp, _PRESSURE_CORNER) * radius / 2


def oxygen_demand(m: SimpleNamespace) -> ca.SX:
    """Pressure-volume area per minute (mmHg.mL/min), with which oxygen consumption rises."""
    return positive_part(m.pressure_volume_area, _AREA_CORNER) * m.heart_rate


def unsupported_load(metrics: Mapping[str, float]) -> dict[str, float]:
    """The parameters that fix the load without support, from the metrics of an unsupported beat.

    Without them the first beat of a run counts as unsupported.

    Examples
    --------
    >>> from plants.slow.laws.myocardium import unsupported_load
    >>> beat = {"lvedp": 27.0, "lvedv": 138.0, "pressure_volume_area": 4166.0, "heart_rate": 105.0}
    >>> {name: round(value) for name, value in unsupported_load(beat).items()}
    {'unsupported_tension': 433, 'unsupported_demand': 437431}
    """
    m = SimpleNamespace(**metrics)
    return {
        "unsupported_tension": float(wall_tension(m)),
        "unsupported_demand": float(oxygen_demand(m)),
    }


def contractility(s: SimpleNamespace, p: SimpleNamespace) -> ca.SX:
    """LV contractility relative to that of the identified patient: exactly 1 at time 0."""
    recovered = 1 - s.stunned - s.infarcted
    return 1 + p.recoverable * recovered - p.infarct_loss * s.infarcted


def load(s: SimpleNamespace, m: SimpleNamespace, p: SimpleNamespace) -> ca.SX:
    """Load of the ventricle relative to the unsupported one: 1 when nothing relieves it.

    A ventricle that has recovered bears more work: the demand counts relative to the present
    contractility, without what a drug adds to it.
    """
    tension = wall_tension(m) / s.tension_reference
    demand = oxygen_demand(m) / (s.demand_reference * contractility(s, p))
    return p.load_tension_share * tension + (1 - p.load_tension_share) * demand


def _perfused(m: SimpleNamespace, critical: ca.SX, p: SimpleNamespace) -> ca.SX:
    """Share (0 to 1) to which the coronary perfusion pressure exceeds a critical one."""
    return gate(m.coronary_perfusion_pressure - critical, p.coronary_width)


def recovery_drive(s: SimpleNamespace, m: SimpleNamespace, p: SimpleNamespace) -> ca.SX:
    """Speed of recovery (0 to 1) relative to that under good support, the delay apart."""
    relief = positive_part(1 - load(s, m, p), _LOAD_CORNER)
    unloading = p.spontaneous_recovery + (1 - p.spontaneous_recovery) * saturated(
        relief / p.good_relief
    )
    return unloading * _perfused(m, p.coronary_critical_pressure, p)


def start(p: Mapping[str, float], m: Mapping[str, float]) -> dict[str, float]:
    """All stunned, nothing lost, and the load of the unsupported ventricle."""
    first = unsupported_load(m)
    onset = {f"recovery_onset_{stage}": 0.0 for stage in range(1, _STAGES + 1)}
    return {
        "stunned": 1.0,
        "infarcted": 0.0,
        **onset,
        "tension_reference": p["unsupported_tension"] or first["unsupported_tension"],
        "demand_reference": p["unsupported_demand"] or first["unsupported_demand"],
    }


def rates(
    s: SimpleNamespace, m: SimpleNamespace, u: SimpleNamespace, p: SimpleNamespace
) -> dict[str, ca.SX]:
    """Rates of change per hour; the references of the load stay."""
    onset = [getattr(s, f"recovery_onset_{stage}") for stage in range(1, _STAGES + 1)]
    perfused = _perfused(m, p.coronary_critical_pressure, p)
    overload = positive_part(load(s, m, p) - 1 - p.overload_margin, _LOAD_CORNER)
    setback = 1 - perfused + saturated(overload / p.overload_span)
    recovering = onset[-1] * recovery_drive(s, m, p) / (_HOURS_PER_DAY * p.recovery_time)
    dying = (1 - _perfused(m, p.coronary_infarct_pressure, p)) / p.infarction_time
    recovered = 1 - s.stunned - s.infarcted
    stage_time = _HOURS_PER_DAY * positive_part(p.recovery_delay, _DELAY_CORNER) / _STAGES
    changes = {
        "stunned": setback * recovered / p.stunning_time - (recovering + dying) * s.stunned,
        "infarcted": dying * s.stunned,
        "tension_reference": ca.SX(0),
        "demand_reference": ca.SX(0),
    }
    for stage, (before, now) in enumerate(zip([perfused, *onset], onset, strict=False), 1):
        changes[f"recovery_onset_{stage}"] = (before - now) / stage_time
    return changes


def effects(s: SimpleNamespace, u: SimpleNamespace, p: SimpleNamespace) -> dict[str, ca.SX]:
    """Factors on the contractility of both ventricles; the right one only recovers."""
    return {
        "lv_contractility": contractility(s, p),
        "rv_contractility": 1 + p.rv_recoverable * (1 - s.stunned - s.infarcted),
    }


def outputs(
    s: SimpleNamespace, m: SimpleNamespace, u: SimpleNamespace, p: SimpleNamespace
) -> dict[str, ca.SX]:
    """Shares of stunned and infarcted myocardium, drive of recovery and load of the ventricle."""
    return {
        "stunned": s.stunned,
        "infarcted": s.infarcted,
        "recovery_drive": recovery_drive(s, m, p),
        "ventricular_load": load(s, m, p),
    }

"""Stunned myocardium: it recovers under unloading and perfusion, relapses, or is lost.

A stunned ventricle holds back part of its contractility. Of that part three shares are told
apart: stunned (it may come back), infarcted (it will not), and recovered, which is the rest. At
time 0 all of it is stunned, because the patient was identified in that state.

* Recovery is first order, ``Ees(t) = Ees0 + dEes (1 - exp(-(t - t0)/tau))``, times a drive that
  is about 1 under good support: adequate coronary perfusion and a ventricle relieved of its load.
  The delay t0 is a chain of three lags that fills while perfusion is adequate.
* A stunned ventricle relaxes incompletely: its stiffness falls as it recovers, by the same share.
* Low perfusion or a load above that at the start stuns anew, within hours.
* Perfusion lower still turns stunned into infarcted myocardium, and takes contractility away
  that the patient still had.

Perfusion is measured by what drives blood through the wall in the mean of the beat, which the
coronary bed tells (:mod:`plants.circulation.coronary`). Diastolic pressure less end-diastolic
pressure, which is read at the bedside, is a difference of two instants: it calls a strong heart
with a low diastolic pressure as badly perfused as one in shock.

The load is the mean of two ratios to the unsupported ventricle: end-diastolic wall tension
(pressure times radius, the law of Laplace) and oxygen demand (pressure-volume area times heart
rate, over the contractility that is there to meet it). Tension alone would praise an inotrope,
which lowers the filling pressure and raises the demand.

What perfusion does to contraction within a minute, and takes back as soon, is the coronary bed's
(:mod:`plants.circulation.coronary`); here is only what hours of it leave behind. The two factors
multiply, and each is 1 where the other acts alone: low perfusion weakens at once, and stuns in
hours what had recovered.

References
----------
Braunwald E, Kloner RA (1982) Circulation 66:1146 (stunning). Przyklenk K, Patel B, Kloner RA
(1987) Am J Cardiol 60:1211 (diastolic abnormalities of stunned myocardium, recalled). Suga H
(1979) Am J Physiol 236:H498 (pressure-volume area and oxygen demand). Buckberg GD et al. (1972)
Circ Res 30:67 (diastolic pressure-time as supply). Canty JM (1988) Circ Res 63:821 (coronary
pressure below which autoregulation fails, about 40 mmHg).
"""

from __future__ import annotations

import casadi as ca
import numpy as np

from plants.circulation import gate, positive_part, saturated
from plants.plant import BeatMetrics
from plants.quantities import HOURS_PER_DAY, field_names
from plants.slow.declarations import myocardium as declared

States = declared.States
Parameters = declared.Parameters

# Stages of the delay of recovery.
_STAGES = 3
# Rounded corners: of the end-diastolic pressure (mmHg), the volume (mL), the pressure-volume area
# (mmHg.mL), the load ratio and the delay (d); small against anything that matters.
_PRESSURE_CORNER, _VOLUME_CORNER, _AREA_CORNER, _LOAD_CORNER, _DELAY_CORNER = 0.5, 1, 10, 0.01, 0.1


def wall_tension(lvedv: ca.SX | float, lvedp: ca.SX | float) -> ca.SX:
    """End-diastolic wall tension of a sphere (mmHg.mm): pressure times radius over two.

    Parameters
    ----------
    lvedv, lvedp : SX or float
        End-diastolic volume (mL) and pressure (mmHg).
    """
    volume = positive_part(lvedv, _VOLUME_CORNER) * 1e3  # mm^3
    radius = (3 * volume / (4 * np.pi)) ** (1 / 3)
    return positive_part(lvedp, _PRESSURE_CORNER) * radius / 2


def oxygen_demand(pressure_volume_area: ca.SX | float, heart_rate: ca.SX | float) -> ca.SX:
    """Pressure-volume area per minute (mmHg.mL/min), with which oxygen consumption rises."""
    return positive_part(pressure_volume_area, _AREA_CORNER) * heart_rate


def contractility(s: States, p: Parameters) -> ca.SX:
    """LV contractility relative to that of the identified patient: exactly 1 at time 0."""
    recovered = 1 - s.stunned - s.infarcted
    return 1 + p.recoverable * recovered - p.infarct_loss * s.infarcted


def stiffness(softening: ca.SX, s: States) -> ca.SX:
    """Diastolic stiffness of a ventricle relative to that of the identified patient."""
    return 1 - softening * (1 - s.stunned - s.infarcted)


def load(s: States, m: BeatMetrics, p: Parameters) -> ca.SX:
    """Load of the ventricle relative to the unsupported one: 1 when nothing relieves it.

    A ventricle that has recovered bears more work: the demand counts relative to the present
    contractility, without what a drug adds to it.
    """
    tension = wall_tension(m.lvedv, m.lvedp) / s.tension_reference
    demand = oxygen_demand(m.pressure_volume_area, m.heart_rate) / (
        s.demand_reference * contractility(s, p)
    )
    return p.load_tension_share * tension + (1 - p.load_tension_share) * demand


def _perfused(m: BeatMetrics, critical: ca.SX, p: Parameters) -> ca.SX:
    """Share (0 to 1) to which the coronary driving pressure exceeds a critical one."""
    return gate(m.coronary_driving_pressure - critical, p.coronary_width)


def recovery_drive(s: States, m: BeatMetrics, p: Parameters) -> ca.SX:
    """Speed of recovery (0 to 1) relative to that under good support, the delay apart."""
    relief = positive_part(1 - load(s, m, p), _LOAD_CORNER)
    unloading = p.spontaneous_recovery + (1 - p.spontaneous_recovery) * saturated(
        relief / p.good_relief
    )
    return unloading * _perfused(m, p.coronary_critical_pressure, p)


def start(p: Parameters, m: BeatMetrics) -> dict[str, float]:
    """All stunned, nothing lost, and the load of the unsupported ventricle."""
    tension = float(wall_tension(m.lvedv, m.lvedp))
    demand = float(oxygen_demand(m.pressure_volume_area, m.heart_rate))
    return dict.fromkeys(field_names(States), 0.0) | {
        "stunned": 1.0,
        "tension_reference": p.unsupported_tension or tension,
        "demand_reference": p.unsupported_demand or demand,
    }


def rates(s: States, m: BeatMetrics, u: object, p: Parameters) -> dict[str, ca.SX]:
    """Rates of change per hour; the references of the load stay."""
    perfused = _perfused(m, p.coronary_critical_pressure, p)
    overload = positive_part(load(s, m, p) - 1 - p.overload_margin, _LOAD_CORNER)
    setback = 1 - perfused + saturated(overload / p.overload_span)
    drive = s.recovery_onset_3 * recovery_drive(s, m, p)
    recovering = drive / (HOURS_PER_DAY * p.recovery_time)
    dying = (1 - _perfused(m, p.coronary_infarct_pressure, p)) / p.infarction_time
    recovered = 1 - s.stunned - s.infarcted
    stage_time = HOURS_PER_DAY * positive_part(p.recovery_delay, _DELAY_CORNER) / _STAGES
    return {
        "stunned": setback * recovered / p.stunning_time - (recovering + dying) * s.stunned,
        "infarcted": dying * s.stunned,
        "recovery_onset_1": (perfused - s.recovery_onset_1) / stage_time,
        "recovery_onset_2": (s.recovery_onset_1 - s.recovery_onset_2) / stage_time,
        "recovery_onset_3": (s.recovery_onset_2 - s.recovery_onset_3) / stage_time,
        "tension_reference": ca.SX(0),
        "demand_reference": ca.SX(0),
    }


def effects(s: States, u: object, p: Parameters) -> dict[str, ca.SX]:
    """Factors on contractility and stiffness of both ventricles; the right one only recovers."""
    return {
        "lv_contractility": contractility(s, p),
        "rv_contractility": 1 + p.rv_recoverable * (1 - s.stunned - s.infarcted),
        "lv_stiffness": stiffness(p.lv_softening, s),
        "rv_stiffness": stiffness(p.rv_softening, s),
    }


def outputs(s: States, m: BeatMetrics, u: object, p: Parameters) -> dict[str, ca.SX]:
    """Shares of stunned and infarcted myocardium, drive of recovery and load of the ventricle."""
    return {
        "stunned": s.stunned,
        "infarcted": s.infarcted,
        "recovery_drive": recovery_drive(s, m, p),
        "ventricular_load": load(s, m, p),
    }

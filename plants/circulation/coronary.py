"""The coronary bed of the left ventricle: what perfuses it, what it asks for, and what follows.

Two indices are states, each the low-passed pressure that its name says:

- the supply, what drives blood through the wall: the aortic pressure above the pressure at which
  flow ceases and a share of the ventricle's, all of which squeezes the innermost layer and none the
  outermost;
- the demand, the pressure that the wall generates, by which its consumption goes.

A dilated bed passes hyperemic flow, a conductance times the supply. Autoregulation gives what is
asked for as long as that is less. Contractility follows both: mildly the supply (Gregg's effect),
and steeply the ratio of hyperemic to demanded flow where the reserve is used up (ischemia).

No blood leaves the circuit here: the bed is part of the systemic resistance. The right ventricle's
bed, which is perfused throughout the beat, has no law.

References
----------
Buckberg GD, Fixler DE, Archie JP, Hoffman JIE (1972) Experimental subendocardial ischemia in dogs
with normal coronary arteries. Circ Res 30:67 (pressure-time index of the diastole as supply).
Spaan JAE, Breuls NPW, Laird JD (1981) Diastolic-systolic coronary flow differences are caused by
intramyocardial pump action in the anesthetized dog. Circ Res 49:584 (pressure within the wall).
Sarnoff SJ et al. (1958) Hemodynamic determinants of oxygen consumption of the heart. Am J Physiol
192:148 (tension-time index as demand).
Suga H et al. (1988) Effect of coronary perfusion pressure on oxygen consumption and pressure-volume
area. Am J Physiol 254:H292 (Emax falls by 17 % from 82 to 51 mmHg and by 56 % at 32 mmHg).
Maughan WL, Sunagawa K (1984) Factors affecting the end-systolic pressure-volume relationship. Fed
Proc 43:2408 (elastance falls progressively below a critical coronary pressure).
"""

from __future__ import annotations

import casadi as ca

from plants.circulation.smooth import hinge, ramp
from plants.circulation.structures import CirculationState, PatientParameters

# Power of the smooth minimum of hyperemic and demanded flow: 8 % below both where they are equal.
_MINIMUM_POWER = 8
# Rounded corner of the driving pressure, mmHg; a guess, small against that of a diastole.
_DRIVE_CORNER = 2.0


def driving_pressure(aorta: ca.SX, ventricle: ca.SX, p: PatientParameters) -> ca.SX:
    """What drives blood through the wall now, mmHg; 0 where it is squeezed shut."""
    around = p.coronary_compression * ventricle + p.coronary_zero_flow
    return hinge(aorta - around, _DRIVE_CORNER)


def coronary_rates(
    x: CirculationState, drive: ca.SX, active: ca.SX, p: PatientParameters
) -> tuple[ca.SX, ca.SX]:
    """Rates of change (mmHg/s) of supply and demand.

    Parameters
    ----------
    x : CirculationState
        The state.
    drive : SX
        From :func:`driving_pressure`, mmHg.
    active : SX
        Pressure that the wall of the left ventricle generates, mmHg.
    p : PatientParameters
        The patient.
    """
    return (
        (drive - x.coronary_supply) / p.coronary_time,
        (active - x.coronary_demand) / p.coronary_time,
    )


def hyperemic_flow(supply: ca.SX, p: PatientParameters) -> ca.SX:
    """What the dilated bed passes at a mean supply (mmHg), mL/min."""
    return p.coronary_conductance * supply


def demanded_flow(demand: ca.SX, p: PatientParameters) -> ca.SX:
    """What the ventricle asks for at a mean demand (mmHg), mL/min."""
    return p.coronary_basal_flow + p.coronary_pressure_flow * demand


def flow_reserve(hyperemic: ca.SX, demanded: ca.SX) -> ca.SX:
    """Hyperemic over present flow, which is what is demanded as long as the bed passes it."""
    return (1 + (hyperemic / demanded) ** _MINIMUM_POWER) ** (1 / _MINIMUM_POWER)


def perfusion_factor(supply: ca.SX, demand: ca.SX, p: PatientParameters) -> ca.SX:
    """Factor on the contractility of the left ventricle; 1 at reference supply without ischemia."""
    gregg = 1 + p.coronary_gregg * (supply - p.coronary_reference)
    reserve = hyperemic_flow(supply, p) / demanded_flow(demand, p)
    met = ramp(reserve - p.coronary_critical_reserve, p.coronary_reserve_width)
    ischemia = p.coronary_floor + (1 - p.coronary_floor) * met
    return 1 + p.coronary_coupling * (gregg * ischemia - 1)

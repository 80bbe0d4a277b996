"""Complications that strike by chance: cumulative hazards of bleeding, malposition and the limb.

Each cumulative hazard H grows at a rate that the run itself sets; the chance of an event by time t
is ``1 - exp(-H(t))``. An event happens when H crosses a threshold drawn once from the standard
exponential distribution (:func:`hazard_thresholds`), so that the same seed gives the same events
however the run is integrated, and a better-run patient has them later or never.

* Major bleeding: from the access, most on the first day, more for a wider pump and a surgical
  access; from anticoagulation; and from the loss of large von Willebrand multimers to shear, which
  follows the tip speed of the rotor, with more where plasma-free hemoglobin is high.
* Malposition that is not put right within hours: the way to hemolysis, which itself is decided by
  the plasma-free hemoglobin. Its rate rises with the tip speed, in a small ventricle and for the
  small pumps by the published hazard ratio of hemolysis.
* Limb ischemia: a base rate by femoral access, and more the less the limb is perfused.

The levels are calibrated to published incidences over the label duration; see the data file.

References
----------
Gallone G et al. (hemolysis, hazard ratio of 2.5 or CP against 5.0 or 5.5). Flierl U et al. (2017)
Crit Care (acquired von Willebrand syndrome under Impella).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import casadi as ca
import numpy as np
from numpy.typing import ArrayLike

from plants.circulation import gate, positive_part, saturated
from plants.plant import BeatMetrics
from plants.quantities import (
    MM_PER_FRENCH,
    SECONDS_PER_MINUTE,
    InputError,
    check_seed,
    field_names,
    stream,
)
from plants.slow.declarations import AllInputs, AllParameters, AllStates, hazards as declared
from plants.slow.laws.hemolysis import SIGNIFICANT_PFHB
from plants.slow.laws.limb import limb_perfusion

States = declared.States
Parameters = declared.Parameters


#: The cumulative hazards, in the order of their thresholds.
HAZARDS = ("bleeding_hazard", "malposition_hazard", "limb_hazard")

# The pump whose incidences the hazards are calibrated to, Fr: a CP.
_REFERENCE_FRENCH = 14.0
# Width over which a pump counts as small, Fr: pumps of 12 and 14 do, of 21 do not.
_SMALL_WIDTH = 1.0
_VOLUME_CORNER = 1.0  # mL


def tip_speed(speed: ca.SX, french: ca.SX) -> ca.SX:
    """Tip speed (m/s) of a rotor at a speed (rpm); its diameter is taken as the pump's.

    Examples
    --------
    >>> from plants.slow.laws.hazards import tip_speed
    >>> round(tip_speed(44000.0, 14.0), 2), round(tip_speed(30000.0, 21.0), 2)
    (10.75, 11.0)
    """
    return math.pi * french * MM_PER_FRENCH * 1e-3 * speed / SECONDS_PER_MINUTE


def access_parameters(
    access: str, pump_french: float, sheath_french: float | None
) -> dict[str, float]:
    """The parameters that say how a device came in.

    Parameters
    ----------
    access : str
        Access as the device's file names it.
    pump_french : float
        Diameter of the pump, Fr.
    sheath_french : float, optional
        What stays in the artery, Fr; None where it is not known, which counts as nothing.

    Raises
    ------
    InputError
        The access is not text.

    Examples
    --------
    >>> from plants.slow.laws import access_parameters
    >>> access_parameters("axillary cut-down", 21.0, 23.0)
    {'pump_french': 21.0, 'sheath_french': 23.0, 'femoral': 0.0, 'surgical': 1.0}
    """
    if not isinstance(access, str):
        raise InputError("access", access, "text such as 'femoral percutaneous'")
    vein = "vein" in access
    return {
        "pump_french": pump_french,
        "sheath_french": sheath_french or 0.0,
        "femoral": float("femoral" in access and not vein),
        "surgical": float(not vein and "percutaneous" not in access),
    }


def hazard_thresholds(seed: int) -> dict[str, float]:
    """Cumulative hazard at which each event happens: standard exponential draws.

    Each hazard has a stream of its own, so that one more hazard leaves the others' draws alone.

    Raises
    ------
    InputError
        The seed is refused.

    Examples
    --------
    >>> from plants import hazard_thresholds
    >>> hazard_thresholds(7) == hazard_thresholds(7), sorted(hazard_thresholds(7))
    (True, ['bleeding_hazard', 'limb_hazard', 'malposition_hazard'])
    """
    seed = check_seed(seed)
    return {
        name: float(stream("hazard threshold", seed, member=name).standard_exponential())
        for name in HAZARDS
    }


def event_times(
    hours: ArrayLike, hazards: Mapping[str, ArrayLike], limits: Mapping[str, float]
) -> dict[str, float]:
    """When each cumulative hazard first reaches its threshold, by linear interpolation.

    Parameters
    ----------
    hours : array_like, shape (n,)
        Times, h, rising.
    hazards : Mapping of str to array_like, shape (n,)
        Cumulative hazards at these times, by name.
    limits : Mapping of str to float
        The threshold of each hazard, from :func:`hazard_thresholds`.

    Returns
    -------
    dict of str to float
        Time of each event, h; infinity where there is none.

    Raises
    ------
    InputError
        The times do not rise, a hazard has another length or falls, or a threshold is missing.

    Examples
    --------
    >>> from plants import event_times
    >>> event_times([0, 10, 20], {"limb_hazard": [0.0, 0.1, 0.3]}, {"limb_hazard": 0.2})
    {'limb_hazard': 15.0}
    """
    times = np.asarray(hours, dtype=float)
    if times.ndim != 1 or not len(times) or not np.all(np.diff(times) > 0):
        raise InputError("hours", hours, "rising times in hours")
    times_of = {}
    for name, series in hazards.items():
        values = np.asarray(series, dtype=float)
        # False for NaN too.
        if values.shape != times.shape or not np.all(np.diff(values) >= 0):
            raise InputError(name, series, f"{len(times)} numbers that never fall")
        if name not in limits:
            raise InputError(name, None, "a hazard that has a threshold")
        times_of[name] = _first_reached(times, values, limits[name])
    return times_of


def _first_reached(times: np.ndarray, values: np.ndarray, limit: float) -> float:
    after = int(np.searchsorted(values, limit, side="left"))
    if after == len(values):
        return math.inf
    if after == 0:
        return float(times[0])
    share = (limit - values[after - 1]) / (values[after] - values[after - 1])
    return float(times[after - 1] + share * (times[after] - times[after - 1]))


def start(p: AllParameters, m: BeatMetrics) -> dict[str, float]:
    """A fresh wound, intact von Willebrand factor and no hazard run up yet."""
    return dict.fromkeys(field_names(States), 0.0) | {"access_wound": 1.0}


def _relative_tip_speed(m: BeatMetrics, p: AllParameters) -> ca.SX:
    return tip_speed(m.pump_speed, p.pump_french) / p.reference_tip_speed


def bleeding_rate(s: AllStates, p: AllParameters) -> ca.SX:
    """Hazard of major bleeding, 1/h."""
    size = (p.pump_french / _REFERENCE_FRENCH) ** p.bleeding_size_exponent
    surgical = 1 + (p.bleeding_surgical_factor - 1) * p.surgical
    access = p.bleeding_access * size * surgical * s.access_wound / p.bleeding_access_time
    # 0 without a device, 1 for any that there is.
    present = p.pump_french**2 / (1 + p.pump_french**2)
    hemolysis = 1 + p.bleeding_hemolysis * saturated(s.pfhb / SIGNIFICANT_PFHB)
    shear = p.bleeding_shear * s.vwf_loss * hemolysis
    return present * (access + p.bleeding_anticoagulation + shear)


def malposition_rate(m: BeatMetrics, p: AllParameters) -> ca.SX:
    """Hazard of a malposition that lasts, 1/h; nothing while the pump stands still."""
    small = gate(p.malposition_small_french - p.pump_french, _SMALL_WIDTH)
    size = 1 + (p.malposition_small_factor - 1) * small
    # Between 0 in a huge and 2 in an empty ventricle.
    reference = p.malposition_volume
    room = 2 * reference / (reference + positive_part(m.lvedv, _VOLUME_CORNER))
    return p.malposition_rate * size * room * _relative_tip_speed(m, p) ** 2


def limb_rate(m: BeatMetrics, u: AllInputs, p: AllParameters) -> ca.SX:
    """Hazard of limb ischemia, 1/h; none unless the access is femoral."""
    lacking = 1 - limb_perfusion(m.map - m.cvp, u.distal_perfusion, p)
    return p.femoral * (p.limb_hazard_base + p.limb_hazard_ischemia * lacking)


def rates(s: AllStates, m: BeatMetrics, u: AllInputs, p: AllParameters) -> dict[str, ca.SX]:
    """Rates of change per hour."""
    shear = _relative_tip_speed(m, p) ** 2
    return {
        "access_wound": -s.access_wound / p.bleeding_access_time,
        "vwf_loss": (shear / (1 + shear) - s.vwf_loss) / p.vwf_time,
        "bleeding_hazard": bleeding_rate(s, p),
        "malposition_hazard": malposition_rate(m, p),
        "limb_hazard": limb_rate(m, u, p),
    }


def effects(s: AllStates, u: AllInputs, p: AllParameters) -> dict[str, ca.SX]:
    """None: what an event does is the scenario's to say."""
    return {}


def outputs(s: AllStates, m: BeatMetrics, u: AllInputs, p: AllParameters) -> dict[str, ca.SX]:
    """The cumulative hazards and the loss of von Willebrand factor."""
    return {
        "bleeding_hazard": s.bleeding_hazard,
        "malposition_hazard": s.malposition_hazard,
        "limb_hazard": s.limb_hazard,
        "vwf_loss": s.vwf_loss,
    }

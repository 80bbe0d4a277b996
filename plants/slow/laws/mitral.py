"""Functional mitral regurgitation: a valve that leaks when the ventricle is large and full.

A dilated ventricle pulls the leaflets apart. The leak grows with the end-diastolic volume above
the one up to which the patient's valve closes, and with the end-diastolic pressure that stretches
the annulus, and saturates. Under full support the ventricle is small and the valve tight; a low
level lets the ventricle grow and reveals the leak.

References
----------
Carabello BA (2008) J Am Coll Cardiol 52:319 (functional regurgitation follows the ventricle).
Zoghbi WA et al. (2017) J Am Soc Echocardiogr 30:303 (grades of the ASE). Hatle L, Angelsen B
(1985) Doppler Ultrasound in Cardiology (simplified Bernoulli equation, ``dP = 4 v^2``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import casadi as ca
import numpy as np

from plants.circulation import positive_part, saturated
from plants.plant import BeatMetrics
from plants.quantities import InputError, Parameter, check_number
from plants.slow.declarations import mitral as declared

States = declared.States
Parameters = declared.Parameters

_EXCESS_CORNER = 2.0  # mL: over which the valve begins to leak


Grade = Literal["none", "mild", "moderate", "severe"]
MITRAL_GRADES: tuple[Grade, ...] = ("none", "mild", "moderate", "severe")
# Lower bounds of mild, moderate and severe. ASE: orifice 0.2 and 0.4 cm2 and volume 60 mL (the
# project's reference on weaning); volume 30 mL and fractions 30 and 50 % recalled from the same
# guideline. Below the bounds of mild (guess) echo shows a trace at most.
_ORIFICE_CM2 = (0.02, 0.2, 0.4)
_VOLUME_ML = (5.0, 30.0, 60.0)
_FRACTION = (0.05, 0.3, 0.5)

_FRACTION_RANGE = Parameter("regurgitant_fraction", "1", "regurgitant fraction", 0, 1)
_VOLUME_RANGE = Parameter("regurgitant_volume", "mL", "regurgitant volume", 0, 500)
_LEAK_RANGE = Parameter("leak", "mL/s/mmHg", "regurgitant conductance", 0, 10)
_GRADIENT_RANGE = Parameter("gradient", "mmHg", "mean systolic gradient", 0, 300)
_ORIFICE_RANGE = Parameter("orifice", "cm2", "effective regurgitant orifice", 0, 5)
# v [m/s] = sqrt(dP/4), so 1 cm2 passes 100 cm/s * sqrt(dP)/2 = 50 sqrt(dP) mL/s.
_ML_S_PER_CM2 = 50.0
# Share of the way from full support to the low level, both without a leak, over which a hidden leak
# stays hidden. Guess.
_STILL_CLOSED = 0.4


def effective_orifice(leak: float, gradient: float) -> float:
    """Effective regurgitant orifice area (cm2) of a leak at a gradient between LV and LA.

    The plant's leak is a conductance, ``Q = G dP``; an orifice passes ``Q = A v`` with the
    velocity of the simplified Bernoulli equation, ``dP = 4 v^2`` (m/s). They agree at the gradient
    given: ``A = G sqrt(dP) / 50``. Under a pump that lowers the LV pressure the same conductance
    therefore reads as a smaller orifice.

    Parameters
    ----------
    leak : float
        Regurgitant conductance, mL/s/mmHg: the patient's own and the functional leak.
    gradient : float
        Mean systolic gradient, mmHg.

    Raises
    ------
    InputError
        An argument is no finite number or out of its range.

    Examples
    --------
    >>> from plants.slow.laws import effective_orifice
    >>> effective_orifice(2.0, 100.0)
    0.4
    """
    conductance = check_number(leak, _LEAK_RANGE, "leak", None)
    root = check_number(gradient, _GRADIENT_RANGE, "gradient", None) ** 0.5
    return conductance * root / _ML_S_PER_CM2


def echo_grade(
    regurgitant_fraction: float, regurgitant_volume: float, orifice: float | None = None
) -> Grade:
    """Grade of mitral regurgitation as an echo report words it: the worst any measure gives.

    Parameters
    ----------
    regurgitant_fraction : float
        Backward over forward flow through the mitral valve.
    regurgitant_volume : float
        mL per beat.
    orifice : float, optional
        Effective regurgitant orifice area, cm2.

    Returns
    -------
    {"none", "mild", "moderate", "severe"}

    Raises
    ------
    InputError
        A measure is no finite number or out of its range.

    Examples
    --------
    >>> from plants import echo_grade
    >>> echo_grade(0.02, 1.0), echo_grade(0.35, 25.0), echo_grade(0.35, 62.0)
    ('none', 'moderate', 'severe')
    """
    measures: list[tuple[float | None, Parameter, tuple[float, float, float]]] = [
        (regurgitant_fraction, _FRACTION_RANGE, _FRACTION),
        (regurgitant_volume, _VOLUME_RANGE, _VOLUME_ML),
        (orifice, _ORIFICE_RANGE, _ORIFICE_CM2),
    ]
    worst = 0
    for value, wanted, bounds in measures:
        if value is None:
            if wanted is not _ORIFICE_RANGE:
                raise InputError(wanted.name, value, "a number")
            continue
        number = check_number(value, wanted, wanted.name, None)
        worst = max(worst, int(np.searchsorted(bounds, number, side="right")))
    return MITRAL_GRADES[worst]


def hidden_regurgitation(
    full: Mapping[str, float],
    low: Mapping[str, float],
    leak: float,
    pressure_weight: float,
    leak_limit: float,
) -> dict[str, float]:
    """Parameters of a valve that is tight at full support and leaks at a low level.

    Parameters
    ----------
    full, low : Mapping of str to float
        Metrics of a beat at full support and at the low level, both without a functional leak.
    leak : float
        Functional leak at the low level, mL/s/mmHg, below the limit.
    pressure_weight : float
        The parameter ``mitral_pressure_weight``, mL/mmHg.
    leak_limit : float
        The parameter ``mitral_leak_limit``, mL/s/mmHg.

    Raises
    ------
    InputError
        The low level does not fill the ventricle more than full support does, or the leak is not
        below the limit.

    Examples
    --------
    >>> from plants.slow.laws import hidden_regurgitation
    >>> full, low = {"lvedv": 200.0, "lvedp": 17.0}, {"lvedv": 205.0, "lvedp": 19.0}
    >>> sorted(hidden_regurgitation(full, low, 2.0, 4.0, 4.0))
    ['mitral_competent_pressure', 'mitral_competent_volume', 'mitral_tethering']
    """
    fuller = end_diastolic_stretch(low, pressure_weight) - end_diastolic_stretch(
        full, pressure_weight
    )
    if not fuller > 0:
        raise InputError("low", fuller, "a beat that is fuller than at full support, in mL")
    closed = _STILL_CLOSED * fuller
    return {
        "mitral_competent_volume": full["lvedv"] + closed,
        "mitral_competent_pressure": full["lvedp"],
        "mitral_tethering": tethering_of(leak, fuller - closed, leak_limit),
    }


def end_diastolic_stretch(metrics: Mapping[str, float], pressure_weight: float) -> float:
    """Stretch (mL) of the left ventricle at end diastole: its volume, and its pressure as mL.

    Parameters
    ----------
    metrics : Mapping of str to float
        Metrics of a beat.
    pressure_weight : float
        The parameter ``mitral_pressure_weight``, mL/mmHg.

    Examples
    --------
    >>> from plants.slow.laws import end_diastolic_stretch
    >>> end_diastolic_stretch({"lvedv": 200.0, "lvedp": 15.0}, 4.0)
    260.0
    """
    return float(_stretch(metrics["lvedv"], metrics["lvedp"], pressure_weight))


def _stretch(
    volume: ca.SX | float, pressure: ca.SX | float, weight: ca.SX | float
) -> ca.SX | float:
    return volume + weight * pressure


def leak_target(lvedv: ca.SX | float, lvedp: ca.SX | float, p: Parameters) -> ca.SX:
    """Leak (mL/s/mmHg) towards which the valve tends at an end-diastolic volume and pressure."""
    weight = p.mitral_pressure_weight
    closing = _stretch(p.mitral_competent_volume, p.mitral_competent_pressure, weight)
    excess = _stretch(lvedv, lvedp, weight) - closing
    wanted = p.mitral_tethering * positive_part(excess, _EXCESS_CORNER)
    return p.mitral_leak_limit * saturated(wanted / p.mitral_leak_limit)


def tethering_of(leak: float, excess: float, limit: float) -> float:
    """Tethering (1/s/mmHg) with which a valve leaks so much: the inverse of :func:`leak_target`.

    Parameters
    ----------
    leak : float
        Functional leak, mL/s/mmHg, below the limit.
    excess : float
        Stretch beyond that up to which the valve closes, mL.
    limit : float
        The parameter ``mitral_leak_limit``, mL/s/mmHg.

    Raises
    ------
    InputError
        The leak is not below the limit.

    Examples
    --------
    >>> from plants.slow.laws import tethering_of
    >>> round(tethering_of(1.0, 20.0, 4.0), 4)
    0.0499
    """
    return _unlimited(leak, limit) / float(positive_part(excess, _EXCESS_CORNER))


def excess_of(leak: float, tethering: float, limit: float) -> float:
    """Stretch (mL) beyond the closing one at which a valve leaks so much: another inverse.

    Parameters
    ----------
    leak : float
        Functional leak, mL/s/mmHg, above 0 and below the limit.
    tethering : float
        The parameter ``mitral_tethering``, 1/s/mmHg, above 0.
    limit : float
        The parameter ``mitral_leak_limit``, mL/s/mmHg.

    Raises
    ------
    InputError
        The leak is not below the limit.

    Examples
    --------
    >>> from plants.slow.laws import excess_of, tethering_of
    >>> round(excess_of(1.0, tethering_of(1.0, 20.0, 4.0), 4.0), 9)
    20.0
    """
    opened = _unlimited(leak, limit) / tethering
    # The inverse of positive_part.
    return opened - _EXCESS_CORNER**2 / (4.0 * opened)


def _unlimited(leak: float, limit: float) -> float:
    """What a leak would be, did it not come to its limit."""
    share = leak / limit
    if not share < 1.0:
        raise InputError("leak", leak, f"below the limit of {limit:g} mL/s/mmHg")
    return leak / (1.0 - share**4) ** 0.25


def start(p: Parameters, m: BeatMetrics) -> dict[str, float]:
    """The leak that belongs to the ventricle of the first beat."""
    return {"functional_leak": float(leak_target(m.lvedv, m.lvedp, p))}


def rates(s: States, m: BeatMetrics, u: object, p: Parameters) -> dict[str, ca.SX]:
    """The leak follows the ventricle; per hour."""
    target = leak_target(m.lvedv, m.lvedp, p)
    return {"functional_leak": (target - s.functional_leak) / p.mitral_time}


def effects(s: States, u: object, p: Parameters) -> dict[str, ca.SX]:
    """The functional leak adds to the valve's own (mL/s/mmHg)."""
    return {"mitral_leak": s.functional_leak}


def outputs(s: States, m: BeatMetrics, u: object, p: Parameters) -> dict[str, ca.SX]:
    """The functional leak (mL/s/mmHg)."""
    return {"functional_leak": s.functional_leak}

"""How fast the valves and short vessels of a circuit move: what a stable step follows from."""

from __future__ import annotations

import math
from collections.abc import Mapping

#: The fastest rate of the circuit times the step must stay inside RK4's stability region.
STABILITY_LIMIT = 2.2
#: A patient whose largest stable step (s) is shorter is refused: a beat would take twenty times as
#: long as with the usual 2 ms. A choice, below what published circuits ask for (0.14 ms).
LEAST_STEP = 1e-4
# Filling pressure (mmHg) at which the passive stiffness of a chamber is taken: a high one.
_FULL_PRESSURE = 30.0
# The same of the arteries, and of those of the lungs.
_ARTERIAL_PRESSURE, _LUNG_PRESSURE = 120.0, 50.0
# The same of the pericardium.
_PERICARDIAL_PRESSURE = 15.0


def circuit_rates(
    p: Mapping[str, float], outside: Mapping[str, float] | None = None
) -> dict[str, float]:
    """Rates (1/s) of the valves and short vessels: the stiffness on both sides over a resistance.

    A chamber is as stiff as it contracts or as it is filled.

    Parameters
    ----------
    p : mapping of str to float
        A patient's values.
    outside : mapping, optional
        Disturbances that are not neutral: a stronger heart is stiffer.

    Returns
    -------
    dict of str to float
        By the name of the resistance.

    Examples
    --------
    >>> from plants import Patient
    >>> from plants.patients import circuit_rates
    >>> rates = circuit_rates(Patient.load("healthy").values)
    >>> max(rates, key=rates.get)
    'r_aortic'
    """

    def factor(name: str) -> float:
        return 1.0 if outside is None else outside.get(name, 1.0)

    def chamber(name: str, contractility: float = 1.0) -> float:
        alpha = p[f"{name}_alpha"] * factor(f"{name}_stiffness")
        passive = alpha * (_FULL_PRESSURE + p[f"{name}_beta"]) + p[f"{name}_linear"]
        return max(p[f"{name}_ees"] * contractility, passive) + pericardium

    pericardium = p["pericardium_coupling"] * p["pericardium_lambda"] * _PERICARDIAL_PRESSURE
    lv, rv = (chamber(name, factor(f"{name}_contractility")) for name in ("lv", "rv"))
    atria = factor("atrial_contractility")
    la, ra = chamber("la", atria), chamber("ra", atria)
    stiffer = math.sqrt(1 + 2 * p["arterial_stiffening"] * _ARTERIAL_PRESSURE)
    aorta, arteries = stiffer / p["c_aorta"], stiffer / p["c_systemic_arteries"]
    veins = 1 / p["c_systemic_veins"]
    stiffer = math.sqrt(1 + 2 * p["pulmonary_stiffening"] * _LUNG_PRESSURE)
    pa, pv = stiffer / p["c_pulmonary_arteries"], 1 / p["c_pulmonary_veins"]
    return {
        "r_mitral": (la + lv) / p["r_mitral"],
        "r_aortic": (lv + aorta) / p["r_aortic"],
        "r_characteristic": _vessel_rate(aorta + arteries, p["r_characteristic"], p["l_aorta"]),
        "r_systemic": (arteries + veins) / (p["r_systemic"] * factor("systemic_resistance")),
        "r_venous": (veins + ra) / p["r_venous"],
        "r_tricuspid": (ra + rv) / p["r_tricuspid"],
        "r_pulmonary_valve": (rv + pa) / p["r_pulmonary_valve"],
        "r_pulmonary": _vessel_rate(
            pa + pv, p["r_pulmonary"] * factor("pulmonary_resistance"), p["l_pulmonary"]
        ),
        "r_pulmonary_venous": (pv + la) / p["r_pulmonary_venous"],
    }


def _vessel_rate(stiffness: float, resistance: float, inertance: float) -> float:
    """Fastest rate (1/s) of a vessel between compartments of so much stiffness, mmHg/mL.

    With inertance it is the larger root of L s^2 + R s + E = 0, by its size where it oscillates.
    """
    if inertance == 0:
        return stiffness / resistance
    half, square = resistance / (2 * inertance), stiffness / inertance
    return half + math.sqrt(half**2 - square) if half**2 > square else math.sqrt(square)

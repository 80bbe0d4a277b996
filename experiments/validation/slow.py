"""What the slow clock adds to a periodic beat: a reflex in equilibrium, drugs, and lactate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from plants import METRICS, Plant, SlowParameters, SteadyState, steady_state
from plants.quantities import TypedLayout
from plants.slow import PARAMETER_LAYOUT, combined_disturbances
from plants.slow.laws import drugs, oxygen, reflex

# Of the pressure at which the reflex settles, mmHg.
_TOLERANCE = 1e-3


def with_reflex(
    plant: Plant, speed: float, outside: Mapping[str, float], operating_point: float
) -> tuple[SteadyState, dict[str, float]]:
    """The beat whose mean pressure makes the reflex hold the circulation that gives it.

    Parameters
    ----------
    plant : Plant
        Patient and pump.
    speed : float
        Pump speed, rpm.
    outside : mapping of str to float
        Other disturbances.
    operating_point : float
        Mean arterial pressure at which the reflex is neutral, mmHg.

    Returns
    -------
    SteadyState, dict of str to float
        The beat, and every disturbance under which it is periodic.

    Raises
    ------
    PhysicsError
        There is no periodic beat.

    Examples
    --------
    >>> from experiments.validation.slow import with_reflex
    >>> from plants import Plant, steady_state
    >>> plant = Plant("shock-d", "CP")
    >>> calm, disturbances = with_reflex(plant, 44_000.0, {}, 57.0)
    >>> calm.metrics["map"] < steady_state(plant, 44_000.0).metrics["map"]
    True
    >>> disturbances["systemic_resistance"] < 1.0
    True
    """
    from scipy.optimize import brentq

    last = steady_state(plant, speed, outside)

    def excess(pressure: float) -> float:
        nonlocal last
        acting = combined_disturbances(outside, reflex_effects(pressure, operating_point))
        last = steady_state(plant, speed, acting, start=last.state)
        return last.metrics["map"] - pressure

    free = last.metrics["map"]
    if abs(free - operating_point) < _TOLERANCE:
        return last, dict(outside)
    # A reflex opposes: the pressure lies between the operating point and that without a reflex.
    low, high = sorted((operating_point, free))
    pressure = brentq(excess, low, high, xtol=_TOLERANCE)
    excess(pressure)
    return last, combined_disturbances(outside, reflex_effects(pressure, operating_point))


def reflex_effects(pressure: float, operating_point: float) -> dict[str, float]:
    """What the reflex in equilibrium does to the plant at a mean arterial pressure (mmHg)."""
    defaults = TypedLayout(reflex.Parameters).select(SlowParameters.load().values)
    p = replace(defaults, baroreflex_gain=1.0, baroreflex_operating_pressure=operating_point)
    effects = reflex.effects(reflex.equilibrium(pressure, p), None, p)
    return {name: float(value) for name, value in effects.items()}


def drug_effects(doses: Mapping[str, float]) -> dict[str, float]:
    """What drugs (ug/kg/min, by name) in a patient identified without any do to the plant.

    Examples
    --------
    >>> from experiments.validation.slow import drug_effects
    >>> effects = drug_effects({"vasopressor": 0.1})
    >>> effects["systemic_resistance"] > 1.0, effects["venous_volume"] < 0.0
    (True, True)
    """
    p = TypedLayout(drugs.Parameters).select(SlowParameters.load().values)
    given = drugs.Inputs(**{drug: doses.get(drug, 0.0) for drug in drugs.DRUGS})
    sites = drugs.States(**{f"{drug}_effect": doses.get(drug, 0.0) for drug in drugs.DRUGS})
    return {name: float(value) for name, value in drugs.effects(sites, given, p).items()}


def resting_lactate(plant: Plant, metrics: Mapping[str, float]) -> float:
    """Lactate (mmol/L) of a circulation that has been as it is for long."""
    p = PARAMETER_LAYOUT.select(SlowParameters.load().values | dict(plant.patient.values))
    return oxygen.start(p, METRICS.select(metrics))["lactate"]

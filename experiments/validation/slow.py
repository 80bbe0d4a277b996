"""What the slow clock adds to a periodic beat: reflex and mitral valve settled, drugs, lactate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from plants import METRICS, Patient, PhysicsError, Plant, SlowParameters, SteadyState, steady_state
from plants.cohorts import built_in_variation, mitral_valve_parameters
from plants.quantities import TypedLayout
from plants.slow import PARAMETER_LAYOUT, combined_disturbances
from plants.slow.laws import drugs, mitral, oxygen, reflex

# Of the pressure at which the reflex settles, mmHg.
_TOLERANCE = 1e-3
# Of the leak at which a functional valve settles (mL/s/mmHg), and in how many steps at most.
_LEAK_TOLERANCE, _MOST_STEPS = 1e-4, 200


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


def functional_valve(patient: Patient, leak: float) -> mitral.Parameters:
    """The mitral valve of a patient that has a functional leak without a pump.

    As the virtual patients of a population have it: it would be tight where the end-diastolic
    pressure has fallen by some of the population's relief; the beats on a pump play no part.

    Parameters
    ----------
    patient : Patient
        The patient, identified without a functional leak.
    leak : float
        Functional leak without a pump, mL/s/mmHg.

    Raises
    ------
    PhysicsError
        There is no periodic beat with that leak.

    Examples
    --------
    >>> from experiments.validation.slow import functional_valve
    >>> from plants import Patient
    >>> valve = functional_valve(Patient.load("hfref"), 2.0)
    >>> 0.0 < valve.mitral_tethering < 1.0
    True
    """
    metrics = steady_state(Plant(patient), 0.0, {"mitral_leak": leak}).metrics
    own = mitral_valve_parameters(leak, dict(metrics), built_in_variation().regurgitation)
    return replace(TypedLayout(mitral.Parameters).select(SlowParameters.load().values), **own)


def with_functional_valve(
    plant: Plant, speed: float, outside: Mapping[str, float], valve: mitral.Parameters
) -> tuple[SteadyState, dict[str, float]]:
    """The beat whose end-diastolic ventricle makes a mitral valve leak as it does in that beat.

    The leak is that to which a tight valve opens: with every step it grows towards the one that
    belongs to the ventricle, as on the slow clock after a time on full support.

    Parameters
    ----------
    plant : Plant
        Patient and pump.
    speed : float
        Pump speed, rpm.
    outside : mapping of str to float
        Other disturbances.
    valve : mitral.Parameters
        From :func:`functional_valve`.

    Returns
    -------
    SteadyState, dict of str to float
        The beat, and every disturbance under which it is periodic.

    Raises
    ------
    PhysicsError
        There is no periodic beat, or the leak does not settle.
    """
    leak, start = 0.0, None
    for _ in range(_MOST_STEPS):
        held = combined_disturbances(outside, {"mitral_leak": leak})
        steady = steady_state(plant, speed, held, start=start)
        start, before = steady.state, leak
        metrics = steady.metrics
        leak = float(mitral.leak_target(metrics["lvedv"], metrics["lvedp"], valve))
        if abs(leak - before) < _LEAK_TOLERANCE:
            return steady, held
    raise PhysicsError(
        f"the mitral valve of {plant.patient.name} has not settled after {_MOST_STEPS} steps: "
        f"{leak:.3g} mL/s/mmHg"
    )


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

"""Whether a scenario takes more blood than there is.

A patient may bleed to death in a simulation, and the course then ends with that as its outcome.
What no circulation can do, lose more blood than it holds, is refused before it begins.
"""

from __future__ import annotations

import numpy as np

from plants.patients import Patient
from plants.quantities import InputError
from plants.scenarios.scenario import Scenario

# Times at which the balance is looked at; a loss is mostly a ramp, and lowest at its end.
_LOOKS = 200


def lowest_balance(scenario: Scenario, duration: float) -> tuple[float, float]:
    """The lowest sum of what a scenario has given and taken, and when that is.

    Parameters
    ----------
    scenario : Scenario
        Its volumes and infusions count.
    duration : float
        How much of it is looked at, s.

    Returns
    -------
    balance, time : float
        mL, not above 0, and s.

    Examples
    --------
    >>> from plants import Scenario
    >>> from plants.scenarios.blood_budget import lowest_balance
    >>> round(lowest_balance(Scenario.load("hemorrhage"), 300.0)[0])
    -500
    """
    losing = [event for event in scenario.events if event.target == "infusion" and event.amount < 0]
    if not losing or not duration > 0:
        return 0.0, 0.0
    ends = [piece.start for event in losing for piece in event.course if 0 < piece.start < duration]
    times = np.unique([*np.linspace(0.0, duration, _LOOKS + 1)[1:], *ends])
    balances = np.array([scenario.mean(0.0, t)["infusion"] * t for t in times])
    # The first of those that differ by rounding only.
    lowest = int(np.argmax(balances < balances.min() + 1e-6))
    return min(0.0, float(balances[lowest])), float(times[lowest])


def check_blood_budget(patient: Patient, scenario: Scenario | None, duration: float) -> None:
    """Refuse a scenario that takes more blood than the patient has.

    Parameters
    ----------
    patient : Patient
        The patient.
    scenario : Scenario, optional
        Nothing is lost without one.
    duration : float
        How much of it will run, s.

    Raises
    ------
    InputError
        It does; the message names both volumes.

    Examples
    --------
    >>> from plants import Event, Patient, Scenario
    >>> from plants.scenarios import check_blood_budget
    >>> events = (Event("volume", -5000.0, "ramp", 0.0, duration=60.0),
    ...           Event("volume", -1500.0, "ramp", 60.0, duration=60.0))
    >>> check_blood_budget(Patient.load("shock-d"), Scenario("empty", "", events), 120.0)
    Traceback (most recent call last):
    ...
    plants.InputError: ... allowed: a loss of less than the 5... mL that patient shock-d has
    """
    if scenario is None:
        return
    balance, time = lowest_balance(scenario, duration)
    blood = patient["blood_volume"]
    if balance <= -blood:
        allowed = f"a loss of less than the {blood:.0f} mL that patient {patient.name} has"
        said = f"{balance:.0f} mL within {time:.0f} s"
        raise InputError(f"volume of {scenario.name}", said, allowed, source=scenario.path)

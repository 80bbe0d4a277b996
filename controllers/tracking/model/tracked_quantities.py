"""What the recovery tracker estimates of a patient, and how it may move.

Every number here is a guess, checked on the virtual patients only; see the guide for the coverage
that it leads to. Factors are on the nominal patient's own parameters and are estimated by their
logarithms, which keeps them positive. The mitral leak follows from the stretch of the ventricle by
the valve's own law, which is smooth and never negative.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from plants import Patient, Sensor
from plants.cohorts import recovered_shares

Kind = Literal["log", "plain"]

#: Stretch of the left ventricle (mL) beyond the closing one at which the leak is stated.
REFERENCE_STRETCH = 20.0


@dataclass(frozen=True)
class TrackedQuantity:
    """A quantity that is estimated, in its inner coordinate.

    Attributes
    ----------
    name, unit : str
        For tables; the unit is that of the physical value.
    kind : {"log", "plain"}
        How the physical value follows from the inner coordinate.
    mean, sd : float
        Prior.
    random_walk_sd : float
        Standard deviation of its drift in an hour.
    jump_sd : float
        Standard deviation that is added when the patient has changed abruptly.
    min_sd : float
        The standard deviation is held above this.
    limit : float
        Largest distance from 0.
    """

    name: str
    unit: str
    kind: Kind
    mean: float
    sd: float
    random_walk_sd: float
    jump_sd: float
    min_sd: float
    limit: float


def _factor(
    name: str, sd: float, random_walk_sd: float, jump_sd: float, min_sd: float, largest: float = 8.0
) -> TrackedQuantity:
    """A factor on the nominal patient's own value."""
    return TrackedQuantity(
        name, "1", "log", 0.0, sd, random_walk_sd, jump_sd, min_sd, math.log(largest)
    )


#: What the beat depends on: factors on contractilities, resistances, heart rate, diastolic
#: stiffnesses and compliances; blood beyond the nominal patient's; the mitral leak at
#: `REFERENCE_STRETCH` beyond the closing stretch, and that stretch beyond the first one; the
#: operating point of the baroreflex beyond the nominal one.
PATIENT_STATES: tuple[TrackedQuantity, ...] = (
    _factor("lv_contractility", 0.3, 0.012, 0.35, 0.01),
    _factor("systemic_resistance", 0.3, 0.02, 0.3, 0.005),
    _factor("pulmonary_resistance", 0.35, 0.01, 0.2, 0.01),
    _factor("rv_contractility", 0.3, 0.012, 0.25, 0.01),
    _factor("heart_rate", 0.15, 0.02, 0.15, 0.002, 3.0),
    TrackedQuantity("blood_volume", "mL", "plain", 0.0, 300.0, 40.0, 300.0, 5.0, 2500.0),
    TrackedQuantity(
        "mitral_leak", "mL/s/mmHg", "log", math.log(2.0), 0.7, 0.02, 0.2, 0.05, math.log(20.0)
    ),
    TrackedQuantity("mitral_closing", "mL", "plain", 0.0, 30.0, 0.5, 20.0, 0.5, 150.0),
    TrackedQuantity("reflex_pressure", "mmHg", "plain", 0.0, 8.0, 0.2, 0.0, 0.2, 40.0),
    _factor("lv_stiffness", 0.12, 0.001, 0.0, 0.002, 3.0),
    _factor("rv_stiffness", 0.03, 0.001, 0.0, 0.002, 3.0),
    _factor("arterial_compliance", 0.25, 0.002, 0.0, 0.005, 3.0),
    _factor("pulmonary_compliance", 0.3, 0.002, 0.0, 0.005, 3.0),
)
# Smallest gap of contractility (its logarithm) to which that of the walls is related (guess).
_LEAST_GAP = math.log(1.5)
#: The trend of recovery, a relative gain of LV contractility; the beat does not depend on it.
TREND = TrackedQuantity("recovery_trend", "1/d", "plain", 0.0, 0.4, 0.0, 0.2, 0.01, 3.0)
#: Days after which a trend has faded to 1/e, unless it is seen anew.
TREND_DAYS = 3.0

N_PATIENT = len(PATIENT_STATES)
#: Place of each of ``PATIENT_STATES``.
STATE_INDEX = {quantity.name: index for index, quantity in enumerate(PATIENT_STATES)}


def recovery_of(patient: Patient) -> dict[str, float]:
    """What moves while the logarithm of LV contractility rises by 1, by quantity.

    The walls soften as contractility comes back, on the way to a healthy heart. The right
    ventricle's contractility is left to the measurements: whether it comes back is what has to be
    found out.

    Parameters
    ----------
    patient : Patient
        The nominal patient.

    Examples
    --------
    >>> from controllers.tracking.model import recovery_of
    >>> from plants import Patient
    >>> recovery = recovery_of(Patient.load("shock-d"))
    >>> {name: round(share, 2) for name, share in recovery.items()}
    {'lv_contractility': 1.0, 'lv_stiffness': -0.18, 'rv_stiffness': -0.45}
    """
    gap = recovered_shares(patient, 1.0)
    contractility = max(math.log1p(gap["recoverable"]), _LEAST_GAP)
    softened = {
        f"{side}_stiffness": math.log1p(-gap[f"{side}_softening"]) / contractility
        for side in ("lv", "rv")
    }
    return {"lv_contractility": 1.0} | softened


def bias_of(sensor: Sensor) -> TrackedQuantity:
    """The constant error of a sensor as something to estimate."""
    sd = sensor.bias_sd
    return TrackedQuantity(
        f"{sensor.signal}_bias", "", "plain", 0.0, sd, 0.0, 0.0, 0.02 * sd, 10.0 * sd
    )

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

from plants import Sensor

Kind = Literal["log", "plain"]

#: Stretch of the left ventricle (mL) beyond the closing one at which the leak is stated.
STRETCH = 20.0
_LOG_LIMIT = math.log(8.0)
_LOG_STATIC = math.log(3.0)


@dataclass(frozen=True)
class TrackedQuantity:
    """A quantity that is estimated, in its inner coordinate.

    Attributes
    ----------
    name, unit, meaning : str
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
    meaning: str
    kind: Kind
    mean: float
    sd: float
    random_walk_sd: float
    jump_sd: float
    min_sd: float
    limit: float


#: What the beat depends on.
PATIENT_STATES: tuple[TrackedQuantity, ...] = (
    TrackedQuantity(
        "lv_contractility",
        "1",
        "factor on LV contractility",
        "log",
        0.0,
        0.3,
        0.012,
        0.35,
        0.01,
        _LOG_LIMIT,
    ),
    TrackedQuantity(
        "systemic_resistance",
        "1",
        "factor on systemic resistance",
        "log",
        0.0,
        0.3,
        0.02,
        0.3,
        0.005,
        _LOG_LIMIT,
    ),
    TrackedQuantity(
        "pulmonary_resistance",
        "1",
        "factor on pulmonary resistance",
        "log",
        0.0,
        0.35,
        0.01,
        0.2,
        0.01,
        _LOG_LIMIT,
    ),
    TrackedQuantity(
        "rv_contractility",
        "1",
        "factor on RV contractility",
        "log",
        0.0,
        0.3,
        0.012,
        0.25,
        0.01,
        _LOG_LIMIT,
    ),
    TrackedQuantity(
        "heart_rate",
        "1",
        "factor on the heart rate",
        "log",
        0.0,
        0.15,
        0.02,
        0.15,
        0.002,
        math.log(3.0),
    ),
    TrackedQuantity(
        "blood_volume",
        "mL",
        "blood beyond the nominal patient's",
        "plain",
        0.0,
        300.0,
        40.0,
        300.0,
        5.0,
        2500.0,
    ),
    TrackedQuantity(
        "mitral_leak",
        "mL/s/mmHg",
        f"mitral leak at {STRETCH:g} mL beyond the closing stretch",
        "log",
        math.log(2.0),
        0.7,
        0.02,
        0.2,
        0.05,
        math.log(20.0),
    ),
    TrackedQuantity(
        "mitral_closing",
        "mL",
        "stretch up to which the valve closes, beyond the first one",
        "plain",
        0.0,
        30.0,
        0.5,
        20.0,
        0.5,
        150.0,
    ),
    TrackedQuantity(
        "reflex_pressure",
        "mmHg",
        "operating point of the baroreflex, beyond the nominal one",
        "plain",
        0.0,
        8.0,
        0.2,
        0.0,
        0.2,
        40.0,
    ),
    TrackedQuantity(
        "lv_stiffness",
        "1",
        "factor on the LV's diastolic stiffness",
        "log",
        0.0,
        0.12,
        0.001,
        0.0,
        0.002,
        _LOG_STATIC,
    ),
    TrackedQuantity(
        "arterial_compliance",
        "1",
        "factor on the compliance of the systemic arteries",
        "log",
        0.0,
        0.25,
        0.002,
        0.0,
        0.005,
        _LOG_STATIC,
    ),
    TrackedQuantity(
        "pulmonary_compliance",
        "1",
        "factor on the compliance of the pulmonary arteries",
        "log",
        0.0,
        0.3,
        0.002,
        0.0,
        0.005,
        _LOG_STATIC,
    ),
)
#: The trend of recovery; the beat does not depend on it.
TREND = TrackedQuantity(
    "recovery_trend",
    "1/d",
    "relative gain of LV contractility in a day",
    "plain",
    0.0,
    0.4,
    0.0,
    0.2,
    0.01,
    3.0,
)
#: Days after which a trend has faded to 1/e, unless it is seen anew.
TREND_DAYS = 3.0

N_PATIENT = len(PATIENT_STATES)
#: Place of each of ``PATIENT_STATES``.
STATE_INDEX = {quantity.name: index for index, quantity in enumerate(PATIENT_STATES)}


def bias_of(sensor: Sensor) -> TrackedQuantity:
    """The constant error of a sensor as something to estimate."""
    sd, meaning = sensor.bias_sd, f"constant error of {sensor.signal}"
    limit = 10.0 * sd
    return TrackedQuantity(
        f"{sensor.signal}_bias", "", meaning, "plain", 0, sd, 0, 0, 0.02 * sd, limit
    )

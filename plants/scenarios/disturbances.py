"""What disturbs the patient from outside, and the order of the symbolic disturbance vector.

The order of :data:`DISTURBANCES` is the order of the vector the compiled plant takes, so that one
compiled function serves every scenario. A factor multiplies the patient's own parameter and is 1
when nothing happens; the other disturbances add to it and are 0 when nothing happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from plants.quantities import check_number, lookup

Combine = Literal["multiply", "add"]


@dataclass(frozen=True)
class Disturbance:
    """An input of the plant that no controller commands.

    Parameters
    ----------
    name : str
        The name used in code and scenario files.
    unit : str
        Unit of its value; ``"1"`` for a factor.
    meaning : str
        One line for tables.
    neutral : float
        The value when nothing disturbs.
    low, high : float
        The range the plant accepts. It bounds what a scenario may ask for; it is a guess at where
        the model stops to be believed, wide enough for every published amount.
    combine : {"multiply", "add"}
        How two events on the same disturbance act together.

    Examples
    --------
    >>> from plants import DISTURBANCES
    >>> DISTURBANCES["systemic_resistance"].neutral
    1.0
    """

    name: str
    unit: str
    meaning: str
    neutral: float
    low: float
    high: float
    combine: Combine

    def check(self, value: object, *, field: str | None = None, source: str | None = None) -> float:
        """The value as a float.

        Raises
        ------
        InputError
            The value is no finite number or outside ``[low, high]``.
        """
        return check_number(value, self, field or self.name, source)

    def joined(self, first: Any, second: Any) -> Any:
        """Two of them at work together: numbers, arrays or expressions."""
        return first * second if self.combine == "multiply" else first + second


def _factor(name: str, meaning: str, low: float, high: float) -> Disturbance:
    return Disturbance(name, "1", meaning, 1.0, low, high, "multiply")


def _added(name: str, unit: str, meaning: str, low: float, high: float) -> Disturbance:
    return Disturbance(name, unit, meaning, 0.0, low, high, "add")


DISTURBANCES: MappingProxyType[str, Disturbance] = MappingProxyType(
    {
        disturbance.name: disturbance
        for disturbance in (
            _factor("systemic_resistance", "factor on systemic vascular resistance", 0.05, 20.0),
            _factor("pulmonary_resistance", "factor on pulmonary vascular resistance", 0.05, 20.0),
            _factor("lv_contractility", "factor on LV end-systolic elastance", 0.05, 20.0),
            _factor("rv_contractility", "factor on RV end-systolic elastance", 0.05, 20.0),
            _factor("lv_stiffness", "factor on LV diastolic stiffness exponent", 0.4, 1.5),
            _factor("rv_stiffness", "factor on RV diastolic stiffness exponent", 0.4, 1.5),
            _factor("heart_rate", "factor on heart rate", 0.2, 5.0),
            _added("infusion", "mL/s", "inflow to the systemic veins; bleeding < 0", -200.0, 200.0),
            _added("intrathoracic_pressure", "mmHg", "intrathoracic pressure", -60.0, 100.0),
            _factor("atrial_contractility", "factor on atrial contraction", 0.0, 20.0),
            _added("venous_volume", "mL", "rise of unstressed venous volume", -3000.0, 3000.0),
            _added("mitral_leak", "mL/s/mmHg", "added mitral regurgitant conductance", 0.0, 5.0),
            _added("aortic_leak", "mL/s/mmHg", "added aortic regurgitant conductance", 0.0, 5.0),
            _added("abdominal_pressure", "mmHg", "abdominal pressure", -60.0, 100.0),
            _added("inlet_depth", "mm", "inlet too deep (> 0) or too shallow (< 0)", -100.0, 100.0),
            _added("wall_contact", "1", "inlet against the ventricular wall", 0.0, 1.0),
            _added("mitral_contact", "1", "inlet on the mitral apparatus", 0.0, 1.0),
        )
    }
)


def disturbance_vector(values: Mapping[str, float] | None = None) -> np.ndarray:
    """Disturbances as the vector the compiled plant takes; what is not named stays neutral.

    Parameters
    ----------
    values : mapping of str to float, optional
        Disturbance name to value, each in the unit of :data:`DISTURBANCES`.

    Returns
    -------
    numpy.ndarray, shape (len(DISTURBANCES),)
        In the order of :data:`DISTURBANCES`.

    Raises
    ------
    InputError
        A name is unknown, or a value is no finite number or out of range.

    Examples
    --------
    >>> from plants import disturbance_vector
    >>> disturbance_vector({"systemic_resistance": 2.0}).tolist()
    [2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    """
    given = dict(values or {})
    for name in given:
        lookup(DISTURBANCES, name, "disturbance")
    return np.array(
        [d.check(given[d.name]) if d.name in given else d.neutral for d in DISTURBANCES.values()]
    )

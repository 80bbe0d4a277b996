"""A patient and a pump, joined: the numbers that the symbolic model takes."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from plants.device_parameters import DEVICE_PARAMETERS
from plants.disturbances import disturbance_vector
from plants.errors import InputError
from plants.model import N_DISTURBANCES, STATES, VALUES
from plants.patient import Patient
from plants.pump import Pump
from plants.units import KRPM_PER_RPM, L_MIN_PER_ML_S

# The head-flow law of a pump that is not there: any values will do that divide by nothing.
_ABSENT = np.ones(len(DEVICE_PARAMETERS))
_BEDS = {
    "aorta_volume": "aorta",
    "systemic_artery_volume": "systemic_arteries",
    "systemic_vein_volume": "systemic_veins",
    "pulmonary_artery_volume": "pulmonary_arteries",
    "pulmonary_vein_volume": "pulmonary_veins",
}
# The fastest mode of the circuit times the step must stay inside RK4's stability region.
STABILITY_LIMIT = 2.2
# Filling pressure (mmHg) at which the passive stiffness of a chamber is taken: a high one.
_FULL_PRESSURE = 30.0


class Plant:
    """One patient with at most a left pump.

    Parameters
    ----------
    patient : Patient or str
        The patient, or the name or path of one.
    pump : Pump or str, optional
        The left pump, or its name or path; None or ``"none"`` for a patient without a pump.

    Attributes
    ----------
    parameters : ndarray
        Patient's, then device's parameters, in the order of the symbolic vector.

    Raises
    ------
    InputError
        An unknown name, or a pump that does not support the left ventricle.

    Examples
    --------
    >>> from plants import Plant
    >>> Plant("shock-d", "CP").pump.name
    'CP'
    """

    def __init__(self, patient: Patient | str, pump: Pump | str | None = None):
        self.patient = Patient.load(patient) if isinstance(patient, str) else patient
        if isinstance(pump, str):
            pump = None if pump.lower() == "none" else Pump.load(pump)
        if pump is not None and pump.side != "left":
            raise InputError("device", pump.name, "a pump for the left ventricle")
        self.pump = pump
        device = _ABSENT if pump is None else pump.vector()
        self.parameters = np.concatenate(
            [self.patient.vector(), device, [0.0 if pump is None else 1.0]]
        )

    def values(
        self, speed: float, disturbances: Mapping[str, float] | None, step: float
    ) -> NDArray[np.float64]:
        """The vector of held values of the model.

        Parameters
        ----------
        speed : float
            Speed command, rpm.
        disturbances : mapping, optional
            Disturbances that are not neutral.
        step : float
            Integration step, s.
        """
        outside = disturbance_vector(disturbances)
        return np.concatenate([[self.limited(speed)], outside, self.parameters, [step]])

    def limited(self, speed: float) -> float:
        """The speed (rpm) that this pump can take: 0 to its maximum; 0 without a pump.

        Raises
        ------
        InputError
            The speed is not a finite number.
        """
        if not np.isfinite(speed):
            raise InputError("speed", speed, "a finite number of rpm")
        return float(np.clip(speed, 0.0, self.pump.max_rpm)) if self.pump else 0.0

    def heart_rate(self, disturbances: Mapping[str, float] | None = None) -> float:
        """Heart rate (1/min) under the disturbances."""
        factor = (disturbances or {}).get("heart_rate", 1.0)
        return self.patient["heart_rate"] * factor

    def largest_step(self, disturbances: Mapping[str, float] | None = None) -> float:
        """Largest stable integration step (s): 2.2 over the fastest rate of the circuit.

        The fastest rate is that of an open valve or a short vessel, the stiffness on both sides
        over its resistance, or that of the flow through an occluded pump. A chamber is as stiff as
        it contracts or as it is filled.

        Parameters
        ----------
        disturbances : mapping, optional
            Disturbances that are not neutral: a stronger heart asks for a smaller step.
        """
        p, outside = self.patient, disturbances or {}

        def factor(name: str) -> float:
            return outside.get(name, 1.0)

        def chamber(name: str, contractility: float = 1.0) -> float:
            passive = p[f"{name}_alpha"] * (_FULL_PRESSURE + p[f"{name}_beta"])
            return max(p[f"{name}_ees"] * contractility, passive)

        lv, rv = (
            chamber("lv", factor("lv_contractility")),
            chamber("rv", factor("rv_contractility")),
        )
        la, ra = chamber("la"), chamber("ra")
        aorta, arteries = 1 / p["c_aorta"], 1 / p["c_systemic_arteries"]
        veins = 1 / p["c_systemic_veins"]
        pa, pv = 1 / p["c_pulmonary_arteries"], 1 / p["c_pulmonary_veins"]
        rates = (
            (la + lv) / p["r_mitral"],
            (lv + aorta) / p["r_aortic"],
            (aorta + arteries) / p["r_characteristic"],
            (arteries + veins) / (p["r_systemic"] * factor("systemic_resistance")),
            (veins + ra) / p["r_venous"],
            (ra + rv) / p["r_tricuspid"],
            (rv + pa) / p["r_pulmonary_valve"],
            (pa + pv) / (p["r_pulmonary"] * factor("pulmonary_resistance")),
            (pv + la) / p["r_pulmonary_venous"],
            self._pump_rate(),
        )
        return STABILITY_LIMIT / max(rates)

    def _pump_rate(self) -> float:
        """Fastest rate (1/s) of the pump flow: slope of the head-flow law over the inertance."""
        if self.pump is None:
            return 0.0
        d = self.pump
        free = math.sqrt(d["head_a"] / -d["head_c"]) * d.max_rpm * KRPM_PER_RPM
        slope = -2 * d["head_c"] * free - d["head_b"] * d.max_rpm * KRPM_PER_RPM
        return (slope * L_MIN_PER_ML_S + d["suction_resistance"]) / d["inertance"]

    def rest(self) -> NDArray[np.float64]:
        """The state of a heart at standstill: every compartment at the mean filling pressure.

        It is not periodic; the beat is marched from it towards its periodic state.
        """
        low, high = 0.0, 1e3
        for _ in range(60):  # Bisection: the volume rises with the pressure without end.
            pressure = 0.5 * (low + high)
            volumes = self._volumes_at(pressure)
            if sum(volumes.values()) < self.patient["blood_volume"]:
                low = pressure
            else:
                high = pressure
        state = np.zeros(len(STATES))
        for name, volume in volumes.items():
            state[STATES.index[name]] = volume
        return state

    def _volumes_at(self, pressure: float) -> dict[str, float]:
        """Volumes (mL) of all compartments when each is relaxed at that pressure (mmHg)."""
        p = self.patient
        volumes = {
            f"{chamber}_volume": p[f"{chamber}_v0"]
            + math.log1p(pressure / p[f"{chamber}_beta"]) / p[f"{chamber}_alpha"]
            for chamber in ("la", "lv", "ra", "rv")
        }
        for name, bed in _BEDS.items():
            volumes[name] = p[f"vu_{bed}"] + pressure * p[f"c_{bed}"]
        return volumes


#: Where the disturbances lie in the vector of held values.
DISTURBANCE_SLICE = slice(1, 1 + N_DISTURBANCES)
SPEED = VALUES.index["speed_command"]
STEP = VALUES.index["step"]

"""A patient and a pump, joined: the numbers that the symbolic model takes."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from plants.patients import STABILITY_LIMIT, Patient, circuit_rates
from plants.plant.equations import STATES, VALUES
from plants.pumps import DEVICE_PARAMETERS, Pump
from plants.quantities import KRPM_PER_RPM, L_MIN_PER_ML_S, Array, InputError, Shown
from plants.scenarios import disturbance_vector

# A pump that is not there: any values will do that divide by nothing, with a motor that follows
# its command of 0 linearly.
_ABSENT = np.array([1e6 if name == "motor_rate_limit" else 1.0 for name in DEVICE_PARAMETERS])
# Checked once: a control period of milliseconds would spend its time here.
_UNDISTURBED = disturbance_vector()
_BEDS = {
    "aorta_volume": "aorta",
    "systemic_artery_volume": "systemic_arteries",
    "systemic_vein_volume": "systemic_veins",
    "pulmonary_artery_volume": "pulmonary_arteries",
    "pulmonary_vein_volume": "pulmonary_veins",
}
_CHAMBERS = ("la", "lv", "ra", "rv")
#: P-level of a right pump beside a left one where none is given.
DEFAULT_RIGHT_LEVEL = "P-6"


#: Where the speed command and the step lie in the vector of held values.
SPEED, RIGHT_SPEED = VALUES.index["speed_command"], VALUES.index["right_speed_command"]
STEP = VALUES.index["step"]


class Plant(Shown):
    """One patient with a left pump, a right pump, both or none.

    Parameters
    ----------
    patient : Patient or str
        The patient, or the name or path of one.
    pump : Pump or str, optional
        The pump, or its name or path; ``"CP+RP"`` names a left and a right one; None or
        ``"none"`` for a patient without a pump.
    right_pump : Pump or str, optional
        The right pump beside a left `pump`.
    right_level : str, optional
        P-level at which a right pump beside a left one is held; by default
        ``DEFAULT_RIGHT_LEVEL``, the middle of its range: a guess, not a recommendation.

    Attributes
    ----------
    pump : Pump or None
        The pump that the speed command drives: the left one, or the right one alone.
    left, right : Pump or None
        The pumps.
    right_speed : float
        Speed (rpm) at which the right pump is held beside a left one; else 0.
    parameters : ndarray
        Patient's, then left and right device's parameters, in the order of the symbolic vector.

    Raises
    ------
    InputError
        An unknown name or level, or two pumps on one side.

    Examples
    --------
    >>> from plants import Plant
    >>> Plant("shock-d", "CP").pump.name
    'CP'
    >>> both = Plant("biventricular-shock", "CP+RP")
    >>> both.left.name, both.right.name, both.pump.name
    ('CP', 'RP', 'CP')
    """

    def __init__(
        self,
        patient: Patient | str,
        pump: Pump | str | None = None,
        right_pump: Pump | str | None = None,
        *,
        right_level: str | None = None,
    ):
        self.patient = Patient.load(patient) if isinstance(patient, str) else patient
        self.left, self.right = _sides([*_pumps(pump), *_pumps(right_pump)])
        self.pump = self.left if self.left is not None else self.right
        both = self.left is not None and self.right is not None
        held = DEFAULT_RIGHT_LEVEL if right_level is None else right_level
        self.right_speed = self.right.speed(held) if both and self.right else 0.0
        self.parameters = np.concatenate(
            [self.patient.vector(), _device(self.left), _device(self.right)]
        )

    def _shown(self) -> Mapping[str, object]:
        return {"patient": self.patient.name, "device": self.device}

    @property
    def device(self) -> str:
        """Name of the support: ``"CP"``, ``"CP+RP"``, or ``"none"``."""
        return "+".join(p.name for p in (self.left, self.right) if p is not None) or "none"

    def values(self, speed: float, disturbances: Mapping[str, float] | None, step: float) -> Array:
        """The vector of held values of the model.

        Parameters
        ----------
        speed : float
            Speed command of :attr:`pump`, rpm.
        disturbances : mapping, optional
            Disturbances that are not neutral.
        step : float
            Integration step, s.
        """
        outside = disturbance_vector(disturbances) if disturbances else _UNDISTURBED
        commands = [self.limited(speed), self.right_speed]
        if self.left is None:
            commands.reverse()
        return np.concatenate([commands, outside, self.parameters, [step]])

    def level_speed(self, level: str | None) -> float:
        """Speed (rpm) of a level of :attr:`pump`; 0 without a pump or a level.

        Raises
        ------
        InputError
            The pump has no such level.
        """
        return self.pump.speed(level) if self.pump is not None and level else 0.0

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
        outside = disturbances or {}
        pumps = (
            _pump_rate(self.left, misplaced=outside.get("inlet_depth", 0.0) != 0.0),
            _pump_rate(self.right),
        )
        return STABILITY_LIMIT / max(*circuit_rates(self.patient.values, outside).values(), *pumps)

    def rest(self) -> Array:
        """The state of a heart at standstill: every compartment at the mean filling pressure.

        Its coronary bed is as before the standstill, at reference supply.

        It is not periodic; the beat is marched from it towards its periodic state.
        """
        p = self.patient
        unstressed = sum(p[f"{name}_v0"] for name in _CHAMBERS)
        unstressed += sum(p[f"vu_{bed}"] for bed in _BEDS.values())
        compliance = sum(p[f"c_{bed}"] for bed in _BEDS.values())
        missing = p["blood_volume"] - unstressed
        pressure = 0.0
        # Newton's method: the volume rises with the pressure, less and less, so that every step
        # falls short and none leads past the end.
        for _ in range(60):
            volume, slope = compliance * pressure, compliance
            for name in _CHAMBERS:
                stretch = self._stretch_at(name, pressure)
                volume += stretch
                slope += 1.0 / self._passive(name, stretch)[1]
            step = (missing - volume) / slope
            if step <= 1e-12 * pressure:
                break
            pressure += step
        state = np.zeros(len(STATES))
        for name, volume in self._volumes_at(pressure).items():
            state[STATES.index[name]] = volume
        state[STATES.index["coronary_supply"]] = p["coronary_reference"]
        return state

    def _volumes_at(self, pressure: float) -> dict[str, float]:
        """Volumes (mL) of all compartments when each is relaxed at that pressure (mmHg)."""
        p = self.patient
        volumes = {
            f"{chamber}_volume": p[f"{chamber}_v0"] + self._stretch_at(chamber, pressure)
            for chamber in _CHAMBERS
        }
        for name, bed in _BEDS.items():
            volumes[name] = p[f"vu_{bed}"] + pressure * p[f"c_{bed}"]
        return volumes

    def _passive(self, chamber: str, stretch: float) -> tuple[float, float]:
        """Pressure (mmHg) of a relaxed chamber above its V0, and its slope (mmHg/mL)."""
        p = self.patient
        alpha, beta = p[f"{chamber}_alpha"], p[f"{chamber}_beta"]
        linear, grown = p[f"{chamber}_linear"], math.exp(alpha * stretch)
        return beta * (grown - 1) + linear * stretch, alpha * beta * grown + linear

    def _stretch_at(self, chamber: str, pressure: float) -> float:
        """Volume (mL) of a relaxed chamber above its V0 at a pressure (mmHg)."""
        p = self.patient
        # The wall without its linear part holds more at that pressure: Newton's method comes
        # down from there, and never leads past the end.
        stretch = math.log1p(pressure / p[f"{chamber}_beta"]) / p[f"{chamber}_alpha"]
        while p[f"{chamber}_linear"] > 0:
            reached, slope = self._passive(chamber, stretch)
            step = (reached - pressure) / slope
            stretch -= step
            if abs(step) <= 1e-12 * (1 + abs(stretch)):
                break
        return stretch


def _pumps(pump: Pump | str | None) -> list[Pump]:
    """The pumps that a name, several joined by +, or an object stands for."""
    if isinstance(pump, Pump):
        return [pump]
    if pump is None or pump.lower() == "none":
        return []
    # A path may hold a plus sign of its own.
    names = [pump] if pump.endswith(".toml") else pump.split("+")
    return [Pump.load(name.strip()) for name in names]


def _sides(pumps: list[Pump]) -> tuple[Pump | None, Pump | None]:
    """The left and the right pump."""
    by_side: dict[str, Pump] = {}
    for pump in pumps:
        if pump.side in by_side:
            allowed = f"at most one {pump.side} pump; {by_side[pump.side].name} is one"
            raise InputError("device", pump.name, allowed)
        by_side[pump.side] = pump
    return by_side.get("left"), by_side.get("right")


def _device(pump: Pump | None) -> Array:
    """Parameters of a pump and whether it is there."""
    if pump is None:
        return np.append(_ABSENT, 0.0)
    return np.append(pump.vector(), 1.0)


def _pump_rate(pump: Pump | None, *, misplaced: bool = False) -> float:
    """Fastest rate (1/s) of the pump flow: slope of the head-flow law over the inertance."""
    if pump is None:
        return 0.0
    free = math.sqrt(pump["head_a"] / -pump["head_c"]) * pump.max_rpm * KRPM_PER_RPM
    slope = -2 * pump["head_c"] * free - pump["head_b"] * pump.max_rpm * KRPM_PER_RPM
    resistance = pump["suction_resistance"] + misplaced * pump["outlet_resistance"]
    return (slope * L_MIN_PER_ML_S + resistance) / pump["inertance"]

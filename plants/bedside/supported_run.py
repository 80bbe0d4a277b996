"""A patient on a pump over hours, with a console that falls to a lower level where it must.

A level leaves no periodic beat where the pump sucks the ventricle empty. The console then falls to
the next lower level that has one; where none has, the circulation has failed.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import partial

from plants.bedside.events import HourScenario
from plants.bedside.explant import infusions_at, patient_disturbances
from plants.bedside.run import BedsideRun
from plants.cohorts import VirtualPatient
from plants.console import next_lower_level
from plants.plant import Plant
from plants.pumps import LOWEST_LEVEL, Pump, level_number
from plants.quantities import HOUR_SLACK, PhysicsError
from plants.simulation import is_fatal
from plants.slow import STATE_LAYOUT, SlowClock, SlowParameters

# Factors on the patient that the truth tells.
_FACTORS = (
    *("lv_contractility", "rv_contractility", "systemic_resistance", "pulmonary_resistance"),
    *("lv_stiffness", "rv_stiffness", "heart_rate"),
)


class SupportedRun:
    """The run of a patient on a pump; :meth:`reset` begins it.

    Parameters
    ----------
    patient : VirtualPatient
        Who, put on the pump.
    pump : Pump
        A left pump.
    reflex_gain : float
        Gain of the baroreflex; 0 without one.

    Attributes
    ----------
    plant : Plant
        Patient and pump.
    run : BedsideRun
        How time passes.
    level : str
        P-level in force.
    alarms : list of (float, str)
        What the console said, with the hour.

    Raises
    ------
    PhysicsError
        The patient has no periodic beat without support.
    """

    def __init__(self, patient: VirtualPatient, pump: Pump, *, reflex_gain: float):
        self._patient, self._pump, self._gain = patient, pump, reflex_gain
        self.plant = Plant(patient.patient, pump)
        self._clock = SlowClock(self.plant.patient, self._slow_parameters(pump))
        self._removed: BedsideRun | None = None

    def _slow_parameters(self, pump: Pump | None) -> SlowParameters:
        return self._patient.slow_parameters(pump).replace(baroreflex_gain=self._gain)

    def reset(self, level: str) -> None:
        """Back to the hour at which the pump begins to run, at a P-level."""
        self.level = level
        self.alarms: list[tuple[float, str]] = []
        self._clock.reset()
        self.run = BedsideRun(self.plant, self._clock)
        self._truth: dict[str, float] | None = None

    @property
    def pressure_before(self) -> float:
        """True mean arterial pressure on arrival, before support, mmHg."""
        return float(self._clock.parameters["baroreflex_operating_pressure"])

    def metrics(self) -> dict[str, float]:
        """Metrics of the present beat and the slow signals, by name.

        Raises
        ------
        PhysicsError
            There is no periodic beat.
        """
        if self._truth is None:
            self._truth = self.run.metrics()
        return self._truth

    def truth(self, scenario: HourScenario) -> dict[str, float]:
        """Every metric, slow signal and slow state, and the factors on the patient.

        See :meth:`plants.Bedside.truth`.
        """
        values, slow = dict(self.metrics()), self.run.slow
        acting, outside = slow.effects(), scenario.disturbances(slow.hours)
        for name in _FACTORS:
            values[f"factor_{name}"] = acting[name] * outside.get(name, 1.0)
        states, p = slow.states(), slow.parameters
        recovered = 1.0 - states["stunned"] - states["infarcted"]
        values["recovered_contractility"] = (
            1.0 + p["recoverable"] * recovered - p["infarct_loss"] * states["infarcted"]
        )
        return states | values

    def advance(
        self, hours: float, scenario: HourScenario, orders: Mapping[str, float]
    ) -> PhysicsError | None:
        """Let time pass at the level in force, or at the highest below it that has a beat.

        Parameters
        ----------
        hours : float
            How long, h; at 0 only what acts now is taken up.
        scenario : HourScenario
            What happens.
        orders : Mapping of str to float
            What is given.

        Returns
        -------
        PhysicsError or None
            Why the circulation has failed; None where it has not.

        Raises
        ------
        PhysicsError
            The model broke down, and not the circulation.
        """
        slow = self.run.slow
        end = slow.hours + hours
        while True:
            outside = scenario.disturbances(slow.hours)
            slow.give(**infusions_at(orders, scenario, slow.hours))
            try:
                if slow.hours < end - HOUR_SLACK:
                    self.run.advance(end - slow.hours, self._pump.speed(self.level), outside)
                else:
                    self.run.hold(self._pump.speed(self.level), outside)
                self._truth = self.run.metrics()
                return None
            except PhysicsError as error:
                if not is_fatal(error):
                    raise
                self._truth = None
                lowest = level_number(LOWEST_LEVEL)
                lower = next_lower_level(self.level, lowest, partial(self._holds, outside))
                if lower is None:
                    return error
                self.alarms.append((slow.hours, f"{self.level} cannot be held: {lower}"))
                self.level = lower

    def _holds(self, outside: dict[str, float], level: str) -> bool:
        """Whether the patient has a beat at a level."""
        try:
            self.run.hold(self._pump.speed(level), outside)
            self.run.metrics()
        except PhysicsError:
            return False
        return True

    def stun(self, share: float) -> None:
        """Stun a share of the recovered myocardium; :meth:`advance` takes it up."""
        slow, index = self.run.slow, STATE_LAYOUT.index
        state = slow.state.copy()
        recovered = 1.0 - state[index["stunned"]] - state[index["infarcted"]]
        state[index["stunned"]] += share * recovered
        slow.state = state

    def without_pump(self, scenario: HourScenario) -> BedsideRun:
        """The patient as he or she is, with the pump out; the same object every time."""
        if self._removed is None:
            clock = SlowClock(self.plant.patient, self._slow_parameters(None))
            self._removed = BedsideRun(Plant(self.plant.patient), clock)
        removed, slow = self._removed, self.run.slow
        removed.slow.state, removed.slow.hours = slow.state.copy(), slow.hours
        removed.slow.give(**slow.inputs)
        removed.volume = self.run.volume
        removed.hold(0.0, patient_disturbances(scenario, slow.hours))
        return removed

    def fork(self) -> SupportedRun:
        """A run of its own from the same state, sharing the plants."""
        other = copy.copy(self)
        other.run = self.run.fork()
        other._removed = None if self._removed is None else self._removed.fork()
        other.alarms = list(self.alarms)
        return other

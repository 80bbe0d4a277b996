"""One virtual patient on a pump over hours to weeks, as those at the bedside meet him or her.

Time passes by :class:`~plants.bedside.run.BedsideRun`. Every hour clinicians give and take off what
a documented rule says (:mod:`plants.bedside.orders`), whatever steers the pump; events of an
:class:`~plants.HourScenario` and complications whose cumulative hazards have run up
happen meanwhile. A failed circulation is an outcome, not an error.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence

from plants.bedside.complications import Complications
from plants.bedside.death import DeathAtBedside
from plants.bedside.events import HourEvent, HourScenario
from plants.bedside.explant import (
    PUMP_POSITION_DISTURBANCES,
    FollowUp,
    follow_unsupported,
    patient_disturbances,
)
from plants.bedside.orders import ClinicalOrders
from plants.bedside.run import BedsideRun
from plants.bedside.sensors import BedsideSensors
from plants.bedside.settings import BedsideSettings, bedside_settings
from plants.bedside.supported_run import SupportedRun
from plants.cohorts import VirtualPatient
from plants.console import label_limit
from plants.plant import BeyondLife, LifeWatch, Plant
from plants.pumps import FULL_SUPPORT_LEVEL, Pump
from plants.quantities import HOUR_SLACK, MINUTES_PER_HOUR, InputError, Parameter, check_number
from plants.sensors import Measurement
from plants.slow.laws import DRUGS
from plants.therapies import Therapy

#: How a course on the pump may end.
OUTCOMES = ("explanted", "died", "bridge", "label")
_HOURS = Parameter("hours", "h", "how long", 1e-3, 1000.0)
_MINUTES = Parameter("minutes_each", "min", "time at a level", 0.1, 600.0)
#: Time in which what is quick (leaflets, drugs) settles after the pump is out or turned down, h.
SETTLING_TIME = 0.25


class Bedside:
    """A patient on a pump.

    Parameters
    ----------
    patient : VirtualPatient
        Who; put on the pump by the first access that fits where none was chosen.
    pump : Pump
        A left pump.
    events : HourScenario, optional
        What happens.
    tier : {"console", "icu", "full"}
        What :meth:`measure` shows.
    seed : int
        Seed of the noise of the sensors.
    therapy : Therapy, optional
        Whose definition of death counts; by default the default one.
    baroreflex : bool
        Whether the reflex works.
    fixed_doses : mapping of str to float, optional
        Doses that the clinicians keep whatever the rule says.
    complications : bool
        Whether bleeding, malposition and limb ischemia strike by the patient's own draws.
    noise_scale : float
        Factor on the noise of the sensors.
    beyond_label : bool
        Whether support may go on when the label's duration is over.

    Attributes
    ----------
    outcome : str or None
        One of :data:`OUTCOMES` at the end of the course; None while it goes on.
    reason : str
        What the outcome is due to, with its numbers.
    cause : str
        The same in a few words that are equal for all patients, so that outcomes can be counted:
        for a circulation that failed, a :class:`~plants.quantities.FailureKind`.
    follow_up : FollowUp or None
        What became of the patient after the explant.
    orders : ClinicalOrders
        What is being given.

    Raises
    ------
    InputError
        No access of the pump fits the patient, or an argument is refused.
    PhysicsError
        The patient has no periodic beat without support; or, as time passes, the model breaks down
        and not the circulation.

    Examples
    --------
    >>> from plants import Pump
    >>> from plants import Bedside
    >>> from plants import weaning_patient
    >>> patient, case = weaning_patient(3)
    >>> pump, doses = Pump.load("5.5"), case.fixed_doses
    >>> bedside = Bedside(patient, pump, events=case.events, fixed_doses=doses, seed=3)
    >>> bedside.reset(level="P-8")
    >>> bedside.advance(2.0, "P-8")
    >>> bedside.hours, bedside.level, bedside.outcome
    (2.0, 'P-8', None)
    >>> bedside.measure()["map"] > 50.0
    True
    """

    def __init__(
        self,
        patient: VirtualPatient,
        pump: Pump,
        *,
        events: HourScenario | None = None,
        tier: str = "icu",
        seed: int = 0,
        therapy: Therapy | None = None,
        baroreflex: bool = True,
        fixed_doses: Mapping[str, float] | None = None,
        complications: bool = True,
        noise_scale: float = 1.0,
        beyond_label: bool = False,
    ):
        self.patient = patient if patient.access else patient.on(pump)
        self.pump, self.tier, self.seed = pump, tier, seed
        self.events = events or HourScenario("none")
        self.settings: BedsideSettings = bedside_settings()
        self.therapy = therapy or Therapy.default()
        self.fixed_doses, self.noise_scale, self.beyond_label = (
            dict(fixed_doses or {}),
            noise_scale,
            beyond_label,
        )
        self.label_hours = label_limit(pump)
        self._supported = SupportedRun(
            self.patient, pump, reflex_gain=self.settings["reflex"]["gain"] if baroreflex else 0.0
        )
        self._occurring = complications
        self.reset()

    def reset(self, level: str = FULL_SUPPORT_LEVEL, seed: int | None = None) -> None:
        """Back to the hour at which the pump begins to run.

        Parameters
        ----------
        level : str
            P-level.
        seed : int, optional
            Seed of the sensors; by default that of the constructor.

        Raises
        ------
        InputError
            The device has no such level.
        """
        self._supported.reset(self.pump.level(level).name)
        run = self._run
        self.orders = ClinicalOrders(
            self.settings,
            {name: run.slow.inputs[name] for name in DRUGS},
            run.volume,
            self.fixed_doses,
        )
        self._sensors = self._new_sensors(self.seed if seed is None else seed)
        self.complications = Complications(self.patient.seed, self.settings, self.pump)
        self.outcome: str | None = None
        self.reason, self.cause = "", ""
        self.follow_up: FollowUp | None = None
        self._orders_decided_at = -math.inf
        self._death, self._life = DeathAtBedside(self.settings, self.therapy.death), LifeWatch()
        self._scenario = self.events
        self._restun()
        self._integrate(0.0)

    def _new_sensors(self, seed: int) -> BedsideSensors:
        area = self.plant.patient["body_surface_area"]
        return BedsideSensors(self.tier, seed, area, noise_scale=self.noise_scale)

    @property
    def _run(self) -> BedsideRun:
        return self._supported.run

    @property
    def plant(self) -> Plant:
        """Patient and pump."""
        return self._supported.plant

    @property
    def level(self) -> str:
        """P-level in force."""
        return self._supported.level

    @property
    def alarms(self) -> list[tuple[float, str]]:
        """What the console said, with the hour."""
        return self._supported.alarms

    @property
    def hours(self) -> float:
        """Time on the pump, h."""
        return self._run.slow.hours

    @property
    def pressure_before(self) -> float:
        """True mean arterial pressure on arrival, before support, mmHg."""
        return self._supported.pressure_before

    @property
    def label_remaining(self) -> float:
        """Use of the device that is left by its label, h."""
        return max(self.label_hours - self.hours, 0.0)

    @property
    def beyond_life(self) -> tuple[BeyondLife, ...]:
        """The worst values so far with which no patient lives, on the pump and after it."""
        return self._life.beyond

    @property
    def signals(self) -> tuple[str, ...]:
        """Names of the signals that :meth:`measure` gives."""
        return self._sensors.signals

    def advance(
        self,
        hours: float,
        level: str,
        orders: Mapping[str, float] | None = None,
        *,
        alarms: bool = False,
    ) -> None:
        """Let time pass at a level; the course may end meanwhile.

        Parameters
        ----------
        hours : float
            How long, h.
        level : str
            P-level. Where it leaves no periodic beat, because of suction, the console falls to the
            next lower one that does.
        orders : mapping of str to float, optional
            What is given in place of what the clinicians' rule says: ``inotrope``, ``vasopressor``
            [ug/kg/min], ``transfusion``, ``fluid``, ``diuresis`` [mL/h], ``distal_perfusion``,
            ``position_check``.
        alarms : bool
            Whether time stops before its end where an event brings the mean pressure below the
            limit of the monitor's alarm.

        Raises
        ------
        InputError
            The course has ended, or the device has no such level, or an order is refused.
        """
        self._check_going()
        hours = check_number(hours, _HOURS, "hours", None)
        self._supported.level = self.pump.level(level).name
        end = self.hours + hours
        if orders and self.hours < self._orders_decided_at + 1.0 - HOUR_SLACK:
            self.orders.ordered(orders)
            self._apply_orders()
        while self.outcome is None and self.hours < end - HOUR_SLACK:
            now = self.hours
            if now >= self._orders_decided_at + 1.0 - HOUR_SLACK:
                self._decide_orders(orders)
            until = min(end, self._orders_decided_at + 1.0, self._scenario.next_change(now))
            watched = alarms and self._scenario.changes(now)
            if watched:
                until = min(until, now + self.settings["alarm"]["hours"])
            self._integrate(until - now)
            if self.outcome is None:
                self._restun()
                self._check_outcome()
            if watched and self._alarm_calls():
                return

    def measure(self, *, labs: bool = False, echo: bool = False) -> Measurement:
        """What the monitors show, and laboratory and echo where due or ordered.

        Raises
        ------
        InputError
            The course has ended by death.
        """
        if self.outcome == "died":
            raise InputError("outcome", self.outcome, "a patient who lives")
        return self._sensors.measure(self.hours, self._supported.metrics(), labs=labs, echo=echo)

    def truth(self) -> dict[str, float]:
        """Every metric, slow signal and slow state, the doses, and the factors on the patient.

        For oracles, scores and figures, never for a controller. The factors have the names of the
        disturbances with ``factor_`` before them, all causes together; ``recovered_contractility``
        is that of the myocardium alone, without drugs and reflex.
        """
        values = self._supported.truth(self._scenario)
        orders = {f"order_{name}": value for name, value in self.orders.now.items()}
        return values | orders | {"blood_volume": self._run.volume}

    def ramp(self, levels: Sequence[str], minutes_each: float = 5.0) -> list[Measurement]:
        """A ramp test: each level for some minutes, with echo at its end.

        Parameters
        ----------
        levels : sequence of str
            P-levels in their order.
        minutes_each : float
            Time at each, min.

        Returns
        -------
        list of Measurement
            One for each level that the patient lived through. Nobody goes back by himself: the next
            :meth:`advance` names a level again.
        """
        minutes = check_number(minutes_each, _MINUTES, "minutes_each", None)
        measurements = []
        for level in levels:
            self.advance(minutes / MINUTES_PER_HOUR, level)
            if self.outcome is not None:
                break
            measurements.append(self.measure(echo=True))
        return measurements

    def unsupported(self, *, drugs: bool = True) -> dict[str, float]:
        """Metrics and slow signals were the pump out now; for oracles.

        Parameters
        ----------
        drugs : bool
            Whether what is being given goes on; otherwise inotrope and vasopressor are off.

        Raises
        ------
        PhysicsError
            There would be no periodic beat.
        """
        run = self._supported.without_pump(self._scenario)
        if not drugs:
            run.slow.give(inotrope=0.0, vasopressor=0.0)
        run.advance(SETTLING_TIME, 0.0, patient_disturbances(self._scenario, self.hours))
        return run.metrics()

    def explant(self) -> str:
        """Take the pump out and follow the patient; ends the course.

        Returns
        -------
        {"well", "failed"}
            What became of the patient within 48 h; :attr:`follow_up` has the course.
        """
        self._check_going()
        self.outcome = "explanted"
        self.follow_up = follow_unsupported(
            self._supported.without_pump(self._scenario),
            self.orders,
            self._scenario,
            self.settings,
            self.therapy.death,
        )
        self.reason, self.cause = self.follow_up.reason, self.follow_up.cause
        self._life.add(self.follow_up.beyond_life)
        return self.follow_up.result

    def bridge(self, reason: str) -> None:
        """End the course with a decision for a durable pump or a transplant."""
        self._check_going()
        self._end("bridge", reason, "bridge")

    def fork(self, *, seed: int | None = None, events: Sequence[HourEvent] = ()) -> Bedside:
        """The same patient at the same hour, to try something out; leaves this course alone.

        Parameters
        ----------
        seed : int, optional
            Of new sensors, whose laboratory values and echo are all due; by default a copy of the
            present ones.
        events : sequence of HourEvent
            What happens to the fork besides.
        """
        other = copy.copy(self)
        other._supported = self._supported.fork()
        for name in ("orders", "_sensors", "complications", "_death", "_life"):
            setattr(other, name, copy.deepcopy(getattr(self, name)))
        if seed is not None:
            other._sensors = other._new_sensors(seed)
        if events:
            other.events = self.events.with_events(*events)
            other._scenario = self._scenario.with_events(*events)
        return other

    def _end(self, outcome: str, reason: str, cause: str) -> None:
        self.outcome, self.reason, self.cause = outcome, reason, cause

    def _check_going(self) -> None:
        if self.outcome is not None:
            raise InputError("outcome", self.outcome, "a course that goes on; reset() begins anew")

    def _decide_orders(self, orders: Mapping[str, float] | None) -> None:
        """Clinicians look, and give what their rule or the orders say for the next hour."""
        self._orders_decided_at = self.hours
        self.orders.decide(self._supported.metrics(), orders)
        self._apply_orders()

    def _apply_orders(self) -> None:
        """What is given and done from now on."""
        self._run.diuresis = self.orders.now["diuresis"]
        if self.orders.now["position_check"] >= 0.5:
            end = self.hours + self.settings["malposition"]["put_right"]
            self._scenario = self._scenario.ended(PUMP_POSITION_DISTURBANCES, self.hours, end)

    def _alarm_calls(self) -> bool:
        """Whether the monitor's alarm calls somebody."""
        low = self.settings["alarm"]["map_low"]
        return self.outcome is None and self._supported.metrics()["map"] < low

    def _integrate(self, hours: float) -> None:
        """Let time pass under what happens and is given; a failed circulation is a death."""
        failure = self._supported.advance(hours, self._scenario, self.orders.now)
        if failure is not None:
            self._end("died", str(failure), failure.kind.value)

    def _restun(self) -> None:
        share = self._scenario.restunned(self.hours)
        if share > 0.0:
            self._supported.stun(share)
            self._integrate(0.0)

    def _check_outcome(self) -> None:
        """Death, complications and the label."""
        if self.outcome is not None:
            return
        truth, hours = self._supported.metrics(), self.hours
        self._life.look(truth)
        if death := self._death.look(hours, truth):
            self._end("died", death.reason, death.cause)
            return
        begun = self.complications.check(hours, truth, occurring=self._occurring)
        self._scenario = self._scenario.with_events(*begun) if begun else self._scenario
        if hours >= self.label_hours - HOUR_SLACK and not self.beyond_label:
            reason = f"{self.label_hours:g} h, the duration of the label of {self.pump.name}"
            self._end("label", reason, "label")

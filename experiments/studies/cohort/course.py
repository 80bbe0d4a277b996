"""Days of one virtual patient on a pump: a rule for the level, and what goes wrong.

Time passes by the multirate scheme. At every check the level is set by the clinical rule of the
data file (or held), and what the cumulative hazards have reached happens. What complications are
and do, when a limb asks for a catheter and when hemolysis counts is that of the bedside
(:mod:`plants.bedside`); the drugs stay as they are, so that supports are compared and not orders.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from experiments.studies.cohort.outcome import RECORDED_SIGNALS, REFUSED, RULE, Course, Support
from experiments.studies.cohort.settings import CohortSettings, cohort_settings
from plants import (
    HAZARDS,
    MultirateRun,
    PhysicsError,
    Plant,
    Pump,
    SlowClock,
    Therapy,
    VirtualPatient,
    event_times,
    sample_head_flow,
    unknown_name,
)
from plants.bedside import (
    Complications,
    HourScenario,
    Numbers,
    bedside_settings,
    infusions_at,
    limb_is_starved,
)
from plants.cohorts import PatientRefused
from plants.console import next_lower_level
from plants.plant import LifeWatch, beyond_life_text
from plants.pumps import level_name, level_number
from plants.quantities import HOUR_SLACK, SECONDS_PER_HOUR, stream
from plants.simulation import (
    COMPLETED,
    DIED,
    DeathWatch,
    failure_outcome,
    fall_cause,
    fall_text,
    is_fatal,
)

#: Relative error of an outer step that is aimed at; what comes out differs by less than 0.5 % from
#: what a fiftieth of it gives.
TOLERANCE = 0.05
_BLEED, _SLIP, _LIMB = HAZARDS


def run_support(
    patient: VirtualPatient,
    support: Support,
    settings: CohortSettings | None = None,
    *,
    bedside: Numbers | None = None,
    malpositioned: bool = False,
    reflex: bool = False,
) -> Course:
    """Let a patient be supported; a death or an impossible anatomy is a labelled outcome.

    Parameters
    ----------
    patient : VirtualPatient
        Who.
    support : Support
        On what and how.
    settings : CohortSettings, optional
        By default those that come with the package.
    bedside : BedsideSettings or mapping, optional
        What complications do and what is done for them; by default that of the bedside.
    malpositioned : bool
        Whether the course is run again with a pump that slips for certain, so that the incidence
        of hemolysis can be told from few patients.
    reflex : bool
        Whether the patient's baroreflex works.

    Raises
    ------
    InputError
        A device, level or access that does not exist.

    Examples
    --------
    >>> from experiments.studies.cohort.course import run_support
    >>> from experiments.studies.cohort.outcome import Support
    >>> from plants import Population
    >>> run_support(Population("shock-c").draw(0), Support("CP", days=0.5)).outcome
    'completed'
    """
    settings, bedside = settings or cohort_settings(), bedside or bedside_settings()
    pump = _own_pump(Pump.load(support.device), patient.seed, settings)
    if support.access and support.access not in pump.access:
        raise unknown_name("access", support.access, pump.access)
    try:
        placed = patient.on(pump, support.access)
    except PatientRefused as error:
        return Course(support.name, REFUSED, error.allowed, error.kind, support.access)
    days = _SupportedDays(placed, pump, support, settings, bedside, reflex=reflex)
    course = days.course()
    if malpositioned:
        again = course
        if math.isinf(course.malposition):
            sure = {_SLIP: _share(placed.seed) * course.recorded[_SLIP][-1]}
            limits = days.complications.limits | sure
            again = _SupportedDays(
                placed, pump, support, settings, bedside, limits, reflex=reflex
            ).course()
        course = replace(course, hemolysis_if_malpositioned=again.hemolysis)
    return course


def _share(seed: int) -> float:
    """At which share of the whole hazard a pump slips that slips for certain."""
    return float(stream("certain malposition", seed).random())


def _own_pump(pump: Pump, seed: int, settings: CohortSettings) -> Pump:
    """The pump with a head-flow law and a hemolysis of its own: no two are alike."""
    random = stream("pump release", seed)
    factor = math.exp(settings["release_deviation"] * float(random.standard_normal()))
    rate = {"hemolysis_reference_rate": pump["hemolysis_reference_rate"] * factor}
    drawn = sample_head_flow(pump, seed)
    return drawn.replace(pump.name, source="drawn for the cohort", tag="X", **rate)


class _SupportedDays:
    """A patient on a pump, looked at every few hours."""

    def __init__(
        self,
        patient: VirtualPatient,
        pump: Pump,
        support: Support,
        settings: CohortSettings,
        bedside: Numbers,
        limits: Mapping[str, float] | None = None,
        *,
        reflex: bool,
    ):
        self.patient, self.pump, self.support, self.settings = patient, pump, support, settings
        self.bedside = bedside
        self.end = support.hours(pump)
        self.run = MultirateRun(
            Plant(patient.patient, pump),
            SlowClock(
                patient.patient,
                patient.slow_parameters(pump).replace(baroreflex_gain=float(reflex)),
            ),
            tolerance=TOLERANCE,
        )
        interval = settings["sample_interval"]
        self.complications = Complications(
            patient.seed,
            bedside,
            pump,
            limits=limits,
            sample_interval=interval,
            first_sample=interval,
        )
        self.death, self.life = DeathWatch(Therapy.default().death), LifeWatch()
        self.scenario = HourScenario("complications")
        self.outside: dict[str, float] = {}
        self.held_at: tuple[str, dict[str, float]] | None = None  # what the run is held at
        self.catheter = math.inf
        self.times: list[float] = []
        self.recorded: dict[str, list[float]] = {name: [] for name in (*HAZARDS, *RECORDED_SIGNALS)}
        held = support.levels != RULE
        number = int(settings["highest_level"])
        self.level = pump.level(support.levels if held else number).name

    def course(self) -> Course:
        try:
            while self.run.slow.hours < self.end - HOUR_SLACK:
                step = min(self.settings["check_interval"], self.end - self.run.slow.hours)
                metrics = self._measured()
                self._note(metrics)
                if self.death.died(metrics, step * SECONDS_PER_HOUR):
                    death = self.death.death
                    return self._result(DIED, fall_text(death, metrics), fall_cause(death))
                self._act(metrics)
                self._advance(self.run.slow.hours + step)
            self._note(self.run.metrics())
        except PhysicsError as error:
            return self._result(*failure_outcome(error), error.kind.value)
        return self._result(COMPLETED)

    def _act(self, metrics: dict[str, float]) -> None:
        """At a check: let happen what is due, treat, set the level."""
        if self.times[-1] > 0.0:
            self._events()
            if limb_is_starved(metrics, self.bedside["orders"]):
                self._put_catheter_in()
        if self.support.levels == RULE:
            self._set_level(metrics)

    def _measured(self) -> dict[str, float]:
        """Metrics at the present level; a lower one where it has no periodic beat."""
        while True:
            try:
                return self._metrics_at(self.level)
            except PhysicsError as error:
                self._lowered_or_lost(error)

    def _metrics_at(self, level: str) -> dict[str, float]:
        """Metrics at a level; those of the last step where nothing has changed since."""
        asked = (level, dict(self.outside))
        if asked != self.held_at:
            self.run.hold(self.pump.speed(level), self.outside)
            self.held_at = asked
        return self.run.metrics()

    def _advance(self, until: float) -> None:
        while self.run.slow.hours < until - HOUR_SLACK:
            left = until - self.run.slow.hours
            self.held_at = (self.level, dict(self.outside))
            try:
                self.run.advance(left, self.pump.speed(self.level), self.outside, longest=left)
            except PhysicsError as error:
                self._lowered_or_lost(error)

    def _lowered_or_lost(self, error: PhysicsError) -> None:
        """Suction may leave no periodic beat: one level lower, as the console goes."""
        lowest = int(self.settings["lowest_level"])
        lower = next_lower_level(self.level, lowest, self._has_beat) if is_fatal(error) else None
        if lower is None:
            raise error
        self.level = lower

    def _has_beat(self, level: str) -> bool:
        try:
            self._metrics_at(level)
        except PhysicsError:
            return False
        return True

    def _note(self, metrics: dict[str, float]) -> None:
        hours = self.run.slow.hours
        self.life.look(metrics)
        self.times.append(hours)
        number = float(level_number(self.level))
        values = metrics | self.run.slow.states() | {"level": number}
        for name, series in self.recorded.items():
            series.append(values[name])
        if hours > 0.0:
            self.complications.take_sample(hours, values["pfhb"])

    def _events(self) -> None:
        """What the hazards have reached begins, and what is over ends."""
        hours = self.run.slow.hours
        now = {name: self.recorded[name][-1] for name in HAZARDS}
        self.scenario = self.scenario.with_events(*self.complications.occurrence(hours, now))
        self.outside = self.scenario.disturbances(hours)
        infusions = {"transfusion": 0.0, "fluid": 0.0}
        self.run.slow.give(**infusions_at(infusions, self.scenario, hours))

    def _put_catheter_in(self) -> None:
        if math.isinf(self.catheter):
            self.catheter = self.run.slow.hours
            self.run.slow.give(distal_perfusion=1.0)

    def _set_level(self, metrics: dict[str, float]) -> None:
        """The clinical rule."""
        if self.run.slow.hours < self.settings["full_support"] - HOUR_SLACK:
            self.level = self._highest_without_suction()
        elif metrics["suction"] > self.bedside["alarm"]["suction_share"]:
            self.level = self._moved(-1)
        elif (
            metrics["map"] < self.settings["map_low"]
            or metrics["cardiac_power_output"] < self.settings["cpo_low"]
        ):
            higher = self._moved(1)
            self.level = higher if self._free_of_suction(higher) else self.level
        elif (
            metrics["map"] >= self.settings["map_reduce"]
            and metrics["cardiac_power_output"] >= self.settings["cpo_reduce"]
        ):
            self.level = self._moved(-1)

    def _moved(self, by: int) -> str:
        number = level_number(self.level) + by
        low, high = int(self.settings["lowest_level"]), int(self.settings["highest_level"])
        return level_name(min(max(number, low), high))

    def _highest_without_suction(self) -> str:
        low, high = int(self.settings["lowest_level"]), int(self.settings["highest_level"])
        for number in range(high, low, -1):
            if self._free_of_suction(level_name(number)):
                return level_name(number)
        return level_name(low)

    def _free_of_suction(self, level: str) -> bool:
        try:
            return self._metrics_at(level)["suction"] <= self.bedside["alarm"]["suction_share"]
        except PhysicsError:
            return False

    def _result(self, outcome: str, reason: str = "", cause: str = "") -> Course:
        series = {name: self.recorded[name] for name in HAZARDS}
        struck = event_times(self.times, series, self.complications.limits)
        anatomy = self.patient.anatomy(self.pump, self.patient.access)
        return Course(
            support=self.support.name,
            outcome=outcome,
            reason=reason,
            cause=cause,
            access=self.patient.access,
            sheath_artery_ratio=anatomy.sheath_artery_ratio,
            hours=self.run.slow.hours,
            bleeding=struck[_BLEED],
            malposition=struck[_SLIP],
            limb=struck[_LIMB],
            hemolysis=self.complications.occurred_at.get("hemolysis", math.inf),
            distal_perfusion=self.catheter,
            times=self.times,
            recorded=self.recorded,
            beyond_life=beyond_life_text(self.life.beyond),
        )

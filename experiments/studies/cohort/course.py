"""Days of one virtual patient on a pump: levels as at the bedside, and what goes wrong.

Time passes by the multirate scheme. At every check the level is set by the clinical rule of the
data file (or held), and what the cumulative hazards have reached happens: a bleeding that is
treated, a malposition that lasts, an ischemic limb. Hemolysis is what the laboratory finds.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from experiments.studies.cohort.outcome import (
    COMPLETED,
    DIED,
    NOTED,
    REFUSED,
    RULE,
    Course,
    Support,
)
from experiments.studies.cohort.settings import CohortSettings, cohort_settings
from plants import (
    HAZARDS,
    InputError,
    MultirateRun,
    PhysicsError,
    Plant,
    Pump,
    SlowClock,
    Therapy,
    VirtualPatient,
    event_times,
    sample_head_flow,
    thresholds,
)
from plants.slow.laws import SIGNIFICANT_PFHB, SIGNIFICANT_WITHIN_HOURS

#: Relative error of an outer step that is aimed at; what comes out differs by less than 0.5 % from
#: what a fiftieth of it gives.
TOLERANCE = 0.05
_BLEED, _SLIP = "bleeding_hazard", "malposition_hazard"


def supported(
    patient: VirtualPatient,
    support: Support,
    settings: CohortSettings | None = None,
    *,
    malposed: bool = False,
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
    malposed : bool
        Whether the course is run again with a pump that slips for certain, so that the incidence
        of hemolysis can be told from few patients.

    Raises
    ------
    InputError
        A device, level or access that does not exist.

    Examples
    --------
    >>> from experiments.studies.cohort.course import supported
    >>> from experiments.studies.cohort.outcome import Support
    >>> from plants import Population
    >>> supported(Population("shock-c").draw(0), Support("CP", days=0.5)).outcome
    'completed'
    """
    settings = settings or cohort_settings()
    pump = _own_pump(Pump.load(support.device), patient.seed, settings)
    if support.access and support.access not in pump.access:
        allowed = "one of " + ", ".join(pump.access)
        raise InputError("access", support.access, allowed, source=pump.path)
    try:
        placed = patient.on(pump, support.access)
    except InputError as error:
        return Course(support.name, REFUSED, str(error.allowed), support.access)
    limits = thresholds(placed.seed)
    course = _Bedside(placed, pump, support, settings, limits).course()
    if malposed:
        again = course
        if math.isinf(course.malposition):
            sure = {_SLIP: _share(placed.seed) * course.noted[_SLIP][-1]}
            again = _Bedside(placed, pump, support, settings, limits | sure).course()
        course = replace(course, hemolysis_if_malposed=again.hemolysis)
    return course


def _share(seed: int) -> float:
    """At which share of the whole hazard a pump slips that slips for certain."""
    return float(np.random.default_rng([seed, zlib.crc32(b"slip")]).random())


def _own_pump(pump: Pump, seed: int, settings: CohortSettings) -> Pump:
    """The pump with a head-flow law and a hemolysis of its own: no two are alike."""
    random = np.random.default_rng([seed, zlib.crc32(b"pump")])
    factor = math.exp(settings["release_deviation"] * float(random.standard_normal()))
    rate = {"hemolysis_reference_rate": pump["hemolysis_reference_rate"] * factor}
    drawn = sample_head_flow(pump, seed)
    return drawn.replace(pump.name, source="drawn for the cohort", tag="X", **rate)


class _Bedside:
    """A patient on a pump, looked at every few hours."""

    def __init__(
        self,
        patient: VirtualPatient,
        pump: Pump,
        support: Support,
        settings: CohortSettings,
        limits: Mapping[str, float],
    ):
        self.patient, self.pump, self.support, self.set = patient, pump, support, settings
        self.end = support.hours(pump)
        self.run = MultirateRun(
            Plant(patient.patient, pump),
            SlowClock(patient.patient, patient.slow_parameters(pump)),
            tolerance=TOLERANCE,
        )
        self.limits = limits
        self.death = Therapy.default().death
        self.outside: dict[str, float] = {}
        self.until: dict[str, float] = {}  # when what goes on now ends, h
        self.held: tuple[str, dict[str, float]] | None = None  # what the run is held at
        self.catheter = math.inf
        self.times: list[float] = []
        self.noted: dict[str, list[float]] = {name: [] for name in (*HAZARDS, *NOTED)}
        self.samples: list[tuple[float, float]] = []
        self.hemolysis = math.inf
        held = support.levels != RULE
        number = int(settings["highest_level"])
        self.level = pump.level(support.levels if held else number).name

    def course(self) -> Course:
        outcome, reason = COMPLETED, ""
        try:
            while self.run.slow.hours < self.end - 1e-6:
                self._look()
                step = min(self.set["check_interval"], self.end - self.run.slow.hours)
                self._advance(self.run.slow.hours + step)
            self._note(self.run.metrics())
        except PhysicsError as error:
            outcome, reason = DIED, str(error)
        return self._told(outcome, reason)

    def _look(self) -> None:
        """A check: note, let happen what is due, treat, and set the level."""
        metrics = self._measured()
        self._note(metrics)
        if self.death.threatens(metrics):
            raise PhysicsError(f"{self.death.signal} fell to {metrics[self.death.signal]:.0f}")
        if self.times[-1] > 0.0:
            self._events()
            if metrics["limb_perfusion"] < self.set["limb_perfusion_low"]:
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
        if asked != self.held:
            self.run.hold(self.pump.speed(level), self.outside)
            self.held = asked
        return self.run.metrics()

    def _advance(self, until: float) -> None:
        while self.run.slow.hours < until - 1e-6:
            left = until - self.run.slow.hours
            self.held = (self.level, dict(self.outside))
            try:
                self.run.advance(left, self.pump.speed(self.level), self.outside, longest=left)
            except PhysicsError as error:
                self._lowered_or_lost(error)

    def _lowered_or_lost(self, error: PhysicsError) -> None:
        """Suction may leave no periodic beat: one level lower, as the console would go."""
        lower = self._moved(-1)
        if self.support.levels != RULE or lower == self.level:
            raise error
        self.level = lower

    def _note(self, metrics: dict[str, float]) -> None:
        hours = self.run.slow.hours
        self.times.append(hours)
        number = float(self.level.removeprefix("P-"))
        values = metrics | self.run.slow.states() | {"level": number}
        for name, series in self.noted.items():
            series.append(values[name])
        interval = self.set["sample_interval"]
        if hours > 0.0 and hours >= (len(self.samples) + 1) * interval - 1e-6:
            self._sampled(hours, values["pfhb"])

    def _sampled(self, hours: float, pfhb: float) -> None:
        """The laboratory's answer, and whether it meets the definition of hemolysis."""
        self.samples.append((hours, pfhb))
        high = [time for time, value in self.samples if value > SIGNIFICANT_PFHB]
        if len(high) > 1 and high[-1] == hours and hours - high[-2] <= SIGNIFICANT_WITHIN_HOURS:
            self.hemolysis = min(self.hemolysis, hours)

    def _events(self) -> None:
        hours = self.run.slow.hours
        for name, end in list(self.until.items()):
            if hours >= end - 1e-6:
                self.until[name] = -math.inf  # Over, and not again.
                self._stop(name)
        starts: dict[str, Callable[[], float]] = {
            _BLEED: self._bleed,
            _SLIP: self._slip,
        }
        for name, begin in starts.items():
            if name not in self.until and self.noted[name][-1] >= self.limits[name]:
                self.until[name] = hours + begin()

    def _bleed(self) -> float:
        self.run.slow.give(
            bleeding=self.set["bleeding_rate"],
            transfusion=self.set["transfusion_rate"],
            fluid=self.set["fluid_rate"],
        )
        return self.set["bleeding_hours"]

    def _slip(self) -> float:
        """Put the pump where it should not lie, for hours that the seed decides."""
        random = np.random.default_rng([self.patient.seed, zlib.crc32(b"malposition")])
        mitral, share = map(float, random.random(2))
        if mitral < self.set["malposition_mitral_share"]:
            self.outside = {"mitral_contact": self.set["malposition_mitral_contact"]}
        else:
            self.outside = {"inlet_depth": self.pump["position_deep"]}
        low, high = self.set["malposition_low"], self.set["malposition_high"]
        return low + (high - low) * share

    def _stop(self, name: str) -> None:
        if name == _BLEED:
            self.run.slow.give(bleeding=0.0, transfusion=0.0, fluid=0.0)
        else:
            self.outside = {}

    def _put_catheter_in(self) -> None:
        if math.isinf(self.catheter):
            self.catheter = self.run.slow.hours
            self.run.slow.give(distal_perfusion=1.0)

    def _set_level(self, metrics: dict[str, float]) -> None:
        """The clinical rule."""
        if self.run.slow.hours < self.set["full_support"] - 1e-6:
            self.level = self._highest_without_suction()
        elif metrics["suction"] > self.set["suction_share"]:
            self.level = self._moved(-1)
        elif (
            metrics["map"] < self.set["map_low"]
            or metrics["cardiac_power_output"] < self.set["cpo_low"]
        ):
            higher = self._moved(1)
            self.level = higher if self._free_of_suction(higher) else self.level
        elif (
            metrics["map"] >= self.set["map_reduce"]
            and metrics["cardiac_power_output"] >= self.set["cpo_reduce"]
        ):
            self.level = self._moved(-1)

    def _moved(self, by: int) -> str:
        number = int(self.level.removeprefix("P-")) + by
        low, high = int(self.set["lowest_level"]), int(self.set["highest_level"])
        return f"P-{min(max(number, low), high)}"

    def _highest_without_suction(self) -> str:
        low, high = int(self.set["lowest_level"]), int(self.set["highest_level"])
        for number in range(high, low, -1):
            if self._free_of_suction(f"P-{number}"):
                return f"P-{number}"
        return f"P-{low}"

    def _free_of_suction(self, level: str) -> bool:
        try:
            return self._metrics_at(level)["suction"] <= self.set["suction_share"]
        except PhysicsError:
            return False

    def _told(self, outcome: str, reason: str) -> Course:
        series = {name: self.noted[name] for name in HAZARDS}
        found = event_times(self.times, series, self.limits)
        anatomy = self.patient.anatomy(self.pump, self.patient.access)
        return Course(
            support=self.support.name,
            outcome=outcome,
            reason=reason,
            access=self.patient.access,
            sheath_artery_ratio=anatomy.sheath_artery_ratio,
            hours=self.run.slow.hours,
            bleeding=found[_BLEED],
            malposition=found[_SLIP],
            limb=found["limb_hazard"],
            hemolysis=self.hemolysis,
            distal_perfusion=self.catheter,
            times=self.times,
            noted=self.noted,
        )

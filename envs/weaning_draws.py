"""What differs between episodes of weaning: patient, case, begin, events and sensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np

from envs.episodes import checked_options
from envs.weaning_pool import ConstantLevelCourse, PatientPool
from plants import Bedside, HourScenario, InputError, PhysicsError, Pump, label_limit, unknown_name
from plants.bedside import CASES
from plants.cohorts import FIRST_EVALUATION_SEED
from plants.quantities import Parameter, check_count, check_number

#: What ``options`` of a reset may hold.
OPTIONS = ("patient", "case", "start", "begin", "events")
_SEEDS = 2**31
# Patients whose arteries take no access of the device are drawn again, this often.
_ATTEMPTS = 50
_ONSET = Parameter("event_hours", "h", "when an event begins", 0.0, 1000.0)


@dataclass(frozen=True)
class WeaningEpisode:
    """One draw.

    Attributes
    ----------
    bedside : Bedside
        The patient at the first decision.
    course : ConstantLevelCourse
        The same patient, held at the level at first.
    case : str
        What becomes of him or her.
    events : str
        Preset of what happens besides.
    """

    bedside: Bedside
    course: ConstantLevelCourse
    case: str
    events: str


class WeaningDraws:
    """Draws episodes.

    Parameters
    ----------
    pool : PatientPool
        Makes the patients.
    pump : Pump
        The device.
    case : str, sequence of str or None
        Cases, equally likely; None: with their shares in the cohort.
    cohort_size, cohort_first : int
        Number of different patients, and the first one's seed.
    start : str
        P-level at first.
    begin : int or sequence of int
        Hours on the pump at the first decision, equally likely.
    events : str, sequence of str or None
        Presets of what happens besides, equally likely.
    event_hours : (float, float) or None
        From when to when they begin, h; None: as the presets say.

    Raises
    ------
    InputError
        A name is unknown or a number out of its range.
    """

    def __init__(
        self,
        pool: PatientPool,
        pump: Pump,
        *,
        case: str | Sequence[str] | None,
        cohort_size: int,
        cohort_first: int,
        start: str,
        begin: int | Sequence[int],
        events: str | Sequence[str] | None,
        event_hours: Sequence[float] | None,
    ):
        self.pool, self._pump, self.start = pool, pump, pump.level(start).name
        self._cases = (case,) if isinstance(case, str) else tuple(case or ("",))
        for chosen in self._cases:
            if chosen and chosen not in CASES:
                raise unknown_name("case", chosen, CASES)
        self._size = check_count(cohort_size, "cohort_size", 1, FIRST_EVALUATION_SEED)
        most = FIRST_EVALUATION_SEED - self._size
        self._first = check_count(cohort_first, "cohort_first", 0, most)
        self._longest = int(np.ceil(label_limit(pump))) - 1
        begins = (begin,) if isinstance(begin, int | float | Integral) else tuple(begin)
        self._begins = tuple(check_count(hour, "begin", 0, self._longest) for hour in begins)
        self._events = (events,) if isinstance(events, str) else tuple(events or ("none",))
        for name in self._events:
            HourScenario.preset(name)
        self._event_hours = _range(event_hours)
        if not (self._cases and self._begins and self._events):
            raise InputError("begin", begin, "one hour or more")

    @property
    def patients(self) -> range:
        """Seeds of the cohort."""
        return range(self._first, self._first + self._size)

    def episode(
        self, random: np.random.Generator, options: Mapping[str, Any] | None = None
    ) -> WeaningEpisode:
        """Draw an episode; what the options name is taken as it is.

        Raises
        ------
        InputError
            An option is unknown or refused, or no patient's arteries take the device.
        """
        given = checked_options(options, OPTIONS)
        start = self._pump.level(given.get("start", self.start)).name
        sensor_seed = int(random.integers(_SEEDS))
        for attempt in range(_ATTEMPTS):
            # All are drawn whatever is given, so that an option changes nothing else.
            seed = self._first + int(random.integers(self._size))
            case = _draw_one(self._cases, random)
            begin, name = _draw_one(self._begins, random), _draw_one(self._events, random)
            share = float(random.random())
            begin = check_count(given.get("begin", begin), "begin", 0, self._longest)
            events = self._happens(given.get("events", name), share)
            try:
                seed, case = given.get("patient", seed), given.get("case", case)
                course, weaning_case = self.pool.course(seed, case, start)
            except (InputError, PhysicsError):
                if "patient" in given or attempt == _ATTEMPTS - 1:
                    raise
                continue
            if events.events:
                course = ConstantLevelCourse(course.first, events)
            return WeaningEpisode(
                course.begin(begin, sensor_seed), course, weaning_case.name, events.name
            )
        raise AssertionError("unreachable")

    def _happens(self, name: str, share: float) -> HourScenario:
        if self._event_hours is None or not HourScenario.preset(name).events:
            return HourScenario.preset(name)
        low, high = self._event_hours
        return HourScenario.preset(name, onset=low + share * (high - low))


def _draw_one(of: Sequence[Any], random: np.random.Generator) -> Any:
    return of[int(random.integers(len(of)))]


def _range(hours: Sequence[float] | None) -> tuple[float, float] | None:
    if hours is None:
        return None
    refused = InputError("event_hours", hours, "two hours, the earlier first")
    try:
        low, high = (check_number(hour, _ONSET, "event_hours", None) for hour in hours)
    except InputError:
        raise
    except (TypeError, ValueError):
        raise refused from None
    if low > high:
        raise refused
    return low, high

"""The frame of the controllers of the literature: everything but the law itself.

Laws were published for other pumps, plants and sampling times. Here each is asked once a beat (at
most once a control period), sees the quantities of the last beat, and gives a speed; the frame
keeps it within the range and the rate of the speed, holds it while a quantity is missing, takes the
operating point at the hand-over, and stands under the supervisor that all controllers share.
"""

from __future__ import annotations

import abc
import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from controllers.beat_clock import BeatClock
from controllers.clamped_pi import LONGEST_STEP
from controllers.literature.averages import mean_beat
from controllers.literature.beat_quantities import BeatQuantities, Quantities
from controllers.literature.settings import DEFAULT, PUBLISHED, Declared, literature_settings
from controllers.operating_points import speed_limits
from controllers.protocol import Briefing, Command, not_reset
from controllers.supervision import Reading, Supervisor, Used
from plants import Measurement
from plants.quantities import number_parts, parameter_table

_FRAME = parameter_table(
    ("rate_limit", "rpm/s", "fastest change of the speed command", 10, 100_000),
    ("hand_over_time", "s", "time whose mean is the operating point at the hand-over", 0, 60),
)


@functools.cache
def frame_settings() -> Mapping[str, float]:
    """Rate of the speed, and time of the hand-over (read once)."""
    path = Path(__file__).parents[1] / "data" / "literature" / "frame.toml"
    return number_parts(path, {"parameters": _FRAME})["parameters"]


@dataclass(frozen=True)
class Moment:
    """What a law is told when it is asked.

    Attributes
    ----------
    beat : Quantities
        The last completed beat; all that the law needs is known.
    measured : Measurement
        The readings that are believed.
    speed : float
        The speed in force, rpm.
    low, high : float
        Speeds between which the next lies, by range and rate, rpm. An integral that heeds them
        (:class:`controllers.clamped_pi.ClampedPI`) does not wind up.
    time : float
        By the clock of the controller, s.
    seconds : float
        Time since the law was asked last, at most
        :data:`~controllers.clamped_pi.LONGEST_STEP`.
    beats : int
        Beats completed in these seconds, one at least.
    """

    beat: Quantities
    measured: Measurement
    speed: float
    low: float
    high: float
    time: float
    seconds: float
    beats: int


class SpeedLaw(abc.ABC):
    """A law of the literature in a run."""

    #: Whether :meth:`hand_over` waits for the operating point at the begin of the run.
    TAKES_OPERATING_POINT: ClassVar[bool] = True

    @property
    def settling_time(self) -> float:
        """Time (s) before the beats whose mean is the operating point at the hand-over."""
        return 0.0

    def observe(
        self, beat: Quantities, measured: Measurement, speed: float, seconds: float
    ) -> Quantities:
        """The quantities with what the law itself makes of them; called before the hand-over too.

        Parameters
        ----------
        beat : Quantities
            The last completed beat.
        measured : Measurement
            The readings that are believed.
        speed : float
            The speed in force, rpm.
        seconds : float
            Time since the last call, as in :class:`Moment`.
        """
        return beat

    def hand_over(self, settled: Quantities, speed: float) -> None:  # noqa: B027 - may be left out
        """Take over at an operating point: references of the run are set here, once.

        Parameters
        ----------
        settled : Quantities
            Mean of the first beats, at a held speed.
        speed : float
            That speed, rpm.
        """

    def restart(self, speed: float) -> None:  # noqa: B027 - may be left out
        """Begin again at a speed (rpm): what was remembered of beats is void, references stay.

        Called at the begin of a run as well, before :meth:`hand_over`.
        """

    @abc.abstractmethod
    def next_speed(self, now: Moment) -> float:
        """The speed that the law wants, rpm; NaN holds the one in force."""


class LiteratureController(abc.ABC):
    """A controller of the literature: a law, what it needs and its settings.

    Parameters
    ----------
    part : {"default", "published"}
        Which settings of its file: ours, or the paper's where there are any.
    settings : Mapping of str to float, optional
        Values that replace those of the file.

    Raises
    ------
    InputError
        There is no such part, or a setting is unknown or out of its range.

    Notes
    -----
    A subclass is a file: its :attr:`NAME`, :attr:`SUMMARY`, :attr:`PARAMETERS`, :attr:`NEEDS` and
    :meth:`law`. It becomes a controller by name with its line in
    :data:`controllers.literature.LITERATURE`.

    The speed stays between P-2 and the highest level without a time limit, and changes by no more
    than 4 krpm/s. A needed quantity that is missing holds the speed; after more than 1 s the
    fallback level of the therapy is commanded, and the law starts anew from it
    (:class:`controllers.supervision.Supervisor`).
    """

    #: Name of the controller and of its settings file.
    NAME: ClassVar[str]
    #: What ``impellab list controllers`` says of it.
    SUMMARY: ClassVar[str]
    #: Numbers of the part ``default``.
    PARAMETERS: ClassVar[Declared]
    #: Numbers of the part ``published``; None where no settings are published.
    PUBLISHED_PARAMETERS: ClassVar[Declared | None] = None
    #: Quantities without which the law is not asked.
    NEEDS: ClassVar[tuple[str, ...]]

    def __init__(self, part: str = DEFAULT, *, settings: Mapping[str, float] | None = None):
        declared = {DEFAULT: self.PARAMETERS}
        if self.PUBLISHED_PARAMETERS is not None:
            declared[PUBLISHED] = self.PUBLISHED_PARAMETERS
        self.settings = literature_settings(self.NAME, declared, part, settings or {})
        self.name = self.NAME if part == DEFAULT else f"{self.NAME}:{part}"
        self._supervisor: Supervisor | None = None

    @abc.abstractmethod
    def law(self, briefing: Briefing) -> SpeedLaw:
        """The law of a new run, by :attr:`settings`."""

    def needs(self, briefing: Briefing) -> tuple[str, ...]:
        """The quantities without which the law is not asked; by default :attr:`NEEDS`."""
        return self.NEEDS

    def reset(self, briefing: Briefing) -> None:
        """Begin a new run.

        Raises
        ------
        InputError
            The tier does not tell what the law needs, or the pump has no such fallback level or is
            one for the right ventricle.
        """
        briefing.check_left_pump(self.name)
        quantities, needs = BeatQuantities(briefing), self.needs(briefing)
        sources = quantities.sources(*needs)
        low, high = speed_limits(briefing.pump)
        run = _Run(self.law(briefing), briefing, quantities, needs, low, high)
        used = Used(sources, needed=sources)
        self._supervisor = Supervisor(run, briefing, used, low=low, high=high)

    def act(self, measurement: Measurement) -> Command:
        """The command for the coming period.

        Raises
        ------
        RuntimeError
            The controller was not reset first.
        """
        if self._supervisor is None:
            raise not_reset()
        return self._supervisor.act(measurement)


class _Run:
    """A law in a run: when it is asked, and between which speeds."""

    def __init__(
        self,
        law: SpeedLaw,
        briefing: Briefing,
        quantities: BeatQuantities,
        needs: tuple[str, ...],
        low: float,
        high: float,
    ):
        self._law, self._quantities, self._needs = law, quantities, needs
        self._low, self._high = low, high
        self._period = briefing.period
        self._clock = BeatClock(briefing.patient["heart_rate"])
        self._settled = not law.TAKES_OPERATING_POINT
        self.restart(briefing.start_speed)

    def restart(self, speed: float) -> None:
        self._speed = speed
        self._seconds, self._beats, self._ramped = 0.0, 0, 0.0
        self._first: list[Quantities] = []
        self._first_seconds = 0.0
        self._law.restart(speed)

    def advance(self, reading: Reading) -> Command:
        beat = self._quantities.update(reading.values)
        if math.isfinite(beat.heart_rate):
            self._clock.heart_rate = beat.heart_rate
        self._seconds += reading.seconds
        # A call may be late; the speed does not change faster for it.
        self._ramped += min(reading.seconds, self._period)
        self._beats += self._clock.advance(reading.seconds)
        known = all(math.isfinite(getattr(beat, name)) for name in self._needs)
        if self._beats and known:  # Between beats nothing new is known.
            self._step(beat, reading)
            self._seconds, self._beats, self._ramped = 0.0, 0, 0.0
        return Command(self._speed)

    def _step(self, beat: Quantities, reading: Reading) -> None:
        seconds = min(self._seconds, LONGEST_STEP)
        beat = self._law.observe(beat, reading.values, self._speed, seconds)
        if not self._settled and not self._hand_over(beat, seconds):
            return
        low, high = self._reach()
        moment = Moment(
            beat=beat,
            measured=reading.values,
            speed=self._speed,
            low=low,
            high=high,
            time=reading.time,
            seconds=seconds,
            beats=self._beats,
        )
        speed = self._law.next_speed(moment)
        if math.isfinite(speed):
            self._speed = min(max(speed, low), high)

    def _hand_over(self, beat: Quantities, seconds: float) -> bool:
        """Whether the first beats have been seen; then the law has their mean."""
        self._first_seconds += seconds
        settling = self._law.settling_time
        if self._first_seconds > settling:
            self._first.append(beat)
        if self._first_seconds < settling + frame_settings()["hand_over_time"]:
            return False
        self._law.hand_over(mean_beat(self._first), self._speed)
        self._settled = True
        return True

    def _reach(self) -> tuple[float, float]:
        """Speeds that may be commanded now; from outside the range the rate gives way."""
        largest = frame_settings()["rate_limit"] * self._ramped
        low, high = self._speed - largest, self._speed + largest
        return min(max(low, self._low), self._high), max(min(high, self._high), self._low)

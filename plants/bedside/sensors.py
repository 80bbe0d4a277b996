"""What a bedside shows: monitors at every look, laboratory and echo when they are done.

The monitors are those of :class:`~plants.Sensors`. Besides there are the doses on the
infusion pumps, exact; what the monitors compute from their own values (cardiac index, cardiac power
output, pulmonary-artery pulsatility index); laboratory values and echo, every so many hours and
when ordered, NaN between.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Annotated

from pydantic import BeforeValidator

from plants.plant import power_output, pulsatility_index
from plants.quantities import (
    DATA,
    HOUR_SLACK,
    SECONDS_PER_HOUR,
    SIGNALS,
    CheckedModel,
    Parameter,
    Source,
    Tag,
    clipped,
    load_toml,
    number_in,
    one_of,
    stream,
)
from plants.sensors import Measurement, Sensors, SignalUnit, Spread, with_signal_names
from plants.slow.laws import DOSES

_INTERVAL = Parameter("interval", "h", "time between two values", 0.1, 1000.0)
#: What the monitors of tier icu compute.
COMPUTED = ("cardiac_index", "cardiac_power_output", "papi")


class Investigation(CheckedModel):
    """A laboratory value or a measure of echo.

    Parameters
    ----------
    signal, part : str
        Its name, and ``"labs"`` or ``"echo"``.
    unit : str
        Unit of the noise: the signal's own.
    noise_sd : float
        Standard deviation of its noise, in the signal's unit.
    interval : float
        Time between two values, h.
    source, tag : str
        Where the noise came from.
    """

    signal: Annotated[str, one_of(SIGNALS)]
    part: str
    unit: SignalUnit
    noise_sd: Spread
    interval: Annotated[float, number_in(_INTERVAL)]
    source: Source
    tag: Tag


def _named(part: str) -> BeforeValidator:
    return BeforeValidator(partial(with_signal_names, part=part))


class _InvestigationsFile(CheckedModel):
    labs: Annotated[dict[str, Investigation], _named("labs")]
    echo: Annotated[dict[str, Investigation], _named("echo")]


@functools.cache
def investigations() -> Mapping[str, Investigation]:
    """Laboratory values and measures of echo, by signal name.

    Examples
    --------
    >>> from plants.bedside import investigations
    >>> [name for name, done in investigations().items() if done.part == "echo"]
    ['ejection_fraction', 'mitral_regurgitant_fraction', 'lvedv']
    """
    content, source = load_toml(DATA / "weaning" / "sensors.toml")
    file = _InvestigationsFile.read(content, source=source)
    return MappingProxyType(file.labs | file.echo)


class BedsideSensors:
    """Measures at a bedside; every run has the noise of its seed.

    Parameters
    ----------
    tier : {"console", "icu", "full"}
        ``console`` shows the console alone and the doses; ``icu`` everything; ``full`` every signal
        exactly.
    seed : int
        Seed of the noise.
    body_surface_area : float
        Of the patient, m2, for the cardiac index.
    noise_scale : float
        Factor on all noise.

    Raises
    ------
    InputError
        No tier has that name, or a number is refused.

    Examples
    --------
    >>> from plants import SIGNALS
    >>> from plants.bedside.sensors import BedsideSensors
    >>> truth = {name: 50.0 for name in SIGNALS} | {"pump_speed": 44_000.0, "malposition": 0.0}
    >>> sensors = BedsideSensors("icu", 1, 1.9)
    >>> first, second = sensors.measure(0.0, truth), sensors.measure(1.0, truth)
    >>> "lactate" in first.missing, "lactate" in second.missing
    (False, True)
    >>> "lvedv" in sensors.measure(1.1, truth, echo=True).missing
    False
    """

    def __init__(self, tier: str, seed: int, body_surface_area: float, *, noise_scale: float = 1.0):
        self._monitors = Sensors(tier, seed=seed, noise_scale=noise_scale)
        self.tier, self.noise_scale = tier, noise_scale
        self._area = body_surface_area
        # An investigation that is ordered moves the noise of no other one.
        self._random = {
            name: stream("investigations", seed, member=name) for name in investigations()
        }
        self._due = dict.fromkeys(investigations(), -math.inf)

    @property
    def signals(self) -> tuple[str, ...]:
        """Names of the signals of a measurement, in its order."""
        return bedside_signals(self.tier)

    def measure(
        self, hours: float, truth: Mapping[str, float], *, labs: bool = False, echo: bool = False
    ) -> Measurement:
        """Look once.

        Parameters
        ----------
        hours : float
            Now, h; not before the last look.
        truth : mapping of str to float
            Beat metrics and slow signals, by name.
        labs, echo : bool
            Whether laboratory values or an echo are ordered besides those that are due.

        Raises
        ------
        InputError
            Time runs backwards, or a signal is not among the truth.
        """
        seen = dict(self._monitors.measure(hours * SECONDS_PER_HOUR, truth))
        if self.tier == "full":
            values = {name: truth[name] for name in self.signals}
            return Measurement(hours * SECONDS_PER_HOUR, self.tier, values)
        seen |= {name: truth[name] for name in DOSES}
        if self.tier == "icu":
            seen |= self._computed(seen)
            ordered = {"labs": labs, "echo": echo}
            for name, investigation in investigations().items():
                wanted = ordered[investigation.part]
                seen[name] = self._investigated(investigation, hours, truth[name], wanted)
        values = {name: seen[name] for name in self.signals}
        return Measurement(hours * SECONDS_PER_HOUR, self.tier, values)

    def _computed(self, seen: Mapping[str, float]) -> dict[str, float]:
        pulse = max(seen["pa_systolic"] - seen["pa_diastolic"], 0.0)
        values = {
            "cardiac_index": seen["cardiac_output"] / self._area,
            "cardiac_power_output": power_output(seen["map"], seen["cardiac_output"]),
            "papi": pulsatility_index(pulse, seen["cvp"]),
        }
        return {name: _bounded(name, value) for name, value in values.items()}

    def _investigated(
        self, investigation: Investigation, hours: float, value: float, ordered: bool
    ) -> float:
        now = hours + HOUR_SLACK
        due = now >= self._due[investigation.signal]
        if due:
            visits = math.floor(now / investigation.interval) + 1
            self._due[investigation.signal] = visits * investigation.interval
        if not (due or ordered):
            return math.nan
        noise_sd = self.noise_scale * investigation.noise_sd
        noise = noise_sd * self._random[investigation.signal].standard_normal()
        return _bounded(investigation.signal, value + noise)


@functools.cache
def bedside_signals(tier: str) -> tuple[str, ...]:
    """Names of the signals that a bedside shows at a tier, in the order of the measurement.

    Raises
    ------
    InputError
        No tier has that name.

    Examples
    --------
    >>> from plants.bedside.sensors import bedside_signals
    >>> bedside_signals("console")[-2:]
    ('inotrope_effect', 'vasopressor_effect')
    """
    monitors = Sensors(tier, seed=0).signals
    if tier == "full":
        slow = (name for name, declared in SIGNALS.items() if declared.kind == "slow")
        return (*monitors, *(name for name in slow if name not in monitors))
    if tier == "console":
        return (*monitors, *DOSES)
    rest = (name for name in monitors if name not in investigations())
    return (*rest, *COMPUTED, *DOSES, *investigations())


def _bounded(name: str, value: float) -> float:
    return clipped(value, SIGNALS[name]) if value == value else math.nan

"""Detection of suction from what the console knows: motor current, placement signal and speed.

A small network (one hidden layer) weighs the features of the last seconds, level and shape of the
motor current against what an open inlet would give and against the best of the last half minute
(:mod:`controllers.suction.features`). Its coefficients are fitted to simulated courses; the command
``impellab suction --fit`` does it again.

What it cannot know: an inlet that is shut through the whole beat and an outlet that lies in the
valve give the same flat, low current. The network tells them apart by how much each blocks, which
in the plant is a guess, and by what became of the pulse. How suddenly the flow was lost would tell
more in the courses it is fitted to, but suction that comes at once would then go unnoticed. Suction
that outlasts the memory is held as long as the flow stays far below that of an open inlet.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from controllers.suction.features import (
    FEATURES,
    LEAST_SPEED,
    MEMORY,
    flow_above_open_inlet,
    suction_features,
)
from plants import InputError, Pump
from plants.quantities import (
    Parameter,
    check_keys,
    check_number,
    check_text,
    load_toml,
    toml_string,
)

Array = NDArray[np.float64]

#: The fitted detector that comes with the package.
FITTED = Path(__file__).parents[1] / "data" / "suction_detector.toml"

_WINDOW = Parameter("window", "s", "what the features are taken of", 0.5, 20.0)
# Suction is held while even the highest tenth of the flow lies below that of an open inlet by this.
_HELD_BELOW = -0.3
_HELD_AFTER = 0.5 * MEMORY  # s: well before the memory forgets what was before
# The log-odds follow what the network says with a time constant of this times the noise: slower
# the less a single window can be trusted. No further than a limit, or they come back late.
_SLOWED, _CERTAIN = 0.5, 6.0  # s; log-odds
_RELEASE = Parameter("release", "1", "log-odds below which suction is over", -20.0, 0.0)
_NUMBER = Parameter("number", "1", "coefficient", -1e6, 1e6)
_SCALE = Parameter("scale", "1", "spread of a feature", 1e-9, 1e6)
_DT = Parameter("dt", "s", "time between two samples", 1e-3, 0.04)
_SPEED = Parameter("speed", "rpm", "rotor speed", 0.0, 60000.0)


@dataclass(frozen=True)
class DetectorSettings:
    """Coefficients of a detector.

    The log-odds of suction are ``intercept + sum_j gains[j] tanh(offsets[j] + sum_f weights[f][j]
    (f - means[f]) / scales[f])`` over the features `f` and the hidden units `j`.

    Parameters
    ----------
    window : float
        Length of the window, s.
    release : float
        Log-odds below which suction is over; it sets in above 0.
    intercept : float
        Of the log-odds.
    gains, offsets : sequence of float
        Of each hidden unit.
    means, scales : Mapping of str to float
        Of each of :data:`~controllers.suction.FEATURES`.
    weights : Mapping of str to sequence of float
        Of each feature in each hidden unit.
    provenance : str
        How the coefficients came about.

    Raises
    ------
    InputError
        A number is missing, not finite or out of range.

    Examples
    --------
    >>> from controllers import DetectorSettings
    >>> settings = DetectorSettings.load()
    >>> settings.window, len(settings.weights["lowest"]) == len(settings.gains)
    (2.0, True)
    """

    window: float
    release: float
    intercept: float
    gains: Sequence[float]
    offsets: Sequence[float]
    means: Mapping[str, float]
    scales: Mapping[str, float]
    weights: Mapping[str, Sequence[float]]
    provenance: str = "given in code"
    path: str = "detector"

    def __post_init__(self) -> None:
        def keep(name: str, value: object) -> None:
            object.__setattr__(self, name, value)

        for name, declared in (("window", _WINDOW), ("release", _RELEASE), ("intercept", _NUMBER)):
            keep(name, check_number(getattr(self, name), declared, name, self.path))
        units = len(self.gains) if isinstance(self.gains, Sequence) else 1
        for name in ("gains", "offsets"):
            keep(name, _numbers(getattr(self, name), units, name, self.path))
        for name, declared in (("means", _NUMBER), ("scales", _SCALE)):
            given = self._of_features(name)
            checked = {
                one: check_number(value, declared, f"{name}.{one}", self.path)
                for one, value in given.items()
            }
            keep(name, MappingProxyType(checked))
        rows = {
            one: _numbers(value, units, f"weights.{one}", self.path)
            for one, value in self._of_features("weights").items()
        }
        keep("weights", MappingProxyType(rows))

    def _of_features(self, name: str) -> dict[str, Any]:
        needed = tuple(FEATURES)
        given = check_keys(getattr(self, name), needed, name, self.path, required=needed)
        return {one: given[one] for one in FEATURES}

    @classmethod
    def load(cls, path: str | PathLike[str] = FITTED) -> DetectorSettings:
        """The settings in a file; by default those that come with the package.

        Raises
        ------
        InputError
            The file cannot be read or is refused.
        """
        content, source = load_toml(path, "", "detector")
        needed = (
            "provenance",
            "window",
            "release",
            "intercept",
            "gains",
            "offsets",
            "means",
            "scales",
            "weights",
        )
        keys = check_keys(content, needed, "", source, required=needed)
        check_text(keys["provenance"], "provenance", source)
        return cls(**keys, path=Path(path).name)

    def to_toml(self) -> str:
        """The settings as a file that :meth:`load` reads back; numbers keep every digit."""
        lines = [
            "# Fitted by a command, not written by hand; see the provenance.",
            f"provenance = {toml_string(self.provenance)}",
            f"window = {self.window!r}",
            f"release = {self.release!r}",
            f"intercept = {self.intercept!r}",
            f"gains = {list(self.gains)!r}",
            f"offsets = {list(self.offsets)!r}",
        ]
        for name in ("means", "scales"):
            lines.append(f"\n[{name}]")
            lines += [f"{one} = {value!r}" for one, value in getattr(self, name).items()]
        lines.append("\n[weights]")
        lines += [f"{one} = {list(row)!r}" for one, row in self.weights.items()]
        return "\n".join(lines) + "\n"

    def log_odds(self, features: Array) -> float:
        """Log-odds of suction, by features in the order of ``FEATURES``."""
        weights, means, scales = self._arrays
        hidden = np.tanh((features - means) / scales @ weights + self.offsets)
        return self.intercept + float(hidden @ self.gains)

    @functools.cached_property
    def _arrays(self) -> tuple[Array, Array, Array]:
        return (
            np.array(list(self.weights.values())),
            np.array(list(self.means.values())),
            np.array(list(self.scales.values())),
        )

    # Read-only mappings cannot be pickled.
    def __reduce__(self) -> tuple[Any, ...]:
        numbers = (self.window, self.release, self.intercept, self.gains, self.offsets)
        tables = (dict(self.means), dict(self.scales), dict(self.weights))
        return (DetectorSettings, (*numbers, *tables, self.provenance, self.path))


def _numbers(values: object, count: int, field: str, path: str) -> tuple[float, ...]:
    """As many coefficients as there are hidden units."""
    if not isinstance(values, Sequence) or isinstance(values, str) or len(values) != count:
        raise InputError(field, values, f"a list of {count} numbers, as many as gains", source=path)
    return tuple(check_number(x, _NUMBER, f"{field}[{k}]", path) for k, x in enumerate(values))


class SuctionDetector:
    """Watches the console's signals and tells whether the inlet sucks.

    Parameters
    ----------
    pump : Pump or str
        The device, as its maker knows it.
    settings : DetectorSettings, optional
        Coefficients; by default the fitted ones.

    Attributes
    ----------
    active : bool
        Whether there is suction by what was seen so far.
    log_odds : float
        Of suction at the last update, averaged over some time when there is noise; NaN until the
        first window is full.
    features : ndarray or None
        Those of the last update.

    Examples
    --------
    >>> import numpy as np
    >>> from controllers import SuctionDetector
    >>> detector = SuctionDetector("CP")
    >>> time = np.arange(0.0, 3.0, 0.01)
    >>> beating = 690 + 25 * np.sin(2 * np.pi * time / 0.6)
    >>> detector.update(beating, np.full_like(time, 68.0), 44_000, 0.01)
    False
    >>> dips = np.where(time % 0.6 < 0.2, 330.0, 700.0)
    >>> detector.update(dips, np.full_like(time, 60.0), 44_000, 0.01)
    True
    """

    def __init__(self, pump: Pump | str, settings: DetectorSettings | None = None):
        self.pump = Pump.load(pump) if isinstance(pump, str) else pump
        self.settings = DetectorSettings.load() if settings is None else settings
        self.reset()

    def reset(self) -> None:
        """Forget everything: a new run begins."""
        self.active = False
        self.log_odds = math.nan
        self.features: Array | None = None
        self._seen = np.empty((3, 0))  # flow above an open inlet's, placement signal, speed
        self._dt = math.nan
        self._lasted = 0.0  # s, of the present alarm

    def update(
        self,
        current: Sequence[float] | Array,
        placement: Sequence[float] | Array,
        speed: float | Sequence[float] | Array,
        dt: float,
    ) -> bool:
        """Take the samples since the last update.

        Samples that are missing (NaN) are left out, and a pause in the samples therefore only
        delays the detection.

        Parameters
        ----------
        current, placement : array_like, shape (n,)
            Motor current (mA) and placement signal (mmHg).
        speed : float or array_like, shape (n,)
            Rotor speed, rpm.
        dt : float
            Time between two samples, s.

        Returns
        -------
        bool
            Whether there is suction.

        Raises
        ------
        InputError
            The arrays differ in length, the interval changes or is out of range, or a speed is.
        """
        now, pressure, rpm = self._checked(current, placement, speed, dt)
        flow = flow_above_open_inlet(self.pump, now, pressure, rpm, dt)
        new = np.stack([flow, pressure, rpm / self.pump.max_rpm])
        self._seen = np.hstack([self._seen, new])[:, -round(MEMORY / dt) :]
        if self._seen.shape[1] < round(self.settings.window / dt) or not len(now):
            return self.active
        seen, pressures, speeds = self._seen
        self.features = suction_features(seen, pressures, speeds, dt, self.settings.window)
        said = self.settings.log_odds(self.features)
        if speeds[-1] < LEAST_SPEED:
            said = -_CERTAIN
        self.log_odds = self._averaged(said, dt * len(now))
        held = self._lasted > _HELD_AFTER and self._below()
        above = self.log_odds > (self.settings.release if self.active else 0.0)
        self.active = above or held
        self._lasted = self._lasted + dt * len(now) if self.active else 0.0
        return self.active

    def _averaged(self, log_odds: float, since: float) -> float:
        assert self.features is not None
        limited = min(max(log_odds, -_CERTAIN), _CERTAIN)
        if math.isnan(self.log_odds):
            return limited
        slowed = _SLOWED * self.features[list(FEATURES).index("noise")]
        return float(self.log_odds + (limited - self.log_odds) * since / (since + slowed))

    def _below(self) -> bool:
        assert self.features is not None
        return bool(self.features[list(FEATURES).index("highest")] < _HELD_BELOW)

    def _checked(
        self, current: Any, placement: Any, speed: Any, dt: float
    ) -> tuple[Array, Array, Array]:
        check_number(dt, _DT, "dt", None)
        if not math.isnan(self._dt) and not math.isclose(dt, self._dt, rel_tol=1e-6):
            raise InputError("dt", dt, f"the interval of the run, {self._dt:g} s")
        self._dt = float(dt)
        now, pressure = (np.asarray(x, dtype=np.float64) for x in (current, placement))
        if now.ndim != 1 or now.shape != pressure.shape:
            raise InputError("placement", pressure.shape, f"as many samples as {now.shape}")
        rpm = np.asarray(speed, dtype=np.float64)
        if rpm.ndim and rpm.shape != now.shape:
            raise InputError("speed", rpm.shape, f"one speed, or as many as {now.shape}")
        rpm = np.broadcast_to(rpm, now.shape)
        there = np.isfinite(now) & np.isfinite(pressure) & np.isfinite(rpm)
        now, pressure, rpm = now[there], pressure[there], rpm[there]
        if np.any((rpm < _SPEED.low) | (rpm > _SPEED.high)):
            raise InputError("speed", float(rpm.max()), f"{_SPEED.low:g} to {_SPEED.high:g} rpm")
        return now, pressure, rpm

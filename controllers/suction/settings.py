"""Coefficients of the suction detector: a small network, fitted to simulated courses."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from controllers.suction.features import FEATURES
from plants import InputError
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
_RELEASE = Parameter("release", "1", "log-odds below which suction is over", -20.0, 0.0)
_COEFFICIENT = Parameter("number", "1", "coefficient", -1e6, 1e6)
_SCALE = Parameter("scale", "1", "spread of a feature", 1e-9, 1e6)


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

        for name, declared in (
            ("window", _WINDOW),
            ("release", _RELEASE),
            ("intercept", _COEFFICIENT),
        ):
            keep(name, check_number(getattr(self, name), declared, name, self.path))
        units = len(self.gains) if isinstance(self.gains, Sequence) else 1
        for name in ("gains", "offsets"):
            keep(name, _numbers(getattr(self, name), units, name, self.path))
        for name, declared in (("means", _COEFFICIENT), ("scales", _SCALE)):
            given = self._by_feature(name)
            checked = {
                feature: check_number(value, declared, f"{name}.{feature}", self.path)
                for feature, value in given.items()
            }
            keep(name, MappingProxyType(checked))
        rows = {
            feature: _numbers(value, units, f"weights.{feature}", self.path)
            for feature, value in self._by_feature("weights").items()
        }
        keep("weights", MappingProxyType(rows))

    def _by_feature(self, name: str) -> dict[str, Any]:
        needed = tuple(FEATURES)
        given = check_keys(getattr(self, name), needed, name, self.path, required=needed)
        return {feature: given[feature] for feature in FEATURES}

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
            lines += [f"{feature} = {value!r}" for feature, value in getattr(self, name).items()]
        lines.append("\n[weights]")
        lines += [f"{feature} = {list(row)!r}" for feature, row in self.weights.items()]
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
    return tuple(check_number(x, _COEFFICIENT, f"{field}[{k}]", path) for k, x in enumerate(values))

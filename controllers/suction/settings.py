"""Coefficients of the suction detector: a small network, fitted to simulated courses."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator

from controllers.suction.features import FEATURES
from plants import InputError
from plants.quantities import (
    MISSING,
    Array,
    CheckedModel,
    ErrorCollector,
    Parameter,
    Text,
    check_keys,
    load_toml,
    number_in,
    toml_string,
)

#: The fitted detector that comes with the package.
FITTED = Path(__file__).parents[1] / "data" / "suction_detector.toml"

_WINDOW = Parameter("window", "s", "what the features are taken of", 0.5, 20.0)
_RELEASE = Parameter("release", "1", "log-odds below which suction is over", -20.0, 0.0)
_COEFFICIENT = Parameter("number", "1", "coefficient", -1e6, 1e6)
_SCALE = Parameter("scale", "1", "spread of a feature", 1e-9, 1e6)


def _by_feature(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """An entry for each feature, in their order; read-only."""
    given = check_keys(table, tuple(FEATURES), "", None, required=tuple(FEATURES))
    return MappingProxyType({name: given[name] for name in FEATURES})


_Number = Annotated[float, number_in(_COEFFICIENT)]
#: One for each hidden unit.
Coefficients = tuple[_Number, ...]
_BY_FEATURE = AfterValidator(_by_feature)


class DetectorSettings(CheckedModel):
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
        A number is missing, not finite or out of range; all is told.

    Examples
    --------
    >>> from controllers import DetectorSettings
    >>> settings = DetectorSettings.load()
    >>> settings.window, len(settings.weights["lowest"]) == len(settings.gains)
    (2.0, True)
    """

    window: Annotated[float, number_in(_WINDOW)]
    release: Annotated[float, number_in(_RELEASE)]
    intercept: _Number
    gains: Coefficients
    offsets: Coefficients
    means: Annotated[Mapping[str, _Number], _BY_FEATURE]
    scales: Annotated[Mapping[str, Annotated[float, number_in(_SCALE)]], _BY_FEATURE]
    weights: Annotated[Mapping[str, Coefficients], _BY_FEATURE]
    provenance: Text = "given in code"

    def _contradictions(self) -> Iterable[InputError]:
        """As many coefficients as there are hidden units."""
        units = len(self.gains)
        rows = {f"weights.{name}": row for name, row in self.weights.items()}
        for field, row in {"offsets": self.offsets, **rows}.items():
            if len(row) != units:
                allowed = f"a list of {units} numbers, as many as gains"
                yield InputError(field, row, allowed)

    @classmethod
    def load(cls, path: str | PathLike[str] = FITTED) -> DetectorSettings:
        """The settings in a file; by default those that come with the package.

        Raises
        ------
        InputError
            The file cannot be read or is refused; all is told.
        """
        content, _ = load_toml(path, field="detector")
        source = Path(path).name
        collector = ErrorCollector()
        if "provenance" not in content:
            allowed = "how the coefficients came about"
            collector.add(InputError("provenance", MISSING, allowed, source=source))
        settings = collector.call(cls.read, content, source=source)
        collector.tell()
        assert settings is not None  # else it was refused
        return settings

    def to_toml(self) -> str:
        """The settings as a file that :meth:`load` reads back; numbers keep every digit."""
        tables = {name: getattr(self, name) for name in ("means", "scales", "weights")}
        lines = ["# Fitted by a command, not written by hand; see the provenance."]
        for name in ("provenance", "window", "release", "intercept", "gains", "offsets"):
            lines.append(f"{name} = {_toml(getattr(self, name))}")
        for name, table in tables.items():
            lines.append(f"\n[{name}]")
            lines += [f"{feature} = {_toml(value)}" for feature, value in table.items()]
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


def _toml(value: str | float | tuple[float, ...]) -> str:
    if isinstance(value, str):
        return toml_string(value)
    return repr(list(value) if isinstance(value, tuple) else value)

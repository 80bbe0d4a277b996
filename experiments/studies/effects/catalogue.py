"""The effects of the study, read from a data file.

The head of the file tells its keys and the sources of what is expected.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from experiments.studies.effects.effect import Effect, Expectation
from plants import SIGNALS, unknown_name
from plants.quantities import CheckedModel, load_toml, one_of

_FILE = Path(__file__).parents[2] / "data" / "effects.toml"
_SOURCE = "experiments/data/effects.toml"
#: What stays where nothing reaches the sinus node or the blood.
_UNMOVED = {
    "heart_rate": (0.0, "nothing here reaches the sinus node: the reflex is off"),
    "blood_volume": (1e-9, "blood is neither made nor lost"),
}


class EffectsFile(CheckedModel):
    """The data file: the signals that the figure shows, and the effects by name."""

    shown: tuple[Annotated[str, one_of(SIGNALS)], ...]
    effects: dict[str, Effect]


def read_effects(content: Mapping[str, Any], *, source: str) -> EffectsFile:
    """What a file's content describes.

    Raises
    ------
    InputError
        Something is refused.
    """
    tables = {name: _fields(name, table) for name, table in content.get("effects", {}).items()}
    return EffectsFile.read({**content, "effects": tables}, source=source)


def _fields(name: str, table: Mapping[str, Any]) -> dict[str, Any]:
    """A table of the file as the fields of an effect."""
    fields = dict(table)
    both = fields.pop("both", {})
    off = both | fields.pop("off", {})
    on = both | fields.pop("on", {})
    reshaped = [off | changed for changed in fields.get("reshaped", ())]
    expectations = [*fields.get("expectations", ())]
    for signal in fields.pop("unmoved", ()):
        if signal not in _UNMOVED:
            raise unknown_name(f"effects.{name}.unmoved", signal, _UNMOVED, source=_SOURCE)
        by, reason = _UNMOVED[signal]
        expectations.append(Expectation(signal, "stays", by, reason))
    made = {"off": off, "on": on, "reshaped": reshaped, "expectations": expectations}
    return {"name": name} | fields | made


_OWN = read_effects(load_toml(_FILE)[0], source=_SOURCE)
#: Every effect by name, in the order of tables.
EFFECTS: Mapping[str, Effect] = MappingProxyType(_OWN.effects)
#: The signals that are the columns of the figure.
SHOWN = _OWN.shown

"""Settings of the controllers of the literature: each number with its unit, source and tag."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from plants import unknown_name
from plants.quantities import Parameter, check_number, number_parts

_FOLDER = Path(__file__).parents[1] / "data" / "literature"
#: The parts of a settings file: ours, and the paper's where it printed any.
DEFAULT, PUBLISHED = "default", "published"

Declared = Mapping[str, Parameter]


def literature_settings(
    name: str, declared: Mapping[str, Declared], part: str, changes: Mapping[str, float]
) -> dict[str, float]:
    """The numbers of a part of the settings file of a controller.

    Parameters
    ----------
    name : str
        The controller; its file is ``controllers/data/literature/NAME.toml``.
    declared : Mapping of str to Mapping of str to Parameter
        The parts of the file, and the numbers of each.
    part : str
        Which part.
    changes : Mapping of str to float
        Values that replace those of the file.

    Raises
    ------
    InputError
        There is no such part, a change is unknown or out of its range, or the file is refused.
    """
    if part not in declared:
        raise unknown_name("settings", part, declared)
    parameters = declared[part]
    settings = dict(number_parts(_FOLDER / f"{name}.toml", declared)[part])
    for key, value in changes.items():
        if key not in parameters:
            raise unknown_name("setting", key, parameters)
        settings[key] = check_number(value, parameters[key], key, None)
    return settings

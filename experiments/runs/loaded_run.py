"""What a run folder holds, read back: tables, waveforms, settings and how it came about."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.runs.work_folder import SUFFIX, is_work_folder
from plants import InputError
from plants.quantities import Shown, read_json

if TYPE_CHECKING:
    import pandas
    import xarray

_CONFIG, _ROLLOUT = "config.json", "rollout.nc"
# Of a training: its settings, and the description of what it learned.
_TRAINING, _POLICY = "training.json", Path("policy") / _CONFIG


@dataclass(frozen=True, repr=False)
class LoadedRun(Shown):
    """A run folder, read.

    Attributes
    ----------
    folder : Path
        Where it lies.
    command : str
        The subcommand of ``impellab`` that made it.
    settings : dict
        The full configuration of the run, what was left at its default included.
    metadata : dict
        How it came about: seeds, versions, revision, times; what else ``config.json`` holds.
    tables : dict of str to DataFrame
        Every table by its name, as in the folder without ``.parquet``. That of a training is
        ``evaluation``, with ``metric`` and ``value``.
    documents : dict of str to object
        Every other JSON document by its name: ``metrics`` of a simulation, ``course`` of a weaning,
        ``policy`` of a training.
    rollout : Dataset or None
        Of a simulation: waveforms along ``time``, what happens once a control period along
        ``step_time``, with units.
    """

    folder: Path
    command: str
    settings: dict[str, Any]
    metadata: dict[str, Any]
    tables: dict[str, pandas.DataFrame]
    documents: dict[str, Any]
    rollout: xarray.Dataset | None = None

    def _shown(self) -> Mapping[str, object]:
        sizes = {name: f"{len(table)} rows" for name, table in self.tables.items()}
        return {"command": self.command, "folder": self.folder.name, **sizes}


def load_run(folder: str | os.PathLike[str]) -> LoadedRun:
    """Read a run folder of any command: simulate, wean, train, a benchmark or another study.

    Only numbers and texts are read; nothing of the folder can run.

    Parameters
    ----------
    folder : path
        The run folder.

    Raises
    ------
    InputError
        It is no run folder, the run is not complete, or a file of it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from experiments.runs import load_run
    >>> from experiments.trials import Trial, simulation
    >>> with tempfile.TemporaryDirectory() as here:
    ...     made = simulation(Trial("shock-d", "CP", level="P-8", duration=4.0), runs=Path(here))
    ...     run = load_run(made.folder)
    >>> run.command, run.settings["level"], sorted(run.tables)
    ('simulate', 'P-8', ['metrics', 'pv-loops', 'steps', 'waveforms'])
    >>> run.tables["waveforms"].attrs["units"]["aortic_pressure"]
    'mmHg'
    """
    home = Path(folder)
    if is_work_folder(home):
        allowed = f"a complete run; this one, whose name ends in {SUFFIX}, goes on with --resume"
        raise InputError("folder", os.fspath(home), allowed)
    names = [name for name in (_CONFIG, _TRAINING) if (home / name).is_file()]
    if not names:
        raise InputError("folder", os.fspath(home), f"a run folder, which holds {_CONFIG}")
    config = _read(home / names[0], _document)
    if names == [_TRAINING]:  # Of a training that no command asked for.
        config = {"command": "train", "options": config}
    if not isinstance(config, dict) or not isinstance(config.get("options"), dict):
        allowed = f"a run folder, whose {_CONFIG} holds the options of the run"
        raise InputError("folder", os.fspath(home), allowed)
    documents = {
        path.stem: _read(path, _document)
        for path in sorted(home.glob("*.json"))
        if path.name != names[0]
    }
    tables = {path.stem: _read(path, _table) for path in sorted(home.glob("*.parquet"))}
    if (home / _POLICY).is_file():
        documents["policy"] = _read(home / _POLICY, _document)
        tables["evaluation"] = _evaluation(documents["policy"])
    return LoadedRun(
        home,
        str(config.pop("command", "")),
        config.pop("options"),
        config,
        tables,
        documents,
        _read(home / _ROLLOUT, _dataset) if (home / _ROLLOUT).is_file() else None,
    )


def _read(path: Path, reader: Any) -> Any:
    try:
        return reader(path)
    except (OSError, ValueError, TypeError, KeyError) as error:
        why = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise InputError("folder", os.fspath(path), f"a file that can be read ({why})") from None


def _document(path: Path) -> Any:
    return read_json(path, most=None)


def _table(path: Path) -> pandas.DataFrame:
    import pandas

    return pandas.read_parquet(path)


def _dataset(path: Path) -> xarray.Dataset:
    import xarray

    return xarray.load_dataset(path, engine="scipy")


def _evaluation(policy: Mapping[str, Any]) -> pandas.DataFrame:
    import pandas

    return pandas.DataFrame(list(policy.get("metrics", {}).items()), columns=["metric", "value"])

"""What differs between episodes of weaning: the patient with his or her case, and the sensors."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np

from plants import InputError, Pump, VirtualPatient, unknown_name
from plants.bedside_cases import CASES, WeaningCase, weaning_patient
from plants.population import FIRST_EVALUATION_SEED

#: What ``options`` of a reset may hold.
OPTIONS = ("patient", "case", "start")
_SEEDS = 2**31
# Patients whose arteries take no access of the device are drawn again, this often.
_ATTEMPTS = 50


@dataclass(frozen=True)
class WeaningEpisode:
    """One draw.

    Attributes
    ----------
    patient : VirtualPatient
        Who, put on the pump.
    case : WeaningCase
        What becomes of him or her.
    start : str
        P-level at first.
    sensor_seed : int
        Seed of the sensors.
    """

    patient: VirtualPatient
    case: WeaningCase
    start: str
    sensor_seed: int


class WeaningDraws:
    """Draws episodes.

    Parameters
    ----------
    pump : Pump
        The device.
    case : str, sequence of str or None
        Cases, equally likely; None: with their shares in the cohort.
    cohort_size : int
        Number of different patients.
    start : str
        P-level at first.

    Raises
    ------
    InputError
        A case or level is unknown, or the cohort is empty or too large.
    """

    def __init__(self, pump: Pump, case: str | Sequence[str] | None, cohort_size: int, start: str):
        self._pump, self._start = pump, pump.level(start).name
        cases = (case,) if isinstance(case, str) else tuple(case or ("",))
        for one in cases:
            if one and one not in CASES:
                raise unknown_name("case", one, CASES)
        self._cases = cases
        whole = isinstance(cohort_size, Integral) and not isinstance(cohort_size, bool)
        if not whole or not 1 <= cohort_size <= FIRST_EVALUATION_SEED:
            allowed = f"an integer from 1 to {FIRST_EVALUATION_SEED}"
            raise InputError("cohort_size", cohort_size, allowed)
        self._size = int(cohort_size)

    def episode(
        self, random: np.random.Generator, options: Mapping[str, Any] | None = None
    ) -> WeaningEpisode:
        """Draw an episode; what the options name is taken as it is.

        Raises
        ------
        InputError
            An option is unknown or refused, or no patient's arteries take the device.
        """
        given = dict(options or {})
        for name in given:
            if name not in OPTIONS:
                raise InputError("options", name, "keys " + ", ".join(OPTIONS))
        start = self._pump.level(given.get("start", self._start)).name
        sensor_seed = int(random.integers(_SEEDS))
        for attempt in range(_ATTEMPTS):
            # Both are drawn whatever is given, so that an option changes nothing else.
            seed = int(random.integers(self._size))
            case = self._cases[int(random.integers(len(self._cases)))]
            try:
                patient, found = _patient(
                    given.get("patient", seed), given.get("case", case), self._pump
                )
            except InputError:
                if "patient" in given or attempt == _ATTEMPTS - 1:
                    raise
                continue
            return WeaningEpisode(patient, found, start, sensor_seed)
        raise AssertionError("unreachable")


@functools.lru_cache(maxsize=1024)
def _patient(seed: int, case: str, pump: Pump) -> tuple[VirtualPatient, WeaningCase]:
    """The patient of a seed on the pump; making one takes as long as tens of decisions."""
    patient, found = weaning_patient(seed, case=case, pump=pump)
    return patient.on(pump), found

"""Patients held at one level: where episodes begin, and who would have recovered."""

from __future__ import annotations

import contextlib
import copy
import functools
from collections import OrderedDict
from typing import Any

from plants import (
    Bedside,
    HourScenario,
    PhysicsError,
    Pump,
    VirtualPatient,
    WeaningCase,
    weaning_patient,
)
from plants.quantities import FailureKind

# Explants are tried so far apart, and so long before the label's end, h.
_APART, _BEFORE_END = 24.0, 1.0
# Patients that are kept: making one costs as much as some tens of decisions.
_KEPT = 1024


class ConstantLevelCourse:
    """A patient held at the level at which the pump began to run, as far as anybody asked.

    Parameters
    ----------
    bedside : Bedside
        At the hour at which the pump begins to run; it is not moved.
    events : HourScenario, optional
        What happens besides.

    Attributes
    ----------
    first : Bedside
        At that hour.

    Raises
    ------
    PhysicsError
        The patient does not live at this level.
    """

    def __init__(self, bedside: Bedside, events: HourScenario | None = None):
        if bedside.outcome is not None:
            text = f"{bedside.patient.patient.name}: {bedside.reason}"
            raise PhysicsError(text, kind=FailureKind.DIED)
        self.first = bedside.fork(events=events.events) if events is not None else bedside
        self._at = {0.0: self.first}
        self._well: dict[float, bool] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> ConstantLevelCourse:
        # What is kept is forked and never moved: a copy asks for hours of its own.
        other = copy.copy(self)
        other._at, other._well = dict(self._at), dict(self._well)
        return other

    def begin(self, hours: float, seed: int) -> Bedside:
        """The patient at a whole hour, with sensors of a seed.

        Where the patient has not lived to see it, a day earlier, or as many as it takes.
        """
        while self._reached(hours).outcome is not None:
            hours = _APART * ((hours - 1.0) // _APART)
        return self._reached(hours).fork(seed=seed)

    def recovers(self, hours: float) -> bool:
        """Whether an explant would hold at a later hour, were the level held until then.

        Every 24th hour is tried, and the last hour of the label.
        """
        end = self.first.label_hours - _BEFORE_END
        marks = [_APART * k for k in range(1, int(end / _APART) + 1)]
        # The latest first: who recovers mostly stays so.
        later = sorted({mark for mark in (*marks, end) if mark >= hours}, reverse=True)
        return any(self._holds(mark) for mark in later)

    def _holds(self, hours: float) -> bool:
        if hours not in self._well:
            there = self._reached(hours)
            self._well[hours] = there.outcome is None and there.fork().explant() == "well"
        return self._well[hours]

    def _reached(self, hours: float) -> Bedside:
        if hours not in self._at:
            last = max(hour for hour in self._at if hour < hours)
            bedside = self._at[last].fork()
            if bedside.outcome is None:
                bedside.advance(hours - last, bedside.level)
            self._at[hours] = bedside
        return self._at[hours]


class PatientPool:
    """Patients on a pump, made once and kept; environments may share one.

    Parameters
    ----------
    pump : Pump
        The device.
    **arguments
        Of :class:`~plants.Bedside`.
    """

    def __init__(self, pump: Pump, **arguments: Any):
        self._pump, self._arguments = pump, arguments
        self._courses: OrderedDict[tuple[int, str, str], ConstantLevelCourse] = OrderedDict()

    def course(self, seed: int, case: str, level: str) -> tuple[ConstantLevelCourse, WeaningCase]:
        """The patient of a seed with a case ("": as the seed says), held at a level.

        Raises
        ------
        InputError
            A value is refused, or the patient's arteries take no access of the device.
        PhysicsError
            The patient does not live without the pump, or not with it.
        """
        patient, weaning_case = _patient(seed, case, self._pump)
        key = (seed, case, level)
        if key not in self._courses:
            self._courses[key] = ConstantLevelCourse(self._made(patient, weaning_case, level))
            if len(self._courses) > _KEPT:
                self._courses.popitem(last=False)
        self._courses.move_to_end(key)
        return self._courses[key], weaning_case

    def _made(self, patient: VirtualPatient, case: WeaningCase, level: str) -> Bedside:
        bedside = Bedside(
            patient, self._pump, events=case.events, fixed_doses=case.fixed_doses, **self._arguments
        )
        if level != bedside.level:
            bedside.reset(level)
        with contextlib.suppress(PhysicsError):
            # Forks share the unsupported plant that this makes.
            bedside.unsupported()
        return bedside


@functools.lru_cache(maxsize=_KEPT)
def _patient(seed: int, case: str, pump: Pump) -> tuple[VirtualPatient, WeaningCase]:
    """The patient of a seed on the pump; some cases are found by simulation."""
    patient, weaning_case = weaning_patient(seed, case=case, pump=pump)
    return patient.on(pump), weaning_case

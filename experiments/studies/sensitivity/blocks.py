"""Blocks of runs of the sensitivity study: periodic beats at values of the factors."""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from experiments.runs import FloatArray
from experiments.studies.sensitivity.factors import Factor, factors, varied_plant
from plants import Patient, PhysicsError, Plant, Pump, steady_state
from plants.quantities import Array

#: What is looked at; the last two only with a pump.
OUTPUTS = ("map", "cardiac_power_output", "lvedp", "suction_margin", "hemolysis_rate")
_WITHOUT_PUMP = OUTPUTS[:3]


def output_names(device: str | None) -> tuple[str, ...]:
    """What is looked at on a device, or without one."""
    return _WITHOUT_PUMP if device is None else OUTPUTS


class Supported(NamedTuple):
    """A patient on a pump that is held at a speed, rpm; without a pump the device is None."""

    patient: str
    device: str | None
    speed: float

    def parts(self) -> tuple[Patient, Pump | None]:
        """Patient and pump.

        Raises
        ------
        InputError
            A name is unknown.
        """
        return Patient.load(self.patient), None if self.device is None else Pump.load(self.device)

    def factors(self) -> tuple[Factor, ...]:
        """What is varied."""
        return factors(*self.parts())

    def own_beat(self) -> Array:
        """State at the onset of the beat of the patient as he or she is.

        Raises
        ------
        PhysicsError
            There is no periodic beat.
        """
        return steady_state(Plant(*self.parts()), self.speed).state


@dataclass(frozen=True)
class Block:
    """Runs that belong together: a trajectory of Morris, a base point of Sobol with its neighbours.

    Attributes
    ----------
    subject : Supported
        Who is varied.
    runs : ndarray, shape (runs, factors)
        Values of the factors.
    """

    subject: Supported
    runs: Array


@dataclass(frozen=True)
class BlockOutputs:
    """Outputs of a block.

    Attributes
    ----------
    outputs : ndarray, shape (runs, outputs)
        NaN where there is no periodic beat.
    reasons : dict of str to int
        Why, and of how many runs.
    """

    outputs: FloatArray
    reasons: dict[str, int]


@functools.lru_cache(maxsize=1)
def _start(subject: Supported) -> Array:
    """Where all runs start; found once by each process."""
    return subject.own_beat()


def run_block(block: Block) -> BlockOutputs:
    """The periodic beats of a block, each from that of the patient as he or she is."""
    patient, pump = block.subject.parts()
    varied = factors(patient, pump)
    names = output_names(block.subject.device)
    outputs = np.full((len(block.runs), len(names)), np.nan)
    reasons: Counter[str] = Counter()
    for k, values in enumerate(block.runs):
        try:
            plant, outside = varied_plant(patient, pump, varied, values)
            beat = steady_state(plant, block.subject.speed, outside, start=_start(block.subject))
        except PhysicsError as error:
            reasons[error.kind.value] += 1
        else:
            outputs[k] = [beat.metrics[name] for name in names]
    return BlockOutputs(outputs, dict(reasons))

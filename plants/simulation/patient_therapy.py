"""A therapy in the numbers of one patient, from what he or she has without a pump."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType

from plants.beat import steady_state
from plants.patients import Patient
from plants.plant import Plant
from plants.therapies import Therapy


def individual_therapy(therapy: Therapy, patient: Patient) -> Therapy:
    """The therapy of a patient; see :meth:`Therapy.individual`.

    Parameters
    ----------
    therapy : Therapy
        A therapy whose goals may be shares of what the patient has without a pump.
    patient : Patient
        The patient, with every disease.

    Raises
    ------
    PhysicsError
        The patient has no steady state without a pump, and a goal asks for it.

    Examples
    --------
    >>> from plants import Patient, Therapy, individual_therapy
    >>> therapy = individual_therapy(Therapy.default(), Patient.load("shock-d"))
    >>> therapy.is_individual
    True
    """
    return therapy if therapy.is_individual else therapy.individual(_unsupported(patient))


# A patient's own lasts through all episodes and trials with him or her.
@functools.lru_cache(maxsize=4096)
def _unsupported(patient: Patient) -> Mapping[str, float]:
    return MappingProxyType(steady_state(Plant(patient)).metrics)

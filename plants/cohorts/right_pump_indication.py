"""Whether a right-sided pump alone is what a patient needs.

The unsupported circulation tells which ventricle fails. Support of the right ventricle is
considered at a central venous pressure above 15 mmHg, a ratio of central venous to wedge pressure
above 0.63 and a pulmonary-artery pulsatility index below 1.0. A wedge pressure above 15 mmHg with
a ratio of at most 0.63 is a failure of the left ventricle: a right pump alone would send more
blood into lungs that the left ventricle does not empty.

The study of a plant may need such a patient all the same, so that :class:`plants.Plant` does
not ask; :func:`plants.simulation.constant_speed` and the trials of the command line do.

References
----------
Korabathina R et al. (2012) Catheter Cardiovasc Interv 80:593 (pulsatility index; recalled).
Kormos RL et al. (2010) J Thorac Cardiovasc Surg 139:1316 (ratio above 0.63 before right
ventricular failure; recalled).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from plants.beat import steady_state
from plants.patients import Patient
from plants.plant import Plant
from plants.quantities import InputError, Quantity

_CRITERIA = "the project's circulation reference: RV support is considered at"

#: Limits of the rule by the name of the signal (``cvp_pcwp_ratio``: central venous over wedge).
LIMITS: Mapping[str, Quantity] = MappingProxyType(
    {
        "cvp": Quantity(15.0, "mmHg", f"{_CRITERIA} CVP > 15", "S"),
        "cvp_pcwp_ratio": Quantity(
            0.63, "1", f"{_CRITERIA} CVP/PCWP > 0.63 (Kormos 2010, recalled)", "S"
        ),
        "papi": Quantity(1.0, "1", f"{_CRITERIA} PAPi < 1.0 (Korabathina 2012, recalled)", "S"),
        "pcwp": Quantity(
            15.0, "mmHg", "the project's circulation reference: SCAI stage C has PCWP > 15", "S"
        ),
    }
)


@dataclass(frozen=True)
class Indication:
    """What the unsupported circulation says of the two ventricles.

    Parameters
    ----------
    patient : str
        Name of the patient.
    cvp, pcwp : float
        Central venous and wedge pressure, mmHg.
    papi : float
        Pulmonary-artery pulsatility index.

    Examples
    --------
    >>> from plants import indication
    >>> failing = indication("rv-failure")
    >>> failing.left_failure, len(failing.right_signs)
    (False, 3)
    """

    patient: str
    cvp: float
    pcwp: float
    papi: float

    @property
    def ratio(self) -> float:
        """Central venous over wedge pressure; infinite where the lungs are empty."""
        return self.cvp / self.pcwp if self.pcwp > 0 else float("inf")

    @property
    def left_failure(self) -> bool:
        """Whether the failure is the left ventricle's: congested lungs, not so the veins."""
        return self.pcwp > LIMITS["pcwp"].value and self.ratio <= LIMITS["cvp_pcwp_ratio"].value

    @property
    def right_signs(self) -> tuple[str, ...]:
        """The signs at which support of the right ventricle is considered, in words."""
        signs = []
        if self.cvp > LIMITS["cvp"].value:
            signs.append(f"CVP {self.cvp:.1f} > {LIMITS['cvp'].value:g} mmHg")
        if self.ratio > LIMITS["cvp_pcwp_ratio"].value:
            signs.append(f"CVP/PCWP {self.ratio:.2f} > {LIMITS['cvp_pcwp_ratio'].value:g}")
        if self.papi < LIMITS["papi"].value:
            signs.append(f"PAPi {self.papi:.2f} < {LIMITS['papi'].value:g}")
        return tuple(signs)

    @property
    def text(self) -> str:
        """The three values in a line."""
        return (
            f"CVP {self.cvp:.1f} mmHg, PCWP {self.pcwp:.1f} mmHg, CVP/PCWP {self.ratio:.2f}, "
            f"PAPi {self.papi:.1f}"
        )


def indication(patient: Patient | str) -> Indication:
    """The failing side of a patient, from the steady state without a pump.

    Raises
    ------
    InputError
        There is no such patient.
    PhysicsError
        The patient has no periodic beat without a pump.
    """
    plant = Plant(patient)
    metrics = steady_state(plant).metrics
    return Indication(plant.patient.name, metrics["cvp"], metrics["pcwp"], metrics["papi"])


def check_indication(plant: Plant) -> Indication | None:
    """Refuse a right pump alone for a patient whose failure is the left ventricle's.

    Parameters
    ----------
    plant : Plant
        Patient and pumps.

    Returns
    -------
    Indication or None
        What was found of the patient; None where there is no right pump alone, and nothing is
        asked.

    Raises
    ------
    InputError
        It is; the message names the values and the rule.
    PhysicsError
        The patient has no periodic beat without a pump.

    Examples
    --------
    >>> from plants import Plant
    >>> from plants import check_indication
    >>> check_indication(Plant("rv-failure", "RP")).left_failure
    False
    >>> check_indication(Plant("shock-d", "RP"))
    Traceback (most recent call last):
    ...
    plants.InputError: ... allowed: a left pump, alone or beside it (CP+RP): ...
    """
    if plant.right is None or plant.left is not None:
        return None
    indicated = indication(plant.patient)
    if indicated.left_failure:
        limits = LIMITS
        allowed = (
            f"a left pump, alone or beside it (CP+{plant.right.name}): without a pump patient "
            f"{indicated.patient} has {indicated.text}, and PCWP > {limits['pcwp'].value:g} mmHg "
            f"with CVP/PCWP <= {limits['cvp_pcwp_ratio'].value:g} is failure of the left ventricle "
            f"(Kormos 2010; support of the right is considered at CVP > {limits['cvp'].value:g}, "
            f"CVP/PCWP > {limits['cvp_pcwp_ratio'].value:g}, PAPi < {limits['papi'].value:g})"
        )
        raise InputError("device", plant.right.name, allowed)
    return indicated

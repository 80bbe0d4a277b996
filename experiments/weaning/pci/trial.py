"""What an intervention is made of: patient, pump, controller and seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from controllers import load_controller
from experiments.runs import check_all
from experiments.trials import left_pump
from plants import InputError, Patient, label_limit, tier_table

#: Control period, s.
PERIOD = 1.0


@dataclass(frozen=True)
class PciTrial:
    """Patient, pump, controller and seed of an intervention.

    Parameters
    ----------
    patient : str
        Name or path of the profile about which the patient is drawn.
    device : str
        A left pump with a label for high-risk coronary intervention.
    controller : str, optional
        Moves the speed within the band of the level; by default the level is held.
    tier : {"icu", "full"}
        Which sensors there are; the console alone shows no arterial pressure.
    seed : int
        Of the patient, the inflations and the noise of the sensors.
    spread : float
        How far the patient may be from the profile, as in :func:`plants.individual` (a guess).

    Raises
    ------
    InputError
        The tier is unknown or shows no arterial pressure, or the pump has no such label.

    Examples
    --------
    >>> from experiments.weaning.pci import PciTrial
    >>> PciTrial("hfref", "2.5").label_hours
    6.0
    """

    patient: str
    device: str = "CP"
    controller: str | None = None
    tier: str = "icu"
    seed: int = 0
    spread: float = 0.1

    def __post_init__(self) -> None:
        check_all(
            [
                partial(Patient.load, self.patient),
                lambda: self.label_hours,
                self._check_tier,
                *([partial(load_controller, self.controller)] if self.controller else []),
            ]
        )

    def _check_tier(self) -> None:
        tier_table(self.tier)
        if self.tier == "console":
            raise InputError("tier", self.tier, "icu or full, which show the arterial pressure")

    @property
    def label_hours(self) -> float:
        """Longest use by the label, h."""
        return label_limit(left_pump(self.device), "high-risk PCI")

"""The patients of the weaning cohort: who recovers, who does not, and who only seems to.

A case says what becomes of a patient, not how the patient looks at first: everybody is drawn from
the populations of shock. Masked regurgitation and masking by an inotrope are constructed so that
the case means what it says, from steady states of the recovered heart.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from plants.bedside.events import HourScenario
from plants.bedside.masked_regurgitation import masked_regurgitation_parameters
from plants.bedside.recovered import contractility_without_drugs, masked_recovery_share
from plants.cohorts import (
    DRUG_PARAMETERS,
    Population,
    VirtualPatient,
    drawn_between,
    drawn_dose,
    recovered_shares,
)
from plants.console import label_limit
from plants.pumps import Pump
from plants.quantities import DATA, number_parts, parameter_table, stream, unknown_name
from plants.slow import SLOW_INPUTS
from plants.slow.laws import DRUGS

# Cases in which a heart that recovers is not all.
_SPECIAL_CASES = ("masked-regurgitation", "inotrope-masked", "rv-failure", "relapse")
#: The cases.
CASES = ("full", "partial", "none", *_SPECIAL_CASES)
#: How much recovers in the cases in which that is not all.
_RESPONDER = {"partial": "partial", "inotrope-masked": "partial", "none": "none"}
_RV_FAILURE = "biventricular-shock"
_PHENOTYPES = ("shock-c", "shock-d", "shock-e")
_FILE = DATA / "weaning" / "cases.toml"
_SHARE, _DOSE = "share of patients", "ug/kg/min"
_DECLARED = {
    "share": parameter_table(*((name, "1", _SHARE, 0, 1) for name in CASES)),
    "phenotype": parameter_table(*((name, "1", _SHARE, 0, 1) for name in _PHENOTYPES)),
    "doses": DRUG_PARAMETERS
    | parameter_table(
        ("masking_low", _DOSE, "lowest inotrope that masks", 0, SLOW_INPUTS["inotrope"].high),
        ("masking_high", _DOSE, "highest inotrope that masks", 0, SLOW_INPUTS["inotrope"].high),
    ),
    "heart": parameter_table(
        ("full_low", "1", "least share of the gap that a full responder gains", 0, 2),
        ("full_high", "1", "largest share of the gap that a full responder gains", 0, 2),
        ("partial_low", "1", "least share of the gap that a partial responder gains", 0, 2),
        ("partial_high", "1", "largest share of the gap that a partial responder gains", 0, 2),
        ("quick_time", "d", "time constant of recovery in the special cases", 0.25, 30),
        ("quick_delay", "d", "largest delay of recovery in the special cases", 0, 10),
        ("hidden_hours", "h", "time on the pump at which a leak is hidden", 1, 400),
        ("hidden_leak", "mL/s/mmHg", "leak at P-2 of a masked regurgitation", 0.1, 4),
        ("relapse_low", "1", "earliest relapse, share of the label's duration", 0, 1),
        ("relapse_high", "1", "latest relapse, share of the label's duration", 0, 1),
    ),
}


@dataclass(frozen=True)
class WeaningCase:
    """What becomes of a patient.

    Attributes
    ----------
    name : str
        One of :data:`CASES`.
    phenotype : str
        The shock that the patient comes with.
    events : HourScenario or None
        What happens in the course.
    fixed_doses : Mapping of str to float
        Doses that the clinicians keep up.
    """

    name: str
    phenotype: str
    events: HourScenario | None = None
    fixed_doses: Mapping[str, float] = field(default_factory=dict)


@functools.cache
def case_numbers() -> Mapping[str, Mapping[str, float]]:
    """The numbers of the data file, by part (read once).

    Examples
    --------
    >>> from plants.bedside.cases import case_numbers
    >>> round(sum(case_numbers()["share"].values()), 6)
    1.0
    """
    return number_parts(_FILE, _DECLARED)


def weaning_patient(
    seed: int,
    *,
    case: str = "",
    phenotype: str = "",
    pump: Pump | str = "CP",
    evaluation: bool = False,
) -> tuple[VirtualPatient, WeaningCase]:
    """The patient of a seed and his or her case.

    Parameters
    ----------
    seed : int
        0 to 9999 for development; the others are kept for evaluation.
    case : str
        One of :data:`CASES`; by default the seed decides, with the shares of the data file.
    phenotype : str
        A shock phenotype; by default the seed decides.
    pump : Pump or str
        The device: a relapse comes at a share of its label's duration, and a regurgitation is
        hidden at its P-8.
    evaluation : bool
        Whether the seeds kept for evaluation may be drawn.

    Raises
    ------
    InputError
        The seed is none or is kept for evaluation, or there is no such case.
    PatientRefused
        The patient of a masked regurgitation dies before it could hide.

    Examples
    --------
    >>> from plants import weaning_patient
    >>> patient, case = weaning_patient(3)
    >>> weaning_patient(3)[1] == case, patient.slow["recoverable"] >= 0.0
    (True, True)
    >>> weaning_patient(3, case="relapse")[1].events.name
    'relapse'
    """
    if case and case not in CASES:
        raise unknown_name("case", case, CASES)
    # Refuses a bad seed before anything is drawn from it.
    Population(_PHENOTYPES[0], evaluation=evaluation)._check_seed(seed)
    shares = stream("weaning case", seed, member="case").random(2)
    name = case or _chosen(shares[0], "share")
    kind = phenotype or (_RV_FAILURE if name == "rv-failure" else _chosen(shares[1], "phenotype"))
    drawn = Population(kind, evaluation=evaluation).draw(seed)
    values = case_numbers()["heart"]
    doses = _doses(seed)
    amount = float(stream("weaning case", seed, member="heart").random())
    responder = _RESPONDER.get(name, "full")
    slow = dict(drawn.slow) | {f"{drug}_baseline": doses[drug] for drug in DRUGS}
    for parameter in ("mitral_tethering", "mitral_competent_volume", "mitral_competent_pressure"):
        slow.pop(parameter, None)  # Regurgitation is a case of its own.
    fixed_doses: dict[str, float] = {}
    if name == "inotrope-masked":
        slow["inotrope_baseline"] = fixed_doses["inotrope"] = doses["masking"]
    share = 0.0 if responder == "none" else drawn_between(values, responder, amount)
    if name == "inotrope-masked":
        share = masked_recovery_share(drawn.patient, slow)
    device = Pump.load(pump) if isinstance(pump, str) else pump
    slow |= recovered_shares(drawn.patient, share, contractility_without_drugs(slow))
    if name in _SPECIAL_CASES:
        slow["recovery_time"] = values["quick_time"]
        slow["recovery_delay"] = min(slow["recovery_delay"], values["quick_delay"])
    events = None
    if name == "rv-failure":
        slow["rv_recoverable"] = slow["rv_softening"] = 0.0
        events = HourScenario.preset("rv-failure")
    if name == "masked-regurgitation":
        tight = replace(drawn, slow=slow)
        slow |= masked_regurgitation_parameters(
            tight, values["hidden_leak"], device, values["hidden_hours"]
        )
    if name == "relapse":
        hours = label_limit(device)
        low, high = values["relapse_low"] * hours, values["relapse_high"] * hours
        events = HourScenario.drawn("relapse", seed, low, high)
    patient = replace(drawn, responder=responder, slow=slow)
    return patient, WeaningCase(name, kind, events, MappingProxyType(fixed_doses))


def _chosen(share: float, part: str) -> str:
    total = 0.0
    for name, width in case_numbers()[part].items():
        total += width
        if share < total:
            return name
    return name


def _doses(seed: int) -> dict[str, float]:
    """Doses at the begin of support, and of the inotrope that masks."""
    numbers = case_numbers()["doses"]
    given, amount = stream("weaning case", seed, member="doses").random((2, 3))
    doses = {
        drug: drawn_dose(numbers, drug, given[i], float(amount[i])) for i, drug in enumerate(DRUGS)
    }
    return doses | {"masking": drawn_between(numbers, "masking", float(amount[2]))}

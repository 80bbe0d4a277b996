"""Cohorts: individuals and populations, virtual patients, access, indication and identification."""

from plants.cohorts.access import (
    ROUTES,
    Access,
    Anatomy,
    access_numbers,
    access_route,
    access_routes,
    check_anatomy,
    french_to_mm,
    sheath_artery_ratio,
    sheath_outer_diameter,
)
from plants.cohorts.draws import drawn_between, drawn_dose, recovered_shares
from plants.cohorts.identification import (
    ESTIMATED_PARAMETERS,
    TOLERANCE,
    Identification,
    TargetRow,
    compare_with_targets,
    identify,
)
from plants.cohorts.individuals import LARGEST_SPREAD, individual
from plants.cohorts.population import (
    FIRST_EVALUATION_SEED,
    SPREAD_LIMIT,
    Population,
    RefusalCounts,
    check_kept_seeds,
)
from plants.cohorts.population_file import DRUG_PARAMETERS, built_in_variation
from plants.cohorts.refused import NO_ACCESS, PatientRefused
from plants.cohorts.right_pump_indication import Indication, check_indication, indication
from plants.cohorts.variation import STRESSED_VOLUME
from plants.cohorts.virtual_patient import VirtualPatient

__all__ = [
    "DRUG_PARAMETERS",
    "ESTIMATED_PARAMETERS",
    "FIRST_EVALUATION_SEED",
    "LARGEST_SPREAD",
    "NO_ACCESS",
    "ROUTES",
    "SPREAD_LIMIT",
    "STRESSED_VOLUME",
    "TOLERANCE",
    "Access",
    "Anatomy",
    "Identification",
    "Indication",
    "PatientRefused",
    "Population",
    "RefusalCounts",
    "TargetRow",
    "VirtualPatient",
    "access_numbers",
    "access_route",
    "access_routes",
    "built_in_variation",
    "check_anatomy",
    "check_indication",
    "check_kept_seeds",
    "compare_with_targets",
    "drawn_between",
    "drawn_dose",
    "french_to_mm",
    "identify",
    "indication",
    "individual",
    "recovered_shares",
    "sheath_artery_ratio",
    "sheath_outer_diameter",
]

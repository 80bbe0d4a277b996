"""Cohorts: individuals and populations, virtual patients, access, indication and identification."""

from plants.cohorts.access import (
    ROUTES as ROUTES,
    Access as Access,
    Anatomy as Anatomy,
    access_numbers as access_numbers,
    access_route as access_route,
    access_routes as access_routes,
    check_anatomy as check_anatomy,
    french_to_mm as french_to_mm,
    sheath_artery_ratio as sheath_artery_ratio,
    sheath_outer_diameter as sheath_outer_diameter,
)
from plants.cohorts.draws import (
    drawn_between as drawn_between,
    drawn_dose as drawn_dose,
    mitral_valve_parameters as mitral_valve_parameters,
    recovered_shares as recovered_shares,
)
from plants.cohorts.identifiability import (
    Estimate as Estimate,
    Identifiability as Identifiability,
    target_error as target_error,
    target_size as target_size,
)
from plants.cohorts.identification import (
    TOLERANCE as TOLERANCE,
    Identification as Identification,
    TargetRow as TargetRow,
    compare_with_targets as compare_with_targets,
    identify as identify,
)
from plants.cohorts.identification_rules import (
    ESTIMATED_PARAMETERS as ESTIMATED_PARAMETERS,
    MOVED_BY as MOVED_BY,
)
from plants.cohorts.individuals import LARGEST_SPREAD as LARGEST_SPREAD, individual as individual
from plants.cohorts.population import (
    FIRST_EVALUATION_SEED as FIRST_EVALUATION_SEED,
    SPREAD_LIMIT as SPREAD_LIMIT,
    Population as Population,
    RefusalCounts as RefusalCounts,
    check_kept_seeds as check_kept_seeds,
)
from plants.cohorts.population_file import (
    DRUG_PARAMETERS as DRUG_PARAMETERS,
    built_in_variation as built_in_variation,
)
from plants.cohorts.refused import NO_ACCESS as NO_ACCESS, PatientRefused as PatientRefused
from plants.cohorts.right_pump_indication import (
    Indication as Indication,
    check_indication as check_indication,
    indication as indication,
)
from plants.cohorts.variation import STRESSED_VOLUME as STRESSED_VOLUME
from plants.cohorts.virtual_patient import VirtualPatient as VirtualPatient

"""The identification of the built-in patients against the targets of their files."""

from experiments.studies.identify.study import identification
from experiments.studies.identify.table import patients_table, write_patients_results

__all__ = [
    "identification",
    "patients_table",
    "write_patients_results",
]

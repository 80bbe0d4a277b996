"""The patient parameters: name, unit, meaning and the range a file may give.

The order of :data:`PATIENT_PARAMETERS` is the order of the symbolic parameter vector, so that one
compiled function serves every patient.
"""

from __future__ import annotations

from plants.circulation import PatientParameters
from plants.quantities import Parameter, declarations

PATIENT_PARAMETERS = declarations(PatientParameters, Parameter)
#: The parameters whose sum the blood volume must exceed.
UNSTRESSED_VOLUMES = tuple(name for name in PATIENT_PARAMETERS if name.startswith("vu_"))

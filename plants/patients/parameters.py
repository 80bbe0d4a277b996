"""The patient parameters: name, unit, meaning and the range a file may give.

The order of :data:`PATIENT_PARAMETERS` is the order of the symbolic parameter vector, so that one
compiled function serves every patient.
"""

from __future__ import annotations

from types import MappingProxyType

from plants.circulation import PatientParameters
from plants.quantities import BEAT_METRICS, SIGNALS, Parameter, declarations

PATIENT_PARAMETERS = declarations(PatientParameters, Parameter)
#: The parameters whose sum the blood volume must exceed.
UNSTRESSED_VOLUMES = tuple(name for name in PATIENT_PARAMETERS if name.startswith("vu_"))
#: What a patient may have targets of: they are compared with the metrics of the steady beat.
PATIENT_TARGETS = MappingProxyType({name: SIGNALS[name] for name in BEAT_METRICS})

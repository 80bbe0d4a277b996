"""What a patient's activation may not be: no published form, or one that does not repeat."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from plants.circulation import ACTIVATION_FORMS, COSINE, VentricularActivation, left_at_the_ends
from plants.quantities import SECONDS_PER_MINUTE, InputError

# Share of its peak that an activation may leave at the ends of a beat, where it is faded out: a
# guess; the double Hill leaves as much at 190/min.
_LEFT_AT_THE_ENDS = 0.1


def activation_mistakes(values: Mapping[str, float]) -> Iterable[InputError]:
    """Mistakes in form and timing of the ventricles' activation.

    Parameters
    ----------
    values : mapping of str to float
        A patient's values.
    """
    form, rise, fall = (values[f"activation_{name}"] for name in ("form", "rise", "fall"))
    if form not in ACTIVATION_FORMS:
        allowed = ", ".join(f"{number} ({name})" for number, name in ACTIVATION_FORMS.items())
        yield InputError("parameters.activation_form.value", form, allowed)
        return
    if values["systole_offset"] + values["systole_slope"] == 0:
        yield InputError("parameters.systole_offset.value", 0, "above 0, or the slope is")
        return
    if form == COSINE and fall <= rise:
        allowed = f"above activation_rise ({rise:g}): the relaxation ends after it begins"
        yield InputError("parameters.activation_fall.value", fall, allowed)
        return
    names = (field.name for field in dataclasses.fields(VentricularActivation))
    shape = VentricularActivation(**{name: values[name] for name in names})
    left = left_at_the_ends(SECONDS_PER_MINUTE / values["heart_rate"], shape)
    if left > _LEFT_AT_THE_ENDS:
        allowed = (
            f"at most {_LEFT_AT_THE_ENDS:.0%} of the peak is left at the end of a beat at "
            f"{values['heart_rate']:g}/min (now {left:.0%})"
        )
        yield InputError("parameters.systole_offset.value", values["systole_offset"], allowed)

"""The refusal of a virtual patient whom the draws or the pump do not allow."""

from __future__ import annotations

import functools

from plants.quantities import InputError

#: Kind of the refusal of a patient whose vessels are too narrow for a pump.
NO_ACCESS = "no access that the arteries allow"


class PatientRefused(InputError):
    """There is no such patient, or the pump does not fit: a matter of the seed, no mistake.

    Parameters
    ----------
    field, value, allowed, source
        As in :class:`~plants.InputError`.
    kind : str
        Why in a few words, the same for every patient, so that refusals can be counted.

    Examples
    --------
    >>> from plants.cohorts import Population, PatientRefused
    >>> from plants import Pump
    >>> from dataclasses import replace
    >>> drawn = Population("shock-d").draw(7)
    >>> slim = replace(drawn, artery_diameter=3.0, axillary_diameter=3.0)
    >>> try:
    ...     slim.on(Pump.load("CP"))
    ... except PatientRefused as error:
    ...     print(error.kind)
    no access that the arteries allow
    """

    def __init__(
        self, field: str, value: object, allowed: str, *, kind: str, source: str | None = None
    ):
        super().__init__(field, value, allowed, source=source)
        self.kind = kind

    def __reduce__(self) -> tuple[object, ...]:
        rebuild = functools.partial(PatientRefused, kind=self.kind, source=self.source)
        return rebuild, (self.field, self.value, self.allowed)

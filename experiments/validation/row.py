"""One comparison of the validation, as tables and JSON show it."""

from __future__ import annotations

from dataclasses import dataclass

WITHIN, MISS = "within", "miss"


@dataclass(frozen=True)
class Row:
    """A published value beside the model's.

    Attributes
    ----------
    study : str
        Whose values were published.
    measure, kind, signal, unit : str
        What was measured, in words; what was made of which signal, as in
        :class:`~experiments.validation.bands.Band`; its unit.
    patient, device, condition : str
        Who was simulated, on what, and where in the study.
    published : str
        The published value, as published.
    tag : str
        Confidence in it: S seen, R recalled, D derived, X guess.
    model : float
        The model's value; not a number where there is none.
    low, high : float or None
        The band; an open end is None.
    verdict : {"within", "miss"}
        Whether the model's value lies in the band.
    reason : str
        Why the band is as it is.
    explanation : str
        Why a miss misses; empty else.

    Examples
    --------
    >>> from experiments.validation.row import Row
    >>> row = Row(
    ...     study="CP FAQ", measure="peak flow", kind="value", signal="pump_flow_max",
    ...     unit="L/min",
    ...     patient="healthy", device="CP", condition="P-9", published="4.3", tag="S",
    ...     model=4.1, low=3.87, high=None, verdict="within", reason="+- 10 %",
    ... )
    >>> row.band
    'at least 3.87'
    """

    study: str
    measure: str
    kind: str
    signal: str
    unit: str
    patient: str
    device: str
    condition: str
    published: str
    tag: str
    model: float
    low: float | None
    high: float | None
    verdict: str
    reason: str
    explanation: str = ""

    @property
    def band(self) -> str:
        """The band in words."""
        if self.low is None:
            return f"at most {self.high:g}"
        if self.kind in ("rises", "falls"):
            return f"above {self.low:g}"
        if self.high is None:
            return f"at least {self.low:g}"
        return f"{self.low:.4g} to {self.high:.4g}"


def verdict(held: bool) -> str:
    """The word for a band that is held or missed."""
    return WITHIN if held else MISS

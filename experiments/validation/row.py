"""One comparison of the validation, as tables and JSON show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

WITHIN, MISS = "within", "miss"
#: Topics of the comparisons, and the signals and measures that belong to each.
TOPICS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "arteries and output": (
            *("map", "systolic", "diastolic", "pulse_pressure", "heart_rate"),
            *("cardiac_output", "cardiac_index", "cardiac_power_output", "native_flow", "lactate"),
            *("coronary_perfusion_pressure", "coronary_flow", "hyperemic_coronary_flow"),
        ),
        "left heart": (
            *("lvedp", "lvedv", "lvesv", "lv_peak_pressure", "lv_peak_less_map", "lv_pressure"),
            *("ejection_fraction", "stroke_volume", "stroke_work", "pressure_volume_area", "pcwp"),
            *("loop_fill", "loop_least_volume", "loop_upstroke_share", "loop_downstroke_share"),
            *("aortic_valve_open_fraction", "aortic_regurgitant_fraction"),
            *("mitral_regurgitant_fraction", "mitral_regurgitant_volume"),
            *("la_volume_max", "la_volume_min"),
        ),
        "right heart and lungs": (
            *("cvp", "cvp_over_pcwp", "papi", "mpap", "pa_systolic", "pa_diastolic", "ea_ees_rv"),
            *("rvedv", "rvesv", "rv_ejection_fraction", "rv_stroke_work"),
            "pulmonary_time_constant",
        ),
        "pumps": (
            *("pump_flow", "pump_flow_max", "pump_flow_min", "pump_flow_pulsatility"),
            *("flow_at_60", "right_pump_flow", "hemolysis_rate", "motor_current_pulsatility"),
            *("placement_pulsatility", "placement_over_diastolic", "malposition"),
            *("suction", "suction_margin"),
        ),
    }
)
#: Topic of a signal that none of them names.
OTHER = "other"


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
    without_reflex : float or None
        The model's value had the baroreflex not answered; None in a study without one.

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
    without_reflex: float | None = None

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

    @property
    def confidence(self) -> str:
        """The tag's letters alone: S, R, S/R, D or X."""
        return self.tag.split()[0]

    @property
    def topic(self) -> str:
        """The topic of :data:`TOPICS` that the signal belongs to."""
        return next((topic for topic, names in TOPICS.items() if self.signal in names), OTHER)


def verdict(held: bool) -> str:
    """The word for a band that is held or missed."""
    return WITHIN if held else MISS

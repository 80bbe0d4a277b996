"""The file of the criteria of weaning: its parts, its numbers and how it is read."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping
from os import PathLike
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import create_model

from controllers.weaning.criterion import Criterion
from plants import SIGNALS, SLOW_INPUTS, InputError, Quantity, unknown_name
from plants.quantities import (
    CheckedModel,
    ErrorCollector,
    Source,
    Tag,
    load_toml,
    number_in,
    parameter_table,
    quantities_in,
    unit_of,
)
from plants.slow.laws import DRUGS

Parts = Mapping[str, Mapping[str, Criterion]]

#: What the parts of the file are for.
CRITERIA_GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "ready": "readiness by the published rules",
        "plan": "what must hold before a plan on the forecast begins",
        "step": "to go on with a step",
        "right_ventricle": "the right ventricle",
        "deterioration": "deterioration",
        "explant": "explant at P-2 by the published rules",
        "trial": "explant at P-2 by a plan on the forecast",
        "without_pump": "without pump and inotrope, by forecast",
        "rescue": "below it more vasopressor is asked for",
        "device_harm": "harm by the device",
    }
)
_MOST = {drug: SLOW_INPUTS[drug].high for drug in DRUGS}  # ug/kg/min
#: Times, chances and margins beside them.
NUMBERS = parameter_table(
    ("negligible_inotrope", "ug/kg/min", "inotrope that is none", 0, _MOST["inotrope"]),
    ("moderate_regurgitation", "1", "regurgitant fraction that is moderate", 0.05, 0.95),
    ("persistent_leak", "1", "fraction at which a leaking beat is none", 0.01, 0.95),
    ("cvp_pcwp_ratio", "1", "central venous over wedge pressure of a failing right side", 0.2, 3),
    ("step_chance", "1", "probability with which a step must hold", 0.5, 0.999),
    ("explant_chance", "1", "probability with which the explant must hold", 0.5, 0.999),
    ("inotrope_free_time", "h", "time without an inotrope before the explant", 0, 100),
    ("weaning_time", "h", "time from full support to the explant", 0, 100),
    ("start_chance", "1", "probability of a good explant at which a plan begins", 0.01, 0.999),
    ("late_start_chance", "1", "the same of the last way down", 0.01, 0.999),
    ("late_step_chance", "1", "probability with which a step of it must hold", 0.01, 0.999),
    ("lactate_without_pump", "mmol/L", "lactate expected without the pump", 0.5, 20),
    ("vasopressor_margin", "mmHg", "how far above the lowest pressure vasopressors aim", 0, 20),
    ("early_vasopressor", "ug/kg/min", "vasopressor to leave with while there is time", 0, 5),
    ("late_explant_chance", "1", "probability with which the last explant must hold", 0.01, 0.999),
    ("observed_trend_weight", "1", "weight of the observed trend against the usual one", 0, 1),
    ("usual_trend", "1/d", "usual relative gain of contractility", 0, 2),
    ("trend_without_pump", "1/d", "least change of contractility expected without the pump", -2, 2),
    ("late_trend_without_pump", "1/d", "the same of the last explant", -2, 2),
    ("coronary_critical_pressure", "mmHg", "coronary driving pressure that half suffices", 5, 90),
    ("coronary_pressure_width", "mmHg", "width of that threshold", 1, 30),
    ("stunning_time", "h", "time in which unperfused myocardium is stunned", 0.5, 200),
    ("relapse_share", "1", "share of the best contractility below which is a relapse", 0.1, 0.99),
    ("single_reading_margin", "mmHg", "how far below its limit a single pressure counts", 0, 30),
    ("lactate_rise", "mmol/L", "rise since the begin of a trial that is deterioration", 0.1, 20),
    ("renal_injury_rise", "1", "rise of renal injury that is not resolving", 0.01, 1),
    ("first_retry_wait", "h", "first wait after a failure", 0.1, 200),
    ("longest_retry_wait", "h", "longest wait after a failure", 0.1, 500),
    ("longest_trial", "h", "longest hold at P-2 without the criteria", 0.1, 200),
    ("reassess_lead", "h", "time before the label's end for another plan", 0, 500),
    ("last_attempt_lead", "h", "the same from which on there is one way down only", 0, 500),
    ("last_explant_lead", "h", "the same in which less is asked for an explant", 0, 100),
    ("undisturbed_lead", "h", "the same until which a trial that goes well is left alone", 0, 100),
    ("ramp_interval", "min", "time between two levels of a ramp", 0.1, 120),
    ("echo_interval", "h", "shortest time between two echoes of a doubted valve", 0, 200),
    ("filled_wedge", "mmHg", "wedge pressure from which more than full support helps", 0, 40),
    ("emptied_wedge", "mmHg", "wedge pressure below which it is taken back", 0, 40),
    ("lactate_clearing_time", "h", "time that full support is given to clear lactate", 0, 200),
    ("longest_blind_trial", "h", "longest time of bad data in a trial", 0, 100),
    ("console_limit_time", "h", "time for which no level above the one held is asked for", 0, 200),
    ("recent_inotrope_time", "h", "time for which a dose of an inotrope counts", 0, 500),
    ("relapse_window", "h", "time over which the best contractility is remembered", 0.1, 200),
    ("hemolysis_window", "h", "time within which two samples tell of hemolysis", 0.1, 200),
    ("finding_time", "h", "time for which a finding must be present before it is named", 0, 200),
    ("rv_failure_time", "h", "the same of right-ventricular failure", 0, 200),
    ("leak_belief_time", "h", "time after which a believed leak is not forgotten", 0, 500),
    (
        "inotrope_step",
        "ug/kg/min",
        "least inotrope that is taken off at once",
        0,
        _MOST["inotrope"],
    ),
    ("inotrope_step_share", "1", "the same as a share of the dose", 0, 1),
    (
        "vasopressor_step",
        "ug/kg/min",
        "least vasopressor that is taken off at once",
        0,
        _MOST["vasopressor"],
    ),
    ("vasopressor_step_share", "1", "the same as a share of the dose", 0, 1),
    ("rescue_gain", "ug/kg/min/mmHg", "vasopressor that is added for a lacking pressure", 0, 1),
    ("smallest_rescue", "ug/kg/min", "least vasopressor that is added at once", 0, 5),
    ("largest_rescue", "ug/kg/min", "most vasopressor that is added at once", 0, 5),
    ("highest_vasopressor", "ug/kg/min", "most vasopressor that is asked for", 0, 5),
    ("position_check_interval", "h", "shortest time between two checks of the position", 0, 200),
    ("untrusted_time", "h", "time at a loss after which the position is checked", 0, 200),
    ("pressure_mismatch", "mmHg", "difference of pressures that no noise explains", 0, 100),
    ("flow_mismatch", "L/min", "difference of flows that no noise explains", 0, 10),
    ("speed_mismatch", "1", "share of the speed that no noise explains", 0, 1),
    ("wide_pressure_margin", "mmHg", "wide margin above the pressure of readiness", 0, 60),
    ("wide_index_margin", "L/min/m2", "wide margin above the index of readiness", 0, 5),
    ("lab_age", "h", "oldest laboratory value that counts", 0.1, 200),
    ("echo_age", "h", "oldest echo that counts", 0.1, 500),
    ("longest_gap", "h", "longest gap between two assessments", 0.1, 100),
)


def read_criteria(path: str | PathLike[str], source: str) -> tuple[Parts, Mapping[str, Quantity]]:
    """Criteria by part and signal, and the numbers beside them.

    Parameters
    ----------
    path : str or path
        The file.
    source : str
        How messages call it.

    Raises
    ------
    InputError
        The file cannot be read, or something in it is unknown, missing or refused; all is told.
    """
    content, _ = load_toml(path, field="criteria")
    collector = ErrorCollector()
    numbers: Any = Annotated[Mapping[str, Quantity], quantities_in(NUMBERS)]
    fields: dict[str, Any] = {"numbers": (numbers, ...)}
    for part in CRITERIA_GROUPS:
        tables = content.get(part)
        names = tuple(tables) if isinstance(tables, Mapping) else ()
        for name in names:
            if name not in SIGNALS:
                collector.add(unknown_name(f"{part}.{name}", name, SIGNALS, source=source))
                del content[part][name]
        fields[part] = (_part_model(tuple(name for name in names if name in SIGNALS)), ...)
    model = create_model("CriteriaFile", __base__=CheckedModel, **fields)
    file = collector.call(model.read, content, source=source)
    collector.tell()
    assert file is not None  # else it was refused
    checked = dict(file)
    parts = {
        part: MappingProxyType({name: table.criterion(name) for name, table in checked[part]})
        for part in CRITERIA_GROUPS
    }
    return MappingProxyType(parts), checked["numbers"]


class _CriterionTable(CheckedModel):
    """A criterion as a file has it; a subclass for each signal knows unit and range."""

    source: Source
    tag: Tag
    needed: bool = True
    low: float = -math.inf
    high: float = math.inf

    def _contradictions(self) -> Iterable[InputError]:
        if math.isinf(self.low) and math.isinf(self.high):
            yield InputError("low", None, "low, high or both")

    def criterion(self, signal: str) -> Criterion:
        """The criterion of the table."""
        return Criterion(signal, self.low, self.high, self.needed, self.source, self.tag)


@functools.cache
def _criterion_model(name: str) -> type[_CriterionTable]:
    signal = SIGNALS[name]
    bound: Any = Annotated[float, number_in(signal)]
    fields: dict[str, Any] = {
        "low": (bound, -math.inf),
        "high": (bound, math.inf),
        "unit": (Annotated[str, unit_of(signal)], ...),
    }
    return create_model("Criterion", __base__=_CriterionTable, **fields)


def _part_model(signals: tuple[str, ...]) -> type[CheckedModel]:
    fields: dict[str, Any] = {name: (_criterion_model(name), ...) for name in signals}
    return create_model("Part", __base__=CheckedModel, **fields)

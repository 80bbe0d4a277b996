"""What the weaning study must show, held against every policy."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

from controllers import STEP_POLICIES, step_policy
from experiments.statistics import DataFrame, data_frame
from experiments.weaning.settings import Target, study_settings
from experiments.weaning.study.tables import StudyTables

#: Columns of the table of policies that a target looks at: the value; those of the interval and the
#: number follow where the value is a share.
VALUES: Mapping[str, str] = {
    "weaned": "weaned_share",
    "failed": "failed_share",
    "excess_hours": "excess_hours_median",
    "map_low_share": "map_low_share",
    "largest_step": "largest_step",
    "lowest_level": "lowest_level",
    "relapse_answered": "relapse_answered_share",
    "hidden_regurgitation": "hidden_regurgitation_share",
    "inotrope_masked": "inotrope_masked_share",
    "rv_failure": "rv_failure_share",
    "bridged": "bridged_share",
    "coverage_low": "coverage",
    "coverage_high": "coverage",
    "seconds": "seconds_p90",
}
Row = Mapping[Hashable, Any]


class TargetRow(NamedTuple):
    """A target and a policy: what is asked for, the value with its interval, and the verdict."""

    policy: str
    name: str
    measure: str
    target: str
    value: float
    low: float
    high: float
    of: int | None
    met: bool | None
    text: str


def baselines(policies: Sequence[str]) -> list[str]:
    """The published protocols among policies: those of the package that need no forecast.

    Examples
    --------
    >>> from experiments.weaning.study.targets import baselines
    >>> baselines(["model-based", "fast-protocol", "policy:results/policies/weaning-ppo"])
    ['fast-protocol']
    """
    own = [name for name in policies if name in STEP_POLICIES]
    return [name for name in own if not step_policy(name).needs_tracker]


def target_table(tables: StudyTables, main: str) -> DataFrame:
    """A row for each target and policy; ``met`` is None where nobody can be judged.

    Parameters
    ----------
    tables : StudyTables
        Of the study.
    main : str
        The policy that must meet them; comparisons are its own.
    """
    rows: Sequence[Row] = tables.policies.to_dict("records")
    judged = [
        _judged(study_settings().targets[name], column, row)
        for name, column in VALUES.items()
        for row in rows
    ]
    by_name = {row["policy"]: row for row in rows}
    if main in by_name:
        others = [name for name in baselines(list(by_name)) if name != main]
        judged += [_fewer_failures_than(by_name[main], by_name[name]) for name in others]
        judged += _gate(tables.gate, main)
    return data_frame(judged)


def _judged(target: Target, column: str, row: Row) -> TargetRow:
    value = float(row[column])
    stem = column.removesuffix("_share")
    low, high = (float(row.get(f"{stem}_{side}", math.nan)) for side in ("low", "high"))
    met = target.holds(value) if math.isfinite(value) else None
    asked = (row["policy"], target.name, target.meaning, target.text)
    return TargetRow(*asked, value, low, high, row.get(f"{stem}_of"), met, shown(value, target))


def shown(value: float, target: Target) -> str:
    """A value as tables show it beside its target.

    Examples
    --------
    >>> from experiments.weaning.settings import study_settings
    >>> from experiments.weaning.study.targets import shown
    >>> targets = study_settings().targets
    >>> shown(0.0123, targets["failed"]), shown(7.25, targets["seconds"])
    ('1.2 %', '7.25 s')
    """
    if not math.isfinite(value):
        return "-"
    if target.share:
        percent = 100 * value
        return f"{percent:.1f} %" if percent >= 1.0 or percent == 0.0 else f"{percent:.2g} %"
    return f"{value:.3g}" + ("" if target.unit == "1" else f" {target.unit}")


def _fewer_failures_than(main: Row, other: Row) -> TargetRow:
    """Fewer failed weans than a protocol, at equal or shorter time on support.

    The time is the median over whoever could be weaned. A protocol that weans nobody cannot be
    judged.
    """
    share, other_share = float(main["failed_share"]), float(other["failed_share"])
    known = math.isfinite(share) and math.isfinite(other_share)
    fewer, shorter = share < other_share, main["hours_median"] <= other["hours_median"]
    both = ", ".join(
        f"{100 * float(row['failed_share']):.1f} % of {row['failed_of']} at "
        f"{float(row['hours_median']):.1f} h"
        for row in (main, other)
        if math.isfinite(float(row["failed_share"]))
    )
    return TargetRow(
        main["policy"],
        f"failed below {other['policy']}",
        f"failed weans, and median time on support, beside {other['policy']}",
        "fewer, not longer",
        share - other_share,
        *(math.nan, math.nan, None),
        bool(fewer and shorter) if known else None,
        both if known else "a policy without any wean",
    )


def _gate(gate: DataFrame, main: str) -> list[TargetRow]:
    if gate.empty:
        return []
    own, power = gate.to_dict("records")
    gain = float(own["auc_gain"])
    return [
        TargetRow(
            main,
            "gate",
            "explant gate: AUC above that of CPO at P-2 alone",
            "> 0",
            *(gain, float(own["auc_gain_low"]), float(own["auc_gain_high"])),
            int(own["good"]) + int(own["bad"]),
            gain > 0.0 if math.isfinite(gain) else None,
            f"{own['auc']:.3f} against {power['auc']:.3f}",
        )
    ]

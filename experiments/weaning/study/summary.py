"""The weaning study in words, in Markdown."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from experiments.runs import markdown_table, render
from experiments.statistics import DataFrame
from experiments.weaning.course import Course
from experiments.weaning.settings import study_settings
from experiments.weaning.study.cells import MET, policy_cells, records, target_cells
from experiments.weaning.study.figures import policy_label
from experiments.weaning.study.tables import StudyTables
from experiments.weaning.study.targets import VALUES
from experiments.weaning.truth import WASHOUT_HOURS
from plants.pumps import LOWEST_LEVEL

if TYPE_CHECKING:
    from experiments.weaning.study.settings import WeaningStudySettings


def summary(
    settings: WeaningStudySettings,
    tables: StudyTables,
    targets: DataFrame,
    worked: Mapping[str, Course],
) -> str:
    """The outcome in words, in Markdown.

    Parameters
    ----------
    settings, tables, targets
        Of the study.
    worked : mapping of str to Course
        A typical course by case.
    """
    counts = {
        name: int(tables.patients[name].sum()) if len(tables.patients) else 0
        for name in ("patients", "weanable", "weanable_ignoring_right_ventricle")
    }
    return render(
        "weaning_summary.md",
        **settings.model_dump(
            include={"patients", "first_seed", "evaluation", "device", "tier", "reflex"}
        ),
        last_seed=settings.first_seed + settings.patients - 1,
        on_pump=counts.pop("patients"),
        **counts,
        main=policy_label(settings.policies[0]),
        lowest=LOWEST_LEVEL,
        probe_minutes=study_settings().number("probe_step"),
        washout_hours=WASHOUT_HOURS,
        **_results(settings, tables, targets),
        worked={case: course.trial.seed for case, course in worked.items()},
    ).rstrip("\n")


def _results(
    settings: WeaningStudySettings, tables: StudyTables, targets: DataFrame
) -> dict[str, Any]:
    """What there is to tell when somebody could be put on the pump."""
    if tables.policies.empty:
        return {"target_table": ""}
    recognition = [row for row in records(tables.recognition) if row["recognised_of"]]
    return {
        "target_table": markdown_table(*target_cells(targets, settings.policies)),
        "compared": [
            {**row, "verdict": MET[row["met"]]}
            for row in records(targets)
            if row["name"] not in VALUES
        ],
        "policy_table": markdown_table(*policy_cells(tables.policies, settings.policies)),
        "recognition": _labelled(recognition),
        "gate": records(tables.gate),
        "contractility": _labelled(records(tables.contractility)),
        "refusals": records(tables.refusals),
    }


def _labelled(rows: list[dict[Hashable, Any]]) -> list[dict[Hashable, Any]]:
    """The rows with the policies' names as tables show them."""
    return [{**row, "policy": policy_label(row["policy"])} for row in rows]

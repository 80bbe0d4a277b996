"""Each physical effect switched off one by one: the study of :data:`EFFECTS`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from pydantic import Field

from experiments.runs import IN_ROW, Findings, PrintedTable, Settings, Study, render
from experiments.studies.effects.catalogue import EFFECTS
from experiments.studies.effects.examination import Examined, effects_table, examine
from experiments.studies.effects.figure import effects_figure
from plants.quantities import one_of


class EffectsSettings(Settings):
    """Settings of the effects study."""

    effect: tuple[Annotated[str, one_of(EFFECTS)], ...] = Field(
        (), description="Only this effect; may be given several times. By default all."
    )


def examined(name: str) -> Examined:
    """The effect of a name, measured."""
    return examine(EFFECTS[name])


def _findings(settings: EffectsSettings, results: Sequence[Examined]) -> Findings:
    effects = list(results)
    table = effects_table(effects)
    expected = [finding.expectation for effect in effects for finding in effect.findings]
    moves = sum(expectation.change != "stays" for expectation in expected)
    held = all(effect.holds for effect in effects)
    # What stayed is in the table of the run folder; here, what moved and what is wrong.
    findings = [finding for effect in effects for finding in effect.all_findings]
    shown = [finding.expectation.change != "stays" or not finding.holds for finding in findings]
    columns = ["effect", "signal", "without", "with", "unit", "holds"]
    return Findings(
        tables={"effects": table},
        summary=render(
            "effects.md", effects=effects, moves=moves, stays=len(expected) - moves, held=held
        ),
        held=held,
        figures={"effects": partial(effects_figure, effects)},
        printed=[PrintedTable.of("with the effect against without it", table.loc[shown, columns])],
    )


STUDY = Study(
    name="effects",
    title=lambda settings: "Each physical effect switched off one by one",
    settings=EffectsSettings,
    cases=lambda settings: settings.effect or tuple(EFFECTS),
    work=examined,
    findings=_findings,
    result=Examined,
    units=dict.fromkeys(("without", "with", "change"), IN_ROW),
    unit="effects",
)

"""The weaning study in words, in Markdown."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.weaning.course import Course
from experiments.weaning.study.cells import MET, Cells, missing, more, records, wide
from experiments.weaning.study.figures import short
from experiments.weaning.study.tables import StudyTables
from experiments.weaning.study.targets import VALUES

if TYPE_CHECKING:
    import pandas

    from experiments.weaning.study.plan import Plan


def summary(
    plan: Plan, tables: StudyTables, targets: pandas.DataFrame, worked: Mapping[str, Course]
) -> str:
    """The outcome in words, in Markdown."""
    on_pump, can, unbound = (
        int(tables.patients[name].sum()) if len(tables.patients) else 0
        for name in ("patients", "weanable", "weanable_unbound")
    )
    last = plan.first_seed + plan.patients - 1
    main = plan.policies[0]
    head = (
        f"{plan.patients} virtual patients (seeds {plan.first_seed} to {last}"
        f"{', kept for evaluation' if plan.evaluation else ''}) on a {plan.device}, tier "
        f"{plan.tier}: {on_pump} could be put on the pump, {can} of them could be weaned by an "
        "oracle that knows the true state and the future and keeps to the rules of weaning "
        f"({unbound} if those of the right ventricle did not bind it). Every policy weans the same "
        f"patients with the same events. The targets are those of {short(main)}."
    )
    if tables.policies.empty:
        return head
    parts = [head, "## Targets", _markdown(*wide(targets, plan.policies))]
    compared = [row for row in records(targets) if row["name"] not in VALUES]
    parts.append("\n".join(_compared(row) for row in compared))
    parts += ["## Every policy", _markdown(*more(tables.policies, plan.policies))]
    parts += ["## Recognition", _recognised(tables.recognition)]
    if not tables.gate.empty:
        parts += ["## Explant gate", _gate_words(tables.gate)]
    if not tables.contractility.empty:
        parts += ["## Estimate of contractility", _contractility_words(tables.contractility)]
    parts += ["## Who was not followed", _refused(tables.refusals)]
    if worked:
        chosen = ", ".join(f"{case} (seed {one.trial.seed})" for case, one in worked.items())
        parts += [
            "## Worked cases",
            f"The first patient of each case who ends as most do: {chosen}.",
        ]
    return "\n\n".join([*parts, "## How it is counted", METHOD])


METHOD = """\
- Shares have 95 % intervals (Wilson). Who is not weaned, or fails, counts with the whole duration
  of the label in the time above the oracle's.
- The oracle's rules: no inotrope is left, no moderate mitral regurgitation without the pump,
  central venous pressure and PAPi at P-2 within the criteria by which every policy is refused.
- What a look shows lasts until the next look, in the time with a low pressure and in suction.
- A relapse counts if it comes while the pump runs below the level of full support.
- Recognised is what was named before the explant or the end of the course; a masked regurgitation
  also where it was named without being called hidden. What is named in a
  patient of another case is a false alarm unless it is true of that patient at that hour: at P-2
  the regurgitation is moderate; at P-2 central venous pressure and PAPi are beyond their limits and
  CVP is high beside PCWP; two hours after the last of the inotrope the heart would not hold without
  the pump.
- Incidences are those of the first event (Aalen-Johansen; nobody is censored but at the label's
  end): a complication is major bleeding, an ischemic limb or hemolysis.
- The gate is probed apart from all policies: full support up to an hour that the seed decides, a
  ramp to P-2 (5 min a level), and there the tracker's chance and the measured power, against an
  explant at that moment. Patients below the chance of 0 are ranked by the bound before it is cut
  off; those about whom the tracker is not trusted come last.
- CORMPO metrics are on an hourly grid: what changes within an hour is one change.
- The mix of cases is made so that each can be counted; it is not that of a clinic. Complications
  follow calibrated hazards. Virtual patients share the model's equations with the tracker, though
  neither their parameters nor their future."""


def _compared(row: Mapping[Hashable, Any]) -> str:
    interval = "" if missing(row["low"]) else f" (gain {row['low']:.3f} to {row['high']:.3f})"
    return f"- {row['measure']}: {row['text']}{interval}: {MET[row['met']]}."


def _markdown(columns: Sequence[str], cells: Cells) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(str(one) for one in row) + " |" for row in cells]
    return "\n".join(lines)


def _recognised(recognition: pandas.DataFrame) -> str:
    lines = []
    for row in records(recognition):
        if not row["recognised_of"]:
            continue
        lines.append(
            f"- {short(row['policy'])}, {row['condition']}: {row['recognised']} of "
            f"{row['recognised_of']} ({100 * row['recognised_low']:.0f} to "
            f"{100 * row['recognised_high']:.0f} %); named in {row['named_elsewhere']} of "
            f"{row['false_alarms_of']} other patients, true of {row['true_elsewhere']}: "
            f"{row['false_alarms']} false alarms."
        )
    return "\n".join(lines) or "No patient of such a case."


def _gate_words(gate: pandas.DataFrame) -> str:
    lines = [
        f"- {row['measure']}: area {row['auc']:.3f} ({row['auc_low']:.3f} to "
        f"{row['auc_high']:.3f}) over {row['good']} patients in whom an explant would have held "
        f"and {row['bad']} in whom not; at {row['cut_off']:g} sensitivity "
        f"{row['sensitivity']:.2f}, specificity {row['specificity']:.2f}."
        for row in records(gate)
    ]
    return "\n".join(lines)


def _contractility_words(contractility: pandas.DataFrame) -> str:
    lines = [
        f"- {short(row['policy'])}, from {row['from_hours']:g} h on: error "
        f"{100 * row['error_median']:.1f} % (median) and {100 * row['error_p90']:.1f} % (90th "
        "percentile); the 90 % interval has the truth in "
        f"{100 * row['coverage']:.1f} % of {row['records']} records of "
        f"{row['patients']} patients (median patient {100 * row['coverage_patient_median']:.0f} %, "
        f"lowest tenth below {100 * row['coverage_patient_p10']:.0f} %)."
        for row in records(contractility)
    ]
    return "\n".join(lines)


def _refused(refusals: pandas.DataFrame) -> str:
    lines = [f"- {row['what']}: {row['reason']}: {row['count']}" for row in records(refusals)]
    return "\n".join(lines) or "Everybody was."

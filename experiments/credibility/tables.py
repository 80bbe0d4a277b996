"""Tables of the page of the validation, each from tables of the reference results."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.credibility.tally import tally
from experiments.runs import markdown_table, read_table
from experiments.statistics import DataFrame
from experiments.validation import MISS, Described, PublishedStudy, Row, published
from plants import InputError, Pump

#: Folders of results that the page is made of.
SOURCES = ("validation", "invariants", "convergence", "sensitivity", "patients", "cohort")
_MADE = re.compile(
    r"Regenerate with `(?P<command>[^`]+)`\. Made (?P<made>\S+) .*?impellab (?P<version>[^,;]+)"
)


def page_tables(rows: Sequence[Row], results: Path) -> dict[str, str]:
    """The tables of the page in Markdown, by name.

    Parameters
    ----------
    rows : sequence of Row
        The comparisons of the validation.
    results : Path
        Folder of the reference results.

    Raises
    ------
    InputError
        A table or page of the results is not there.
    """
    return {
        "invariants": _invariants(reference_table(results, "invariants/invariants.csv")),
        "steps": _steps(reference_table(results, "convergence/integration.csv")),
        "smoothing": _smoothing(reference_table(results, "convergence/smoothing.csv")),
        "studies": _studies(rows),
        "misses": _misses(rows),
        "variants": _variants(reference_table(results, "validation/head_flow_variants.csv")),
        "spread": _spread(
            reference_table(results, "sensitivity/spread_sobol.csv"),
            reference_table(results, "sensitivity/sensitivity_sobol.csv"),
        ),
        "estimates": _estimates(reference_table(results, "patients/parameters.csv")),
        "incidence": _incidence(reference_table(results, "cohort/incidence.csv")),
        "provenance": _provenance(results),
    }


def reference_table(results: Path, name: str) -> DataFrame:
    """A table of the reference results, by its path among them.

    Raises
    ------
    InputError
        There is none.
    """
    return read_table(_existing(results / name))


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise InputError("results", os.fspath(path), "a file; run it from the checkout's root")
    return path


def _invariants(table: DataFrame) -> str:
    rows = [
        (
            str(measure),
            len(cases),
            f"{cases['value'].max():.1e}",
            f"{cases['limit'].min():g}",
            "yes" if cases["holds"].all() else "NO",
        )
        for measure, cases in table.groupby("measure", sort=False)
    ]
    return markdown_table(("invariant", "cases", "worst relative error", "limit", "held"), rows)


def _steps(table: DataFrame) -> str:
    """The worst errors of the plant's scheme by step, over all cases."""
    rows = [
        (
            step,
            f"{cases['mean_error'].max():.1e}",
            f"{cases['extreme_error'].max():.1e}",
            int(cases["mean_error"].isna().sum()),
            f"{int(cases['within_limits'].sum())} of {len(cases)}",
        )
        for step, cases in table[table["scheme"] == "RK4"].groupby("step_ms")
    ]
    columns = (
        "step [ms]",
        "worst error of means",
        "worst error of extremes",
        "unstable",
        "within the limits",
    )
    return markdown_table(columns, rows)


def _smoothing(table: DataFrame) -> str:
    rows = [
        (width, f"{cases['mean_change'].max():.1e}", f"{cases['map_change_mmHg'].abs().max():.2g}")
        for width, cases in table.groupby("width_mmHg")
    ]
    return markdown_table(
        ("width of a valve [mmHg]", "worst change of means", "worst change of MAP [mmHg]"), rows
    )


def _studies(rows: Sequence[Row]) -> str:
    return markdown_table(
        ("study", "comparator", "what stands for it", "tag", "held", "missed"),
        [_study_line(study, rows) for study in _described() if _of(rows, study.study)],
    )


def _study_line(study: PublishedStudy | Described, rows: Sequence[Row]) -> tuple[object, ...]:
    of_study = _of(rows, study.study)
    tags = ", ".join(sorted({row.confidence for row in of_study}))
    counted = tally(of_study)
    missed = counted.of - counted.held
    return study.study, study.source, study.condition, tags, counted.held, missed


def _described() -> list[PublishedStudy | Described]:
    """What is compared, in the order of the file of the bands."""
    return [*published().studies.values(), published().head_flow, published().patients]


def _of(rows: Sequence[Row], study: str) -> list[Row]:
    return [row for row in rows if row.study == study]


def _misses(rows: Sequence[Row]) -> str:
    missed = [
        (
            row.study,
            row.measure,
            f"{row.model:.3g}{'' if row.unit == '1' else f' {row.unit}'}",
            row.band,
            row.published,
            row.confidence,
            row.explanation,
        )
        for row in rows
        if row.verdict == MISS
    ]
    columns = ("study", "measure", "model", "band", "published", "tag", "mechanism")
    return markdown_table(columns, missed)


def _variants(table: DataFrame) -> str:
    """Flows of each level by both readings of its range, at every head of either."""
    heads = sorted(table["head_mmHg"].unique())
    columns = ["pump", "read at", "or at", "level", "displayed"]
    columns += [f"at {head:g} mmHg" for head in heads]
    lines = []
    for (device, variant, level), rows in table.groupby(["device", "variant", "level"], sort=False):
        own = "-".join(f"{head:g}" for head in Pump.load(str(device)).heads)
        first = rows.iloc[0]
        flows = [f"{x.flow:.2f}, {x.variant_flow:.2f}" for x in rows.itertuples()]
        displayed = f"{first['flow_low']:g} to {first['flow_high']:g}"
        lines.append((device, f"{own} mmHg", variant, level, displayed, *flows))
    return markdown_table(columns, lines)


def variant_differences(table: DataFrame) -> list[dict[str, Any]]:
    """By how much the other reading changes the flow, the least and the most of a pump's levels."""
    return [
        {
            "device": device,
            "head": head,
            "low": rows["difference"].min(),
            "high": rows["difference"].max(),
            "top": rows["difference"].iloc[-1],
            "level": rows["level"].iloc[-1],
        }
        for (device, head), rows in table.groupby(["device", "head_mmHg"])
    ]


def _spread(spread: DataFrame, indices: DataFrame) -> str:
    rows = []
    for row in spread.itertuples():
        of_output = indices[indices["output"] == row.output].nlargest(3, "total")
        factors = [f"`{factor.factor}` {factor.total:.2g}" for factor in of_output.itertuples()]
        ends = f"{row.percentile_5:.3g} to {row.percentile_95:.3g}"
        rows.append((f"`{row.output}`", row.unit, f"{row.median:.3g}", ends, ", ".join(factors)))
    columns = ("output", "unit", "median", "5th to 95th percentile", "total Sobol index, highest")
    return markdown_table(columns, rows)


def _estimates(table: DataFrame) -> str:
    """Standard errors of each identified parameter as shares of it, over the presets."""
    lines = []
    for parameter, rows in table.groupby("parameter", sort=False):
        share = 100 * (rows["standard_error"] / rows["value"].abs()).dropna()
        ends = f"{share.min():.0f} to {share.max():.0f} %" if len(share) else "not told"
        together = sorted(
            {each for text in rows["told_with"].dropna() for each in text.split(", ")}
        )
        bound = int(rows["at_bound"].sum())
        lines.append((f"`{parameter}`", len(rows), ends, ", ".join(together) or "-", bound))
    columns = (
        "parameter",
        "presets",
        "standard error, of the value",
        "told together with, in some",
        "at an end of its range",
    )
    return markdown_table(columns, lines)


def _incidence(table: DataFrame) -> str:
    lines = [
        (
            row.support,
            row.complication,
            f"{row.events} of {row.patients}",
            f"{row.percent:.1f} ({row.percent_low:.1f} to {row.percent_high:.1f})",
            f"{row.band_low:g} to {row.band_high:g}",
            row.verdict,
        )
        for row in table.itertuples()
    ]
    columns = ("pump", "complication", "events", "% (95 % interval)", "expected %", "verdict")
    return markdown_table(columns, lines)


def _provenance(results: Path) -> str:
    lines = []
    for folder in SOURCES:
        page = _existing(results / folder / "README.md")
        made = _MADE.search(page.read_text(encoding="utf-8"))
        if made is None:
            raise InputError("results", os.fspath(page), "a page that says how it was made")
        link = f"[{folder}](../results/{folder}/README.md)"
        lines.append((link, f"`{made['command']}`", made["made"], made["version"]))
    return markdown_table(("results", "command", "made", "impellab"), lines)

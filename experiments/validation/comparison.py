"""The bands of a study against its simulated conditions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from experiments.validation.bands import BEFORE, Band, PublishedStudy
from experiments.validation.conditions import Case
from experiments.validation.reasons import explain
from experiments.validation.row import Row, verdict


def band_value(band: Band, values: Mapping[str, Mapping[str, float]]) -> float:
    """The model's value for a band, from the values of every condition.

    Parameters
    ----------
    band : Band
        What is asked.
    values : mapping of str to mapping of str to float
        Signals and measures by condition.

    Returns
    -------
    float
        In the band's unit; not a number where a condition has no such value.

    Examples
    --------
    >>> from experiments.validation.bands import studies
    >>> from experiments.validation.comparison import band_value
    >>> band = studies()["pig-right-ventricle"].bands[-1]
    >>> values = {"before": {"ea_ees_rv": 3.0}, "support": {"ea_ees_rv": 2.25}}
    >>> band.kind, band_value(band, values)
    ('falls', 0.75)
    """
    at = [values.get(where, {}).get(band.signal, math.nan) for where in band.at]
    if band.kind == "value":
        return at[0]
    if band.kind in ("rises", "falls"):
        sign = 1.0 if band.kind == "rises" else -1.0
        return min(sign * (b - a) for a, b in pairwise(at))
    if band.kind == "spread":
        return max(at) / min(at) if min(at) > 0.0 else math.nan
    assert band.against is not None
    other = values.get(band.against, {}).get(band.signal, math.nan)
    if band.kind == "change":
        return at[0] - other
    return at[0] / other if other else math.nan


def study_rows(case: Case) -> list[Row]:
    """A row for each band of a study, for one of its patients."""
    values = {name: condition.values for name, condition in case.conditions.items()}
    rows = []
    for band in case.study.bands:
        value = band_value(band, values)
        reason = "" if band.holds(value) else explain(case, band)
        last = case.conditions[band.at[-1]]
        row = _row(case.study, band, value, reason, last.patient.name, last.device)
        if case.study.baroreflex:
            row = replace(row, without_reflex=band_value(band, case.without_reflex))
        rows.append(row)
    return rows


def failed_rows(study: PublishedStudy, reason: str) -> list[Row]:
    """The rows of a study that could not be simulated: all are misses, for that reason."""
    return [_row(study, band, math.nan, reason, study.name, "") for band in study.bands]


def _row(
    study: PublishedStudy, band: Band, value: float, explanation: str, patient: str, device: str
) -> Row:
    of = f"{patient}: " if len(study.presets) > 1 else ""
    at = ", ".join("no pump" if where == BEFORE else where for where in band.at)
    return Row(
        study=study.study,
        measure=of + band.measure,
        kind=band.kind,
        signal=band.signal,
        unit=band.unit,
        patient=patient,
        device=device,
        condition=at if band.against is None else f"{at} against {band.against}",
        published=band.published,
        tag=band.tag,
        model=value,
        low=band.low,
        high=band.high,
        verdict=verdict(band.holds(value)),
        reason=band.reason,
        explanation=explanation,
    )

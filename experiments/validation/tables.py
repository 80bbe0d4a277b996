"""The displayed flows of the pumps and the targets of the presets, as rows of the validation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from experiments.studies.support import ALL_LEVELS, PATIENT, RIGHT_PATIENT
from experiments.validation.bands import content
from experiments.validation.row import Row, verdict
from plants import Pump

if TYPE_CHECKING:
    import pandas


def head_flow_rows(table: pandas.DataFrame, rmse: pandas.DataFrame) -> list[Row]:
    """The flow of every level against its displayed range, and the root mean square of a device.

    Levels without a known range have no row. Of the steady law and the pulsating patient the one
    further from the range counts.

    Parameters
    ----------
    table, rmse : DataFrame
        From :func:`~experiments.studies.support.head_flow_table` and
        :func:`~experiments.studies.support.head_flow_rmse`.

    Examples
    --------
    >>> from experiments.studies.support import head_flow_rmse, head_flow_table
    >>> from experiments.validation.tables import head_flow_rows
    >>> table = head_flow_table(["5.5"], pulsatile=False)
    >>> [row.measure for row in head_flow_rows(table, head_flow_rmse(table))][-1]
    '5.5: RMSE of the mean flow against every range'
    """
    known = table[table["verdict"] != "no range known"]
    rows = [_level_row(one) for one in known.to_dict("records")]
    return rows + [_rmse_row(one) for one in rmse.to_dict("records") if one["level"] == ALL_LEVELS]


def _level_row(one: Mapping[Any, Any]) -> Row:
    settings = content()["head_flow"]
    recalled = not str(one["tag"]).startswith("S")
    share = settings["margin_recalled"] if recalled else 0.0
    least = settings["margin_seen"]
    low, high = _known(one["flow_low"]), _known(one["flow_high"])
    band_low = None if low is None else low - max(share * low, least)
    band_high = None if high is None else high + max(share * high, least)

    def beyond(flow: float) -> float:
        below = -math.inf if band_low is None else band_low - flow
        above = -math.inf if band_high is None else flow - band_high
        return max(below, above)

    # The console displays no flow below zero.
    flows = [max(one[f"{kind}_flow"], 0.0) for kind in ("steady", "pulsatile")]
    value = max((flow for flow in flows if not math.isnan(flow)), key=beyond)
    missed = beyond(value) > 0
    level, head = str(one["level"]), f"{one['head_mmHg']:g} mmHg"
    explanation = one["reason"] or f"{beyond(value):.2f} L/min beyond the band"
    return Row(
        study=settings["study"],
        measure=f"{one['device']} {level} at {head}",
        kind="value",
        signal="pump_flow",
        unit="L/min",
        patient=_patient(str(one["device"])),
        device=str(one["device"]),
        condition=f"{level}, mean head {head}",
        published=" to ".join("?" if end is None else f"{end:g}" for end in (low, high)),
        tag=str(one["tag"]),
        model=value,
        low=band_low,
        high=band_high,
        verdict=verdict(not missed),
        reason=settings["reason_recalled" if recalled else "reason_seen"],
        explanation=str(explanation) if missed else "",
    )


def _rmse_row(one: Mapping[Any, Any]) -> Row:
    settings = content()["head_flow"]
    pump = Pump.load(one["device"])
    high = settings["rmse_share"] * pump.ratings["max_mean_flow"].value
    values = [one[f"{kind}_range_rmse"] for kind in ("steady", "pulsatile")]
    value = max(v for v in values if not math.isnan(v))
    missed = value > high
    return Row(
        study=settings["study"],
        measure=f"{pump.name}: RMSE of the mean flow against every range",
        kind="value",
        signal="pump_flow",
        unit="L/min",
        patient=_patient(pump.name),
        device=pump.name,
        condition=f"{one['rows']} heads and levels",
        published="0",
        tag="S/R",
        model=value,
        low=0.0,
        high=high,
        verdict=verdict(not missed),
        reason=settings["rmse_reason"],
        explanation="see the rows of the levels" if missed else "",
    )


def _known(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _patient(device: str) -> str:
    return PATIENT if Pump.load(device).side == "left" else RIGHT_PATIENT


def preset_rows(table: pandas.DataFrame) -> list[Row]:
    """Every target of every preset.

    Parameters
    ----------
    table : DataFrame
        From :func:`~experiments.studies.identify.patients_table`.
    """
    settings = content()["patients"]
    rows = []
    for one in table.to_dict("records"):
        kind = "fitted" if one["fitted"] else "other"
        share = settings[kind] * abs(one["target"])
        low, high = one["target"] - share, one["target"] + share
        held = low <= one["model"] <= high
        rows.append(
            Row(
                study=settings["study"],
                measure=f"{one['patient']}: {one['signal']}",
                kind="value",
                signal=one["signal"],
                unit=one["unit"],
                patient=one["patient"],
                device="none",
                condition="no pump",
                published=f"{one['target']:g}",
                tag="R" if one["fitted"] else "X",
                model=one["model"],
                low=low,
                high=high,
                verdict=verdict(held),
                reason=settings[f"reason_{kind}"],
                explanation="" if held else one["reason"],
            )
        )
    return rows

"""The displayed flows of the pumps and the targets of the presets, as rows of the validation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from experiments.statistics import DataFrame
from experiments.studies.support import ALL_LEVELS, PATIENT, RIGHT_PATIENT, UNKNOWN
from experiments.validation.bands import published
from experiments.validation.row import Row, verdict
from plants import Level, Pump


def head_flow_rows(table: DataFrame, rmse: DataFrame) -> list[Row]:
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
    >>> from experiments.validation.displayed import head_flow_rows
    >>> table = head_flow_table(["5.5"], pulsatile=False)
    >>> [row.measure for row in head_flow_rows(table, head_flow_rmse(table))][-1]
    '5.5: RMSE of the mean flow against every range'
    """
    known = table[table["verdict"] != UNKNOWN]
    rows = [_level_row(flow) for flow in known.to_dict("records")]
    whole = rmse[rmse["level"] == ALL_LEVELS]
    return rows + [_rmse_row(device) for device in whole.to_dict("records")]


def variant_rows(device: str) -> list[dict[str, Any]]:
    """The steady flow of every level by the device's law and by each variant of it.

    At the heads of both; a variant reads the displayed ranges at other heads than the law.

    Parameters
    ----------
    device : str
        Name of the pump.

    Examples
    --------
    >>> from experiments.validation.displayed import variant_rows
    >>> rows = variant_rows("CP")
    >>> {row["variant"] for row in rows}, variant_rows("2.5")
    ({'30-60 mmHg'}, [])
    """
    pump = Pump.load(device)
    return [
        _variant_row(pump, pump.variant(law.name), law.name, level, head)
        for law in pump.head_flow_variants
        for level in pump.levels
        if level.rpm > 0
        for head in sorted({*pump.heads, *pump.variant(law.name).heads})
    ]


def _variant_row(pump: Pump, variant: Pump, name: str, level: Level, head: float) -> dict[str, Any]:
    own, other = (float(each.flow_at(level.rpm, head)) for each in (pump, variant))
    return {
        "device": pump.name,
        "variant": name,
        "level": level.name,
        "head_mmHg": head,
        "flow_low": level.flow_low,
        "flow_high": level.flow_high,
        "flow": own,
        "variant_flow": other,
        "difference": other - own,
    }


def _level_row(flows: Mapping[Any, Any]) -> Row:
    bands = published().head_flow
    recalled = not str(flows["tag"]).startswith("S")
    share = bands.margin_recalled if recalled else 0.0
    least = bands.margin_seen
    low, high = _known(flows["flow_low"]), _known(flows["flow_high"])
    band_low = None if low is None else low - max(share * low, least)
    band_high = None if high is None else high + max(share * high, least)

    def beyond(flow: float) -> float:
        below = -math.inf if band_low is None else band_low - flow
        above = -math.inf if band_high is None else flow - band_high
        return max(below, above)

    # The console displays no flow below zero.
    shown = [max(flows[f"{kind}_flow"], 0.0) for kind in ("steady", "pulsatile")]
    value = max((flow for flow in shown if not math.isnan(flow)), key=beyond)
    missed = beyond(value) > 0
    level, head = str(flows["level"]), f"{flows['head_mmHg']:g} mmHg"
    explanation = flows["reason"] or f"{beyond(value):.2f} L/min beyond the band"
    return _row(
        Pump.load(flows["device"]),
        f"{flows['device']} {level} at {head}",
        condition=f"{level}, mean head {head}",
        published=" to ".join("?" if end is None else f"{end:g}" for end in (low, high)),
        tag=str(flows["tag"]),
        model=value,
        low=band_low,
        high=band_high,
        reason=bands.reason_recalled if recalled else bands.reason_seen,
        explanation=str(explanation) if missed else "",
    )


def _rmse_row(device: Mapping[Any, Any]) -> Row:
    bands = published().head_flow
    pump = Pump.load(device["device"])
    high = bands.rmse_share * pump.ratings["max_mean_flow"].value
    values = [device[f"{kind}_range_rmse"] for kind in ("steady", "pulsatile")]
    value = max(v for v in values if not math.isnan(v))
    return _row(
        pump,
        f"{pump.name}: RMSE of the mean flow against every range",
        condition=f"{device['rows']} heads and levels",
        published="0",
        tag="S/R",
        model=value,
        low=0.0,
        high=high,
        reason=bands.rmse_reason,
        explanation="see the rows of the levels" if value > high else "",
    )


def _row(pump: Pump, measure: str, *, explanation: str, **fields: Any) -> Row:
    """A row of a pump's flow, which is explained where it misses."""
    return Row(
        study=published().head_flow.study,
        measure=measure,
        kind="value",
        signal="pump_flow",
        unit="L/min",
        patient=PATIENT if pump.side == "left" else RIGHT_PATIENT,
        device=pump.name,
        verdict=verdict(not explanation),
        explanation=explanation,
        **fields,
    )


def _known(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def preset_rows(table: DataFrame) -> list[Row]:
    """Every target of every preset.

    Parameters
    ----------
    table : DataFrame
        From :func:`~experiments.studies.identify.patients_table`.
    """
    bands = published().patients
    compared = []
    for row in table.to_dict("records"):
        share = (bands.fitted if row["fitted"] else bands.other) * abs(row["target"])
        low, high = row["target"] - share, row["target"] + share
        held = low <= row["model"] <= high
        compared.append(
            Row(
                study=bands.study,
                measure=f"{row['patient']}: {row['signal']}",
                kind="value",
                signal=row["signal"],
                unit=row["unit"],
                patient=row["patient"],
                device="none",
                condition="no pump",
                published=f"{row['target']:g}",
                tag="R" if row["fitted"] else "X",
                model=row["model"],
                low=low,
                high=high,
                verdict=verdict(held),
                reason=bands.reason_fitted if row["fitted"] else bands.reason_other,
                explanation="" if held else row["reason"],
            )
        )
    return compared

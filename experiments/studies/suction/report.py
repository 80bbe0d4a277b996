"""The suction study in words and tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from controllers import DetectorSettings
from controllers.suction import FEATURES
from experiments.studies.suction.study import AIM_NOISE, DELAY, SENSITIVITY, SPECIFICITY, Score

if TYPE_CHECKING:
    import pandas

SCORE_HEADINGS = (
    "SNR [dB]",
    "of",
    "sens.",
    "spec.",
    "delay p50",
    "p95",
    "release",
    "events",
    "found",
    "false/h",
)
CAUSE_HEADINGS = (
    "cause",
    "courses",
    "beats",
    "in suction",
    "sens.",
    "spec.",
    "delay p95",
    "false alarms",
)
_SCORE_COLUMNS = (
    "snr_db",
    "noise_of",
    "sensitivity",
    "specificity",
    "delay_median",
    "delay_p95",
    "lag_median",
    "events",
    "events_found",
    "false_alarms_per_hour",
)
_NEEDED = {"sensitivity": SENSITIVITY, "specificity": SPECIFICITY, "delay": DELAY}


def score_cells(table: pandas.DataFrame) -> list[list[object]]:
    """Rows of the printed table of scores."""
    rows: list[list[object]] = table[list(_SCORE_COLUMNS)].values.tolist()
    return rows


def aim_cells(found: Score, aim: Mapping[str, bool]) -> list[tuple[object, ...]]:
    """Rows of the printed table of the aim."""
    values = {
        "sensitivity": found.sensitivity,
        "specificity": found.specificity,
        "delay": found.delay_p95,
    }
    return [
        (part, _NEEDED[part], values[part], "met" if met else "MISSED") for part, met in aim.items()
    ]


def summary(
    found: Score, aim: Mapping[str, bool], causes: pandas.DataFrame, provenance: str
) -> str:
    """The outcome in Markdown: how far each part of the aim is met, and what stands in its way."""
    lines = [
        f"Aim at {AIM_NOISE.snr:g} dB, over {found.beats} beats, {found.suction_beats} of them in "
        f"suction, and {found.events} events:",
        "",
    ]
    lines += [
        f"- {part}: {value:.4g}, aim {needed:g}: {verdict}"
        for part, needed, value, verdict in aim_cells(found, aim)
    ]
    lines += [
        f"- events found at all: {found.events_found:.3f}; false alarms per hour without suction: "
        f"{found.false_alarms_per_hour:.3g}",
        "",
        *_shortfalls(causes),
        _LIMITS,
    ]
    return "\n".join([*lines, "", f"Detector: {provenance}."])


_LIMITS = (
    "What cannot be known from these signals: suction barely over the threshold of its definition "
    "(1 to 4 % of a beat) costs less flow than the noise and the errors of pump law and motor "
    "hide, so that it is found late or not at all. An outlet in the valve and an inlet shut "
    "through the whole beat give the same flat, low current; they are told apart by how much each "
    "blocks, which is a guess of the plant. How suddenly the flow was lost would tell more here, "
    "where a catheter slips at once and an inlet drifts onto a wall within seconds, but that is a "
    "guess of these courses and is left out: a detector that trusts it misses contact that comes "
    "at once."
)


def _shortfalls(causes: pandas.DataFrame) -> list[str]:
    """Where beats in suction are missed and beats without it called suction: the worst causes."""
    missed = (1 - causes["sensitivity"].fillna(1.0)) * causes["suction_beats"]
    called = (1 - causes["specificity"]) * (causes["beats"] - causes["suction_beats"])
    lines = []
    for beats, what in ((missed, "in suction missed"), (called, "without suction called suction")):
        beats = beats.round().astype(int)
        ranked = sorted(zip(beats, causes["cause"], strict=True), key=lambda x: -x[0])
        named = ", ".join(f"{cause} {count}" for count, cause in ranked[:3] if count > 0)
        lines += [f"Beats {what}: {beats.sum()}" + (f", most in {named}." if named else "."), ""]
    return lines


def coefficients(settings: DetectorSettings) -> pandas.DataFrame:
    """The network: what each feature means, and how far one spread of it can move the log-odds."""
    import pandas

    return pandas.DataFrame(
        [
            {
                "feature": name,
                "meaning": meaning,
                "mean": settings.means[name],
                "scale": settings.scales[name],
                "reach": sum(
                    abs(weight * gain)
                    for weight, gain in zip(settings.weights[name], settings.gains, strict=True)
                ),
            }
            for name, meaning in FEATURES.items()
        ]
    )

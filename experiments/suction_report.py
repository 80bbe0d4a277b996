"""The suction study in words and tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from controllers.suction_detector import DetectorSettings
from controllers.suction_features import FEATURES
from experiments.suction_study import AIM_NOISE, DELAY, SENSITIVITY, SPECIFICITY, Score

if TYPE_CHECKING:
    import pandas

SCORE_HEADINGS = (
    "SNR [dB]", "of", "sens.", "spec.", "delay p50", "p95", "release", "events", "found",
    "false/h",
)  # fmt: skip
CAUSE_HEADINGS = (
    "cause", "courses", "beats", "in suction", "sens.", "spec.", "delay p95", "false alarms",
)  # fmt: skip
_SCORE_COLUMNS = (
    "snr_db", "noise_of", "sensitivity", "specificity", "delay_median", "delay_p95", "lag_median",
    "events", "events_found", "false_alarms_per_hour",
)  # fmt: skip
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
    """The outcome in Markdown: the aim, and where beats without suction are called suction."""
    lines = [
        f"At {AIM_NOISE.snr:g} dB sensitivity {found.sensitivity:.4f} (aim {SENSITIVITY:g}), "
        f"specificity {found.specificity:.4f} (aim {SPECIFICITY:g}), 95th percentile of the delay "
        f"{found.delay_p95:g} beats (aim {DELAY:g}), over {found.beats} beats, "
        f"{found.suction_beats} of them in suction.",
        "",
    ]
    lines += [f"- {part}: {'met' if met else 'MISSED'}" for part, met in aim.items()]
    worst = causes.sort_values("specificity").iloc[0]
    if worst["specificity"] < SPECIFICITY:
        lines.append(
            f"- least specific: {worst['cause']}, {worst['specificity']:.3f}; an outlet in the "
            "valve and an inlet shut through the whole beat give the same flat, low current, and "
            "are told apart by how much each blocks, which is a guess of the plant"
        )
    return "\n".join([*lines, "", f"Detector: {provenance}."])


def coefficients(settings: DetectorSettings) -> pandas.DataFrame:
    """The classifier: what each feature means and weighs."""
    import pandas

    return pandas.DataFrame(
        [
            {
                "feature": name,
                "meaning": meaning,
                "mean": settings.means[name],
                "scale": settings.scales[name],
                "weight": settings.weights[name],
            }
            for name, meaning in FEATURES.items()
        ]
    )

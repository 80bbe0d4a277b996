"""How well suction is found from what a console records: the detector scored over courses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from controllers import DetectorSettings
from controllers.suction import FEATURES, FITTED
from experiments.runs import Findings, PrintedTable, Settings, Study, render, replace_file
from experiments.statistics import DataFrame, data_frame
from experiments.studies.suction.courses import ALL_CAUSES, Course, course
from experiments.studies.suction.detection import Detection, Noise, detect
from experiments.studies.suction.detector_fit import fit
from experiments.studies.suction.figures import roc_figure, trace_figure
from experiments.studies.suction.scores import (
    AIM_NOISE,
    NEEDED,
    NOISES,
    Score,
    cause_table,
    meets_aim,
    score,
    score_table,
)
from plants import InputError

_DRAWN_SEED = 0  # of the first scored ones: its courses are drawn
#: Printed columns of the scores and of the causes, with their headings.
_SCORES = {
    "snr_db": "SNR [dB]",
    "noise_of": "of",
    "sensitivity": "sens.",
    "specificity": "spec.",
    "delay_median": "delay p50",
    "delay_p95": "p95",
    "lag_median": "release",
    "events": "events",
    "events_found": "found",
    "false_alarms_per_hour": "false/h",
}
_CAUSES = {
    "cause": "cause",
    "courses": "courses",
    "beats": "beats",
    "suction_beats": "in suction",
    "sensitivity": "sens.",
    "specificity": "spec.",
    "delay_p95": "delay p95",
    "false_alarms": "false alarms",
}
_SHARES = ("sensitivity", "specificity", "sensitivity_all", "specificity_all", "events_found")
_UNITS = {
    "snr_db": "dB",
    **dict.fromkeys((*_SHARES, "beats", "suction_beats", "events"), "1"),
    **dict.fromkeys(("delay_median", "delay_p95", "lag_median"), "beats"),
    "false_alarms_per_hour": "1/h",
}


class SuctionSettings(Settings):
    """Settings of the suction study."""

    seeds: int = Field(
        10, ge=1, description="How many seeds are scored, a course of every cause for each."
    )
    fit: bool = Field(False, description="Fit the detector anew, and renew the file it is kept in.")
    fit_seeds: int = Field(40, ge=1, description="How many seeds are fitted, from 0 on.")
    first_seed: int = Field(
        8000, validate_default=True, description="The first of the scored seeds."
    )

    @field_validator("first_seed")
    @classmethod
    def _score_other_seeds_than_fitted(cls, first: int, info: ValidationInfo) -> int:
        fitted = info.data.get("fit_seeds", 0)
        if first < fitted:
            raise InputError("", first, f"{fitted} or more: the seeds before are fitted")
        return first

    @property
    def scored(self) -> range:
        """The seeds that are scored."""
        return range(self.first_seed, self.first_seed + self.seeds)


@dataclass(frozen=True)
class Case:
    """A course to be simulated, and the detector to be tried on it."""

    seed: int
    cause: str
    noises: tuple[Noise, ...]
    detector: DetectorSettings


@dataclass(frozen=True)
class DetectedCourse:
    """A course under each noise, nothing where it cannot be simulated; itself if it is drawn."""

    detections: list[Detection]
    drawn: Course | None


def _fit_detector(
    settings: SuctionSettings, workers: int | None, progress: Callable[[float], None] | None
) -> None:
    """Renew the file of the detector, if that is asked for."""
    if settings.fit:
        detector = fit(range(settings.fit_seeds), workers=workers, progress=progress)
        replace_file(FITTED, detector.to_toml())


def _cases(settings: SuctionSettings) -> list[Case]:
    detector = DetectorSettings.load()
    return [Case(seed, cause, NOISES, detector) for seed in settings.scored for cause in ALL_CAUSES]


def detect_case(case: Case) -> DetectedCourse:
    """Simulate a course, and let the detector watch it under each noise."""
    simulated = course(case.seed, case.cause)
    if simulated is None:
        return DetectedCourse([], None)
    seed = (case.seed, ALL_CAUSES.index(case.cause))
    detections = [detect(simulated, noise, seed, case.detector) for noise in case.noises]
    return DetectedCourse(detections, simulated if case.seed % 1000 == _DRAWN_SEED else None)


def _findings(settings: SuctionSettings, results: Sequence[DetectedCourse]) -> Findings:
    courses, detector = list(results), DetectorSettings.load()
    detections = [seen for result in courses for seen in result.detections]
    drawn = [result.drawn for result in courses if result.drawn is not None]
    table, causes = score_table(detections), cause_table(detections)
    at_aim = score(detections, AIM_NOISE)
    aim = meets_aim(at_aim)
    parts = aim_rows(at_aim)
    at = f"{AIM_NOISE.snr:g} dB"
    return Findings(
        tables={"scores": table, "causes": causes, "detector": coefficients(detector)},
        figures={
            "traces": partial(trace_figure, drawn, AIM_NOISE, detector),
            "roc": partial(roc_figure, detections),
        },
        summary=render(
            "suction.md",
            noise=AIM_NOISE,
            score=at_aim,
            aim=parts,
            shortfalls=shortfalls(causes),
            provenance=detector.provenance,
        ),
        held=all(aim.values()),
        printed=[
            PrintedTable.of("noise", table, _SCORES),
            PrintedTable.of(f"causes at {at}", causes, _CAUSES),
            PrintedTable(f"aim at {at}", ("part", "wanted", "found", "verdict"), parts),
        ],
        document={
            "causes": causes.to_dict("records"),
            "aim": aim,
            "provenance": detector.provenance,
        },
    )


def aim_rows(score: Score) -> list[tuple[str, float, float, str]]:
    """Part of the aim, what is needed, what the score is, and the verdict."""
    met = meets_aim(score)
    return [
        (part, needed, value, "met" if met[part] else "MISSED")
        for (part, needed), value in zip(NEEDED.items(), score.aimed_at(), strict=True)
    ]


def shortfalls(causes: DataFrame) -> list[dict[str, Any]]:
    """Where beats in suction are missed and beats without it called suction: the worst causes."""
    missed = (1 - causes["sensitivity"].fillna(1.0)) * causes["suction_beats"]
    called = (1 - causes["specificity"]) * (causes["beats"] - causes["suction_beats"])
    worst_causes = []
    for beats, what in ((missed, "in suction missed"), (called, "without suction called suction")):
        counts = beats.round().astype(int)
        ranked = sorted(zip(counts, causes["cause"], strict=True), key=lambda pair: -pair[0])
        worst = [f"{cause} {count}" for count, cause in ranked[:3] if count > 0]
        worst_causes.append({"what": what, "beats": int(counts.sum()), "worst": worst})
    return worst_causes


def coefficients(detector: DetectorSettings) -> DataFrame:
    """The network: what each feature means, and how far one spread of it can move the log-odds."""
    return data_frame(
        [
            {
                "feature": name,
                "meaning": meaning,
                "mean": detector.means[name],
                "scale": detector.scales[name],
                "reach": sum(
                    abs(weight * gain)
                    for weight, gain in zip(detector.weights[name], detector.gains, strict=True)
                ),
            }
            for name, meaning in FEATURES.items()
        ]
    )


STUDY = Study(
    name="suction",
    title=lambda settings: "Suction found from the console's signals",
    settings=SuctionSettings,
    prepare=_fit_detector,
    cases=_cases,
    work=detect_case,
    units=_UNITS,
    findings=_findings,
    result=DetectedCourse,
    key=lambda case: f"{case.seed}-{case.cause.replace(' ', '-')}",
    unit="courses",
    seeds=lambda settings: {"first": settings.first_seed, "last": settings.scored[-1]},
)

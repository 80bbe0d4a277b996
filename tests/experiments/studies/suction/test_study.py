"""The suction study scores what it should, and its command tells whether the aim is met."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from pydantic import TypeAdapter

from controllers import DetectorSettings
from experiments.cli import run_command
from experiments.runs import render, run_study
from experiments.studies.suction import SuctionSettings, study
from experiments.studies.suction.courses import CAUSES, CONFUSERS, Course, course
from experiments.studies.suction.detection import (
    Detection,
    Noise,
    _delays,
    _false_alarms,
    decisions,
    detect,
    steady_beats,
    stretches,
)
from experiments.studies.suction.detector_fit import network
from experiments.studies.suction.scores import AIM_NOISE, cause_table, meets_aim, score
from experiments.studies.suction.study import Case, DetectedCourse, detect_case
from plants import InputError


def beats(labels, length=0.5):
    """A course of beats of equal length with these labels; its signals do not matter."""
    truth = np.array(labels, dtype=bool)
    nothing = np.zeros(0)
    ends = length * (1 + np.arange(len(truth)))
    return Course("", "nothing", "", "CP", nothing, nothing, nothing, ends, 1.0 * truth, truth)


def test_the_beats_after_a_change_are_not_steady():
    steady = steady_beats(np.array([0, 0, 1, 1, 1, 1, 0, 0, 0, 0], dtype=bool))
    assert steady.tolist() == [True, True, False, False, False, True, False, False, False, True]


def test_stretches_have_begin_and_end():
    assert stretches(np.array([1, 0, 1, 1], dtype=bool)) == [(0, 1), (2, 4)]


def test_delay_counts_beats_from_onset_to_alarm():
    events = beats([0] * 6 + [1] * 6 + [0] * 6)  # suction from 3 to 6 s
    times = 0.25 * (1 + np.arange(36))
    odds = np.zeros(36)
    for begin, delay in ((3.1, 0.0), (4.0, 1.0), (4.1, 2.0), (7.4, 8.0), (7.8, math.inf)):
        delays, lags = _delays(events, times >= begin, odds)
        assert delays == (delay,)
        assert lags == ()
    delays, lags = _delays(events, (times > 3.1) & (times < 6.9), odds)
    assert lags == (1.0,)
    odds[:16] = math.nan  # no full window before the onset: it does not count
    assert _delays(events, times > 3.1, odds)[0] == ()


def test_alarms_near_an_event_are_not_false():
    events = beats([0] * 10 + [1] * 2 + [0] * 20)  # suction from 5 to 6 s
    times = 0.25 * (1 + np.arange(64))
    assert _false_alarms(events, (times > 4) & (times < 7)) == 0
    assert _false_alarms(events, (times > 1) & (times < 3)) == 1
    assert _false_alarms(events, ((times > 1) & (times < 3)) | (times > 10)) == 2


@pytest.mark.parametrize("snr", [20.0, 6.0])
def test_noise_has_the_power_it_says(snr):
    random = np.random.default_rng(1)
    signal = 700 + 30 * np.sin(np.arange(20_000) / 10)
    whole = Noise(snr).on(signal, random) - signal
    pulse = Noise(snr, "pulse").on(signal, random) - signal
    assert 10 * np.log10(np.mean(signal**2) / np.mean(whole**2)) == pytest.approx(snr, abs=0.2)
    assert 10 * np.log10(np.var(signal) / np.var(pulse)) == pytest.approx(snr, abs=0.2)
    assert np.std(whole) > 10 * np.std(pulse)
    assert np.array_equal(Noise(math.inf).on(signal, random), signal)


def test_courses_repeat_and_hold_what_they_are_named_for():
    failing, again = (course(3, "pulmonary resistance") for _ in range(2))
    assert np.array_equal(failing.current, again.current)
    assert failing.suction.sum() > 3
    assert np.all(np.diff(failing.beat_ends) > 0.2)
    assert failing.share[failing.suction].min() > 0.005
    assert failing.share[~failing.suction].max() < 0.03
    quiet = course(3, "nothing")
    assert not quiet.suction.any()
    with pytest.raises(InputError, match="cause"):
        course(3, "weather")


def test_same_seed_same_decisions():
    bleeding, settings = course(3, "volume loss"), DetectorSettings.load()
    first, second = (decisions(bleeding, Noise(6.0), (3, 0), settings)[1] for _ in range(2))
    other = decisions(bleeding, Noise(6.0), (4, 0), settings)[1]
    assert np.array_equal(first, second, equal_nan=True)
    assert not np.array_equal(first, other, equal_nan=True)


def test_shipped_detector_finds_suction_and_keeps_quiet_without_it():
    settings = DetectorSettings.load()
    sucked = detect(course(9000, "pulmonary resistance"), Noise(20.0), (9000, 1), settings)
    assert sucked.alarm[sucked.steady & sucked.truth].mean() > 0.9
    quiet = detect(course(9000, "level changes"), Noise(20.0), (9000, 7), settings)
    assert quiet.alarm.mean() < 0.05


def detection(truth, alarm, delays=(1.0,)):
    flags = np.array(truth, dtype=bool)
    return Detection(
        "nothing",
        "CP",
        AIM_NOISE,
        flags,
        np.array(alarm, dtype=bool),
        np.ones(len(flags), dtype=bool),
        flags - 0.5,
        delays,
        (),
        0,
        60.0,
    )


def test_a_score_is_compared_with_the_aim():
    good = score([detection([1] * 100 + [0] * 100, [1] * 100 + [0] * 100)], AIM_NOISE)
    assert (good.sensitivity, good.specificity, good.delay_p95) == (1.0, 1.0, 1.0)
    assert all(meets_aim(good).values())
    bad = score(
        [detection([1] * 100 + [0] * 100, [1] * 98 + [0] * 97 + [1] * 5, (1.0, math.inf))],
        AIM_NOISE,
    )
    assert (bad.sensitivity, bad.specificity) == (0.98, pytest.approx(0.95))
    assert bad.events_found == 0.5
    assert not any(meets_aim(bad).values())


def test_network_learns_what_no_line_separates_and_needs_both_classes():
    random = np.random.default_rng(0)
    x = random.standard_normal((2000, 2))
    truth = x[:, 0] * x[:, 1] > 0.2
    weights, offsets, gains, intercept = network(x, truth, 6)
    called = np.tanh(x @ weights + offsets) @ gains + intercept > 0
    assert (called == truth).mean() > 0.95
    with pytest.raises(InputError, match="more seeds"):
        network(x, np.zeros(2000, dtype=bool), 6)


def test_summary_names_what_is_met_and_where_beats_are_lost():
    seen = detection([1] * 100 + [0] * 100, [1] * 98 + [0] * 97 + [1] * 5, (1.0, math.inf))
    at_aim = score([seen], AIM_NOISE)
    text = render(
        "suction.md",
        noise=AIM_NOISE,
        score=at_aim,
        aim=study.aim_rows(at_aim),
        shortfalls=study.shortfalls(cause_table([seen])),
        provenance="given in code",
    )
    lines = text.splitlines()
    assert lines[:3] == [
        "Aim at 20 dB, over 200 beats, 100 of them in suction, and 2 events.",
        "",
        "- sensitivity: 0.98, aim 0.99: MISSED",
    ]
    assert "Beats in suction missed: 2, most in nothing 2." in lines
    assert "Beats without suction called suction: 5, most in nothing 5." in lines
    assert lines[-1] == "Detector: given in code."


def test_fitted_seeds_are_not_scored():
    assert list(SuctionSettings(seeds=2, first_seed=8000, fit_seeds=20).scored) == [8000, 8001]
    for seeds, first_seed, fit_seeds in ((0, 8000, 20), (2, 10, 20), (2, 8000, 0)):
        with pytest.raises(InputError):
            SuctionSettings(seeds=seeds, first_seed=first_seed, fit_seeds=fit_seeds)


def test_a_detected_course_is_read_back_as_it_was():
    case = Case(3000, "volume loss", (Noise(math.inf), Noise(6.0)), DetectorSettings.load())
    made = detect_case(case)
    adapter = TypeAdapter(DetectedCourse)
    text = json.dumps(adapter.dump_python(made), default=lambda array: array.tolist())
    read = adapter.validate_python(json.loads(text))
    assert read.drawn is not None
    for kept, original in zip(
        [*read.detections, read.drawn], [*made.detections, made.drawn], strict=True
    ):
        for name, value in vars(original).items():
            again = getattr(kept, name)
            assert np.array_equal(again, value) if isinstance(value, np.ndarray) else again == value
    assert score(read.detections, Noise(6.0)) == score(made.detections, Noise(6.0))


@pytest.fixture
def two_causes(monkeypatch):
    """The study of two causes under one noise."""
    causes = ("pulmonary resistance", "nothing")
    monkeypatch.setattr(study, "ALL_CAUSES", causes)
    monkeypatch.setattr(study, "NOISES", (Noise(20.0),))
    return causes


@pytest.mark.usefixtures("drawn")
def test_command_scores_a_seed(impellab, two_causes):
    result = impellab("suction", "--seeds", "1", "--workers", "1", "--json")
    document = result.document
    assert [row["snr_db"] for row in document["rows"]] == [20.0]
    assert [row["cause"] for row in document["causes"]] == list(two_causes)
    assert document["held"] == all(document["aim"].values())
    assert result.code == (0 if document["held"] else 1)


def test_the_detector_is_fitted_before_it_is_scored(impellab, two_causes, monkeypatch, tmp_path):
    fitted = []
    detector = DetectorSettings.load()
    monkeypatch.setattr(study, "fit", lambda seeds, **_: (fitted.append(list(seeds)), detector)[1])
    monkeypatch.setattr(study, "FITTED", tmp_path / "detector.toml")

    assert (
        impellab("suction", "--seeds", "1", "--fit", "--fit-seeds", "3", "--workers", "1").code < 2
    )
    assert fitted == [[0, 1, 2]]
    assert (tmp_path / "detector.toml").read_text() == detector.to_toml()


def test_a_study_that_goes_on_is_not_fitted_again(two_causes, monkeypatch, tmp_path):
    fitted = []

    def killed(case):
        if case.cause == "nothing":
            raise KeyboardInterrupt
        return detect_case(case)

    prepared = replace(study.STUDY, prepare=lambda *_: fitted.append(1))
    settings = SuctionSettings(seeds=1, fit=True)
    with pytest.raises(KeyboardInterrupt):
        run_study(replace(prepared, work=killed), settings, runs=tmp_path, workers=1)
    (folder,) = tmp_path.iterdir()
    run = run_study(prepared, None, resume=folder, workers=1)
    assert fitted == [1]
    assert [row["cause"] for row in run.findings.document["causes"]] == list(two_causes)


def test_command_refuses_fitted_seeds(capsys):
    assert run_command(["suction", "--first-seed", "3"]) == 2
    assert "first-seed" in capsys.readouterr().err


def test_causes_are_told_apart():
    assert not set(CAUSES) & set(CONFUSERS)

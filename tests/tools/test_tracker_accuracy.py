"""The figures of the tracker's accuracy: they follow from the errors, and the errors are true."""

from __future__ import annotations

import math
import re

import pytest
import tracker_accuracy as tool
from tracker_accuracy import Group, TrackedCourse, accuracy

from experiments.statistics import data_frame

NAN = math.nan


def compared(truth, mean, half=1.0):
    return {"truth": truth, "mean": mean, "low": mean - half, "high": mean + half}


def look(hours, mean, *, truth=2.0, case="full", leaking=0.1, consistent=True):
    about = {"case": case, "hours": hours, "leaking": leaking, "consistent": consistent}
    return about | compared(truth, mean, half=0.1)


def forecast(name, signal, truth, mean, case="full"):
    return {"case": case, "forecast": name, "signal": signal} | compared(truth, mean)


def line(table, start):
    """The cells of the line of a table that begins so."""
    (cells,) = re.findall(rf"^\| {re.escape(start)} \|(.*)\|$", table, flags=re.MULTILINE)
    return [cell.strip() for cell in cells.split("|")]


def test_accuracy_follows_from_the_errors():
    rows = [
        compared(10.0, 10.5),
        compared(10.0, 12.0),
        compared(20.0, 19.0),
        compared(20.0, 16.0),
        compared(NAN, 5.0),
        compared(5.0, NAN),
    ]
    known = accuracy(data_frame(rows))
    assert known.estimates == 4
    assert known.coverage == 0.5
    assert known.bias == pytest.approx(-0.625)
    assert known.median_size == pytest.approx(1.5)
    assert known.rms == pytest.approx(math.sqrt((0.25 + 4.0 + 1.0 + 16.0) / 4))
    shares = accuracy(data_frame(rows), relative=True)
    assert shares.coverage == 0.5
    assert shares.bias == pytest.approx((0.05 + 0.2 - 0.05 - 0.2) / 4)
    assert shares.median_size == pytest.approx(0.125)


def group():
    courses = [
        TrackedCourse(
            7,
            # The first hours hold the truth of 2.0 by 0.1, the later ones miss it by 10 %.
            looks=[look(hour, 2.05 if hour <= tool.FIRST_LOWERING else 2.2) for hour in range(39)],
            forecasts=[
                forecast(tool.LOWER_LEVEL, "map", 70.0, 69.5),
                forecast(tool.LOWER_LEVEL, "map", 60.0, 57.5),
                forecast(tool.LOWER_LEVEL, "map", NAN, 57.5),
                forecast(tool.WITHOUT_PUMP, "cvp", 10.0, 10.25),
            ],
        ),
        TrackedCourse(
            8,
            looks=[
                look(1.0, 1.5, case="masked-regurgitation", leaking=0.2, consistent=False),
                look(2.0, 1.5, case="masked-regurgitation", leaking=0.6),
            ],
            forecasts=[
                forecast(tool.LOWER_LEVEL, "pcwp", 20.0, 19.5, "masked-regurgitation"),
                forecast(tool.WITHOUT_PUMP, "pcwp", 20.0, 17.5, "masked-regurgitation"),
            ],
        ),
        TrackedCourse(9, refused="no access"),
    ]
    return Group("development", courses)


def test_contractility_table():
    table = tool.contractility_table([group()])
    assert "development, seeds 7 to 9 (2 patients)" in table
    held = tool.FIRST_LOWERING + 1
    assert line(table, "90 % interval of `lv_ees` holds the truth") == [f"{100 * held / 41:.0f} %"]
    early = 100 * held / (held + 2)
    assert line(table, f"the same in the first {tool.FIRST_LOWERING} h") == [f"{early:.0f} %"]
    assert line(table, "error of `lv_ees`, median of the size") == ["2.5 %"]
    bias = (held * 2.5 + (39 - held) * 10.0 - 2 * 25.0) / 41
    assert line(table, "bias of `lv_ees`") == [f"{bias:.1f} %"]
    assert line(table, "updates called inconsistent") == ["1 of 41"]
    assert line(table, "seeds without a patient, or without an access") == ["1"]
    assert line(table, "died before 38 h") == ["1"]
    assert line(table, "forecasts without a beat, said or true") == ["1 of 6"]


def test_table_of_cases():
    table = tool.case_table(group())
    masked = ["1", "0 %", "-25.0 %", "1", "1", "50 %", "-1.5"]
    assert line(table, "`masked-regurgitation`") == masked
    assert line(table, "`full`")[0::3] == ["1", "0", "-"]
    assert line(table, "`none`") == ["0", "-", "-", "0", "0", "-", "-"]


def test_table_of_forecasts():
    table = tool.forecast_table([group()])
    rms = math.sqrt((0.25 + 6.25) / 2)
    assert line(table, "next lower level: `map`, mmHg") == ["50 %", "-1.5", f"{rms:.1f}"]
    assert line(table, "without pump and drugs: `cvp`, mmHg") == ["100 %", "0.2", "0.2"]
    assert line(table, "without pump and drugs: `map`, mmHg") == ["-", "-", "-"]


def test_what_kept_slopes_cost():
    rows = [{"mean": -0.01 * k, "sd": 0.001 * k} for k in range(101)]
    text = tool.slope_text([rows[:50], [*rows[50:], {"mean": NAN, "sd": NAN}]])
    assert "in 2 courses (101 forecast values)" in text
    assert "less than 0.99 standard deviations in 99 of 100" in text
    assert "less than 9 % in 90 of 100 and 10 % in 98 of 100" in text


def test_a_tracked_course_holds_the_truth_of_its_patient():
    plan = (("P-6", 2), ("P-3", 1), ("P-2", 1))
    course = tool.track(3, plan)
    assert [row["hours"] for row in course.looks] == pytest.approx([1.0, 2.0, 3.0, 4.0])
    *_, last = tool.looks(3, plan)
    patient, acting = last.bedside.plant.patient, last.bedside.truth()["factor_lv_contractility"]
    assert course.looks[-1]["truth"] == pytest.approx(patient["lv_ees"] * acting)
    assert all(row["low"] < row["mean"] < row["high"] for row in course.looks)
    assert last.tracker.briefing.pressure_before is None
    asked = [row["forecast"] for row in course.forecasts if row["signal"] == "map"]
    lower, out = tool.LOWER_LEVEL, tool.WITHOUT_PUMP
    assert asked == [lower, out, lower, out, out]
    pressures = [row["truth"] for row in course.forecasts if row["signal"] == "map"]
    now = last.bedside.truth()["map"]
    # At P-5, without, at P-2, without, without: the less support the lower the pressure.
    assert pressures[0] > pressures[2] > max(pressures[1], pressures[3], pressures[4])
    assert now > pressures[4]
    assert all(abs(row["mean"] - row["truth"]) < 0.25 * row["truth"] for row in course.forecasts)


def test_forecasts_by_kept_slopes_are_held_against_other_ones():
    plan = (("P-8", 3),)
    rows = tool.slope_differences(3, plan)
    assert len(rows) == 3 * 2 * 4
    sizes = [abs(row["mean"]) for row in rows]
    assert 0.0 < max(sizes) < 1.0
    assert max(abs(row["sd"]) for row in rows) < 1.0


def test_command_prints_the_tables(monkeypatch, capsys):
    monkeypatch.setattr(tool, "PLAN", (("P-8", 1), ("P-6", 1)))
    assert tool.main(["--seeds", "0", "0", "--held-out", "3", "3", "--workers", "1"]) == 0
    printed = capsys.readouterr().out
    assert (
        "| development, seeds 0 to 0 (1 patients) | held out, seeds 3 to 3 (1 patients) |"
        in printed
    )
    assert line(printed, "updates called inconsistent")[0].endswith(" of 2")
    assert len(line(printed, "next lower level: `pcwp`, mmHg")) == 6
    assert "in 1 courses (16 forecast values)" in printed


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--seeds", "3", "1"], "--seeds"),
        (["--held-out", "3", "1"], "--held-out"),
        (["--seeds", "0", "0", "--workers", "0"], "workers"),
        (["--seeds", "20000", "20000", "--workers", "1"], "20000"),
    ],
)
def test_bad_arguments_are_told_in_a_line(arguments, told, capsys):
    assert tool.main(arguments) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1

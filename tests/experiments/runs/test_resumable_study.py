"""Studies go on after a kill, tell what goes wrong, and leave what they showed."""

from __future__ import annotations

import dataclasses
import json
import math
import os

import pandas
import pytest
from matplotlib.figure import Figure

from experiments.runs import (
    KeptResults,
    PrintedTable,
    ReferenceResults,
    ReportPage,
    RunError,
    WorkFolder,
    read_config,
    report_study,
    run_command_of,
    run_study,
    study_status,
)
from plants import InputError

from ..conftest import killed_and_resumed
from .conftest import SquareSettings, square


def folders(runs):
    return sorted(runs.iterdir())


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def interrupted(study, at, error=KeyboardInterrupt):
    """The study whose work stops at a number, and the numbers that it worked on."""
    worked = []

    def work(case):
        if case[0] == at:
            raise error
        worked.append(case[0])
        return square(case)

    return dataclasses.replace(study, work=work), worked


def counting(study):
    return interrupted(study, at=None)


def test_a_setting_is_resolved_once(squares, tmp_path):
    moments = iter(("early", "late"))
    study = dataclasses.replace(
        squares, resolve=lambda settings: settings.model_copy(update={"begun": next(moments)})
    )
    broken, _ = interrupted(study, at=2)
    with pytest.raises(KeyboardInterrupt):
        run_study(broken, SquareSettings(), runs=tmp_path, workers=1)
    again = run_study(study, None, resume=folders(tmp_path)[0], workers=1)
    assert again.document()["begun"] == "early"
    assert "--begun" not in study.command_line(again.settings)


def test_going_on_loses_nothing_and_does_nothing_twice(squares, tmp_path, capsys):
    settings = SquareSettings(count=5, factor=0.1)
    whole = run_study(squares, settings, runs=tmp_path / "whole", workers=1)
    broken, worked = interrupted(squares, at=3)
    with pytest.raises(KeyboardInterrupt):
        run_study(broken, settings, runs=tmp_path / "runs", workers=1)
    (work,) = folders(tmp_path / "runs")
    assert work.name.endswith(".work")
    assert f"to go on: impellab square --resume {work}" in capsys.readouterr().err
    study, more = counting(squares)
    shares: list[float] = []
    again = run_study(study, None, resume=work, workers=1, progress=shares.append)
    assert (worked, more) == ([0, 1, 2], [3, 4])
    assert shares == pytest.approx([0.8, 1.0])
    assert again.settings == settings
    assert again.findings.rows.equals(whole.findings.rows)
    assert again.findings.summary == whole.findings.summary
    assert folders(tmp_path / "runs") == [again.folder]
    assert again.folder.name == work.name.removesuffix(".work")
    config = json.loads((again.folder / "config.json").read_text())
    assert config["resumed"] == {"done_before": 3, "numbers": 5}
    assert not (again.folder / "trials").exists()
    with pytest.raises(InputError, match="this run is complete"):
        run_study(squares, None, resume=again.folder)


def test_a_torn_file_counts_as_not_done(squares, tmp_path):
    broken, _ = interrupted(squares, at=3)
    with pytest.raises(KeyboardInterrupt):
        run_study(broken, SquareSettings(), runs=tmp_path, workers=1)
    (work,) = folders(tmp_path)
    torn, strange, whole = sorted((work / "trials").iterdir())
    torn.write_text(torn.read_text()[:-5])
    strange.write_text('{"result": {"number": "one"}}')
    whole.with_name("99999.json").write_text(whole.read_text())  # of no case
    study, worked = counting(squares)
    run_study(study, None, resume=work, workers=1)
    assert worked == [0, 1, 3]


def test_a_number_that_is_none_is_kept_as_such(squares, tmp_path):
    broken, _ = interrupted(squares, at=1)
    with pytest.raises(KeyboardInterrupt):
        run_study(broken, SquareSettings(), runs=tmp_path, workers=1)
    study, worked = counting(squares)
    again = run_study(study, None, resume=folders(tmp_path)[0], workers=1)
    assert worked == [1, 2, 3]
    values = again.findings.rows["value"].tolist()
    assert math.isnan(values[0])
    assert values[1:] == [1.0, 4.0, 9.0]
    assert '"value": NaN' not in json.dumps(json.loads((again.folder / "config.json").read_text()))


def test_results_are_read_when_they_are_asked_for(squares, tmp_path, monkeypatch):
    work = WorkFolder.create("square", tmp_path, {}, seeds={})
    results = KeptResults(squares, work, ("a", "b", "c"))
    for number, key in enumerate("abc"):
        results.write(key, square((number, 1.0)))
    read = []
    own = WorkFolder.read
    monkeypatch.setattr(WorkFolder, "read", lambda self, key: read.append(key) or own(self, key))
    assert len(results) == 3
    assert read == []
    assert results[1].value == 1.0
    assert read == ["b"]
    assert [result.number for result in results[1:]] == [1, 2]
    assert next(iter(results)).number == 0
    assert read == ["b", "b", "c", "a"]


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_a_killed_program_goes_on(tmp_path):
    program = write(
        tmp_path / "program.py",
        "import sys, time\n"
        "from pathlib import Path\n"
        "import pandas\n"
        "from experiments.runs import Findings, Settings, Study, run_study\n"
        "class Own(Settings):\n"
        "    count: int = 6\n"
        "def work(number):\n"
        "    with open('worked', 'a') as file:\n"
        "        file.write(f'{number}\\n')\n"
        "    time.sleep(0.3)\n"
        "    return number * number\n"
        "def findings(settings, results):\n"
        "    table = pandas.DataFrame({'square': list(results)})\n"
        "    return Findings(tables={'squares': table}, summary='Squares.')\n"
        "STUDY = Study('squares', lambda s: 'Squares', Own, lambda s: range(s.count), work,\n"
        "              findings, result=int)\n"
        "if __name__ == '__main__':\n"
        "    resume = Path(sys.argv[1]) if len(sys.argv) > 1 else None\n"
        "    settings = None if resume else Own()\n"
        "    workers = 1 if resume else 2\n"
        "    run_study(STUDY, settings, runs=Path('runs'), resume=resume, workers=workers)\n",
    )
    before, folder = killed_and_resumed(program, tmp_path, least=2)
    assert 2 <= len(before) < 6
    assert pandas.read_csv(folder / "squares.csv")["square"].tolist() == [0, 1, 4, 9, 16, 25]
    again = [int(line) for line in (tmp_path / "worked").read_text().split()]
    assert sorted(again) == sorted(set(range(6)) - {int(key) for key in before})


def test_a_worker_that_dies_is_told_and_nothing_is_left(squares, tmp_path):
    study = dataclasses.replace(squares, cases=lambda settings: (3, 4), work=os._exit)
    with pytest.raises(RunError, match="ended from outside"):
        run_study(study, SquareSettings(), runs=tmp_path, workers=2)
    assert folders(tmp_path) == []


def test_an_error_in_the_work_keeps_what_is_done(squares, tmp_path):
    broken, _ = interrupted(squares, at=2, error=ValueError("no such square"))
    with pytest.raises(ValueError, match="no such square"):
        run_study(broken, SquareSettings(), runs=tmp_path, workers=1)
    (work,) = folders(tmp_path)
    assert len(list((work / "trials").iterdir())) == 2


def test_a_cluster_that_does_not_answer_is_refused(squares, tmp_path):
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="cluster"):
        run_study(squares, SquareSettings(), runs=tmp_path, cluster="no://where")
    assert folders(tmp_path) == []


def test_only_an_interrupted_run_of_the_study_can_go_on(squares, tmp_path):
    with pytest.raises(InputError, match="resume"):
        run_study(squares, None, runs=tmp_path)
    other = WorkFolder.create("circle", tmp_path, {}, seeds={})
    with pytest.raises(InputError, match="an interrupted square"):
        run_study(squares, None, resume=other.path)
    with pytest.raises(InputError, match="'--count 3' is not allowed; allowed: the folder alone"):
        run_command_of(squares, {"count": 3}, resume=other.path)


def test_reference_results_are_renewed(squares, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = run_study(squares, SquareSettings(factor=0.5), workers=1, results=True)
    assert sorted(path.name for path in run.folder.iterdir()) == [
        "config.json",
        "report.html",
        "squares.csv",
        "squares.parquet",
    ]
    results = tmp_path / "results" / "squares"
    assert sorted(path.name for path in results.iterdir()) == ["README.md", "squares.csv"]
    page = (results / "README.md").read_text()
    assert page.startswith("# Squares of 4 numbers\n\nThe sum is 7.\n\nMore of it.\n\n")
    assert "Regenerate with `impellab square --factor 0.5 --results`." in page
    assert pandas.read_csv(results / "squares.csv")["value"].tolist()[1:] == [0.5, 2.0, 4.5]


def test_a_study_chooses_what_is_shown_and_kept(squares, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    captions = {"a_curve": "One."}

    def findings(settings, results):
        return dataclasses.replace(
            squares.findings(settings, results),
            figures={"a_curve": Figure()},
            report=ReportPage([PrintedTable("chosen", ["what"], [["a cell"]])], captions),
            reference=ReferenceResults((), page="# Another page", files={"table.md": "cells\n"}),
        )

    study = dataclasses.replace(squares, findings=findings)
    run = run_study(study, SquareSettings(), workers=1, results=True)
    page = (run.folder / "report.html").read_text()
    assert "a cell" in page
    assert "<figcaption>One.</figcaption>" in page
    assert "<h2>squares</h2>" not in page
    results = tmp_path / "results" / "squares"
    names = sorted(path.name for path in results.iterdir())
    assert names == ["README.md", "a_curve.png", "table.md"]
    assert (results / "README.md").read_text().startswith("# Another page\n\nRegenerate with")


def test_names_that_are_paths_stay_in_the_run_folder(squares, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def findings(settings, results):
        shown = squares.findings(settings, results)
        tables = {f"../../{name}/=1": table for name, table in shown.tables.items()}
        names = ("../../a/curve", "/b", "a curve")
        return dataclasses.replace(shown, tables=tables, figures=dict.fromkeys(names, Figure))

    study = dataclasses.replace(
        squares, key=lambda case: f"../../n:{case[0]}/{'x' * 300}", findings=findings
    )
    broken = dataclasses.replace(study, work=interrupted(study, at=2)[0].work)
    with pytest.raises(KeyboardInterrupt):
        run_study(broken, SquareSettings(), workers=1)
    (folder,) = folders(tmp_path / "runs")
    counted, worked = counting(study)
    run = run_study(counted, None, resume=folder, workers=1, results=True)
    assert worked == [2, 3]
    assert {path.name for path in tmp_path.iterdir()} == {"runs", "results"}
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["squares"]
    assert folders(tmp_path / "runs") == [run.folder]
    for folder in (run.folder, tmp_path / "results" / "squares"):
        assert len(list(folder.glob("*.csv"))) == 1
        assert len(list(folder.glob("*.png"))) == 3


def test_a_figure_that_fails_loses_no_findings(squares, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def fails():
        raise ZeroDivisionError("a scale of nothing")

    def findings(settings, results):
        shown = squares.findings(settings, results)
        return dataclasses.replace(shown, figures={"bad": fails, "good": Figure})

    run = run_study(
        dataclasses.replace(squares, findings=findings), SquareSettings(), workers=1, results=True
    )
    assert "the figure bad could not be made" in capsys.readouterr().err
    assert "a scale of nothing" in (run.folder / "report.html").read_text()
    assert [path.name for path in run.folder.glob("*.png")] == ["good.png"]
    assert (tmp_path / "results" / "squares" / "good.png").exists()


def test_a_folder_that_will_not_do_is_refused_before_the_work(squares, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study, worked = counting(squares)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="runs"):
        run_study(study, SquareSettings(), runs=tmp_path / "file", workers=1)
    (tmp_path / "results").write_text("")
    with pytest.raises(InputError, match="results"):
        run_study(study, SquareSettings(), workers=1, results=True)
    assert worked == []
    assert not (tmp_path / "runs").exists()


def test_what_is_done_can_be_reported_before_all_is(squares, tmp_path):
    broken, _ = interrupted(squares, at=2)
    with pytest.raises(KeyboardInterrupt):
        run_study(broken, SquareSettings(), runs=tmp_path, workers=1)
    (work,) = folders(tmp_path)
    status = study_status(squares, work)
    assert (status.done, status.total, status.complete) == (2, 4, False)
    assert read_config(work)["study"] == "squares"
    partly = report_study(squares, work)
    assert partly.findings.rows["number"].tolist() == [0, 1]
    assert "Squares of 4 numbers (2 of 4 numbers)" in (work / "report.html").read_text()
    with pytest.raises(RunError, match="2 of 4 numbers are done"):
        report_study(dataclasses.replace(squares, partial=False), work)
    run = run_study(squares, None, resume=work, workers=1)
    assert "(2 of 4" not in (run.folder / "report.html").read_text()
    status = study_status(squares, run.folder)
    assert (status.done, status.total, status.complete) == (4, 4, True)


def test_nothing_to_report_is_refused(squares, tmp_path):
    work = WorkFolder.create(
        "square", tmp_path, SquareSettings().model_dump(), seeds={}, study="squares"
    )
    with pytest.raises(InputError, match="0 of 4 numbers"):
        report_study(squares, work.path)
    with pytest.raises(InputError, match="the run folder of a study"):
        read_config(tmp_path)


def test_a_study_that_measures_time_runs_alone(squares, tmp_path, monkeypatch):
    counts = []

    def run_each(work, items, *, workers, cluster):
        counts.append((workers, cluster))
        return map(work, items)

    monkeypatch.setattr("experiments.runs.resumable_study.run_each", run_each)
    run_study(squares, SquareSettings(), runs=tmp_path, workers=3)
    alone = dataclasses.replace(squares, parallel=False)
    run_study(alone, SquareSettings(), runs=tmp_path, cluster="no://where")
    assert counts == [(3, None), (1, None)]


def test_what_is_refused_is_refused_before_there_is_a_folder(squares, tmp_path):
    prepared = []

    def refuse(settings):
        raise InputError("count", settings.count, "all of them")

    unkept = dataclasses.replace(squares, check_results=refuse)
    with pytest.raises(InputError, match="all of them"):
        run_study(unkept, SquareSettings(), runs=tmp_path, workers=1, results=True)
    caseless = dataclasses.replace(
        squares, cases=refuse, prepare=lambda settings, workers, told: prepared.append(workers)
    )
    with pytest.raises(InputError, match="all of them"):
        run_study(caseless, SquareSettings(), runs=tmp_path, workers=1)
    assert prepared == [1]
    assert folders(tmp_path) == []
    run_study(unkept, SquareSettings(), runs=tmp_path, workers=1)


def test_what_is_prepared_is_not_prepared_again(squares, tmp_path):
    prepared = []
    study = dataclasses.replace(squares, prepare=lambda *given: prepared.append(given[0].count))
    broken, _ = interrupted(study, at=1)
    with pytest.raises(KeyboardInterrupt):
        run_study(broken, SquareSettings(), runs=tmp_path, workers=1)
    run_study(study, None, resume=folders(tmp_path)[0], workers=1)
    assert prepared == [4]


@pytest.mark.parametrize(("plan", "told"), [(None, "is missing"), ("{", "cannot be understood")])
def test_a_damaged_folder_says_what_is_wrong_with_it(squares, tmp_path, plan, told):
    folder = tmp_path / "a.work"
    folder.mkdir()
    if plan is not None:
        (folder / "plan.json").write_text(plan)
    for look in (study_status, report_study):
        with pytest.raises(InputError, match=f"plan.json {told}"):
            look(squares, folder)

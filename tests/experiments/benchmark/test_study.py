"""impellab benchmark: suites, tables and files."""

import json
import re
import shutil
from pathlib import Path

import pandas
import pytest

from experiments.benchmark import Suite, study as module
from experiments.benchmark.suite import reference_policies
from plants import InputError
from plants.quantities import each_error

FILES = {
    "comparison.png",
    "config.json",
    "controllers.csv",
    "controllers.parquet",
    "courses-map.png",
    "courses-speed.png",
    "courses.csv",
    "courses.parquet",
    "performance-profiles.png",
    "profiles.csv",
    "profiles.parquet",
    "references.csv",
    "references.parquet",
    "regret-map.png",
    "regret.csv",
    "regret.parquet",
    "report.html",
    "rows.csv",
    "rows.parquet",
    "solves.csv",
    "solves.parquet",
}


def runs(tmp_path):
    return sorted((tmp_path / "runs").iterdir())


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_quick_suite_is_what_it_says():
    suite = Suite.load("quick")
    trials = suite.trials(("pi",))
    assert {trial.patient for trial in trials} == {"shock-c", "shock-d", "shock-e"}
    assert {"fixed:P-6", "pi", "lqg", "nmpc"} <= set(suite.controllers)
    assert suite.references
    assert {part.name for part in suite.parts} == {"5.5", "CP"}
    trials = module.planned_trials(suite, suite.controllers)
    assert len({trial.key for trial in trials}) == len(trials)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('"none"]', '"apocalypse"]', "apocalypse"),
        ('"shock-c", ', '"shock-d", ', "none twice"),
        ('device = "CP"', 'device = "none"', "a pump"),
        ("duration = 5.0", 'duration = "long"', "a number"),
        ("duration = 5.0", "duration = 0.5", "duration"),
        ("duration = 5.0", "duration = 5.5", "a whole number of control periods of 1 s"),
        ("seeds = [1]", "seeds = [true]", "a whole number"),
        ("seeds = [1]", "", "seeds"),
        ('level = "P-6"', 'level = "P-66"', "P-66"),
        ("spread", "spraed", "spraed"),
        ("references = true", "references = 1", "true or false"),
        ("name", "name = [", "TOML"),
    ],
)
def test_suites_are_refused_by_name(impellab, suite, old, new, word):
    edit(suite, old, new)
    result = impellab("benchmark", "--suite", suite)
    assert result.code == 2
    assert word in result.error


@pytest.mark.usefixtures("drawn")
def test_a_benchmark(impellab, suite, tmp_path, user_controller):
    result = impellab(
        "benchmark", "--suite", suite, "--controller", user_controller, "--workers", "1", "--json"
    )
    document = result.document
    assert result.code == 0
    (folder,) = runs(tmp_path)
    assert document["run"] == str(folder)
    assert {path.name for path in folder.iterdir()} == FILES
    names = ["fixed:P-6", "fixed:P-8", "mine.py:Mine", "best-fixed", "oracle"]
    assert [row["controller"] for row in document["rows"]] == 2 * names
    for row in document["rows"]:
        assert row["outcome"] == "completed"
        assert row["map"] > 40
    assert set(document["units"]) <= set(document["rows"][0])
    assert [row["controller"] for row in document["controllers"]] == names
    assert json.loads((folder / "config.json").read_text())["resumed"] == {
        "done_before": 0,
        "trials": 10,
    }
    assert len(pandas.read_parquet(folder / "rows.parquet")) == len(document["rows"])


def test_results_do_not_depend_on_the_number_of_workers(impellab, suite, tmp_path):
    # The first trial of all is done last where there are two workers.
    slow = tmp_path / "slow.py"
    slow.write_text(
        "import multiprocessing, time\n"
        "from controllers import FixedLevel\n"
        "class Slow(FixedLevel):\n"
        "    def reset(self, briefing):\n"
        "        first = multiprocessing.parent_process() and briefing.patient.name == 'shock-c'\n"
        "        time.sleep(1.5 if first else 0.0)\n"
        "        super().reset(briefing)\n"
    )
    edit(suite, '"fixed:P-6", "fixed:P-8"', f"'{slow}:Slow', 'pi'")
    edit(suite, "references = true", "")
    folders = []
    for workers in ("1", "2"):
        made = tmp_path / workers
        arguments = ("--suite", suite, "--workers", workers, "--runs", made)
        assert impellab("benchmark", *arguments).code == 0
        folders += made.iterdir()
    alone, together = folders
    timed = ("rows", "controllers", "solves")
    for name in timed:
        tables = [pandas.read_parquet(folder / f"{name}.parquet") for folder in folders]
        kept = [
            column for column in tables[0] if not re.search(r"_ms_|milliseconds|overruns", column)
        ]
        assert len(kept) > 5
        pandas.testing.assert_frame_equal(tables[0][kept], tables[1][kept], check_exact=True)
    for path in alone.iterdir():
        if path.stem not in (*timed, "config", "report"):  # These hold times of the clock.
            assert path.read_bytes() == (together / path.name).read_bytes(), path.name


def test_references_bound_what_control_can_bring(impellab, suite):
    edit(suite, "duration = 5.0", "duration = 20.0")
    edit(suite, '["none"]', '["contractility-loss"]')
    document = impellab("benchmark", "--suite", suite, "--workers", "1", "--json").document
    rows = {(row["patient"], row["controller"]): row for row in document["rows"]}
    for patient in ("shock-c", "shock-d"):
        best, oracle = rows[patient, "best-fixed"], rows[patient, "oracle"]
        assert oracle["therapy_cost"] <= best["therapy_cost"]
        (told,) = [row for row in document["references"] if row["patient"] == patient]
        assert told["best_level"] == best["level"]
        assert told["best_level_cost"] == best["therapy_cost"]
        for level in ("P-6", "P-8"):
            assert best["therapy_cost"] <= rows[patient, f"fixed:{level}"]["therapy_cost"] + 1e-9
        if best["level"] == "P-8":
            assert rows[patient, "fixed:P-8"]["regret"] == pytest.approx(1.0)
    assert {row["controller"] for row in document["regret"]} == {"fixed:P-6", "fixed:P-8"}


def test_parts_differ_in_what_they_say_and_share_their_references(suite):
    suite.write_text(
        suite.read_text()
        + '[[parts]]\nname = "a"\n[[parts]]\nname = "b"\ntier = "console"\n'
        + '[[parts]]\nname = "c"\ndevice = "5.5"\nbelieved = "shock-e"\nspread = 0.0\n'
        + 'rhythm = "atrial-fibrillation"\nseeds = [3, 4]\npatients = ["shock-e"]\n'
    )
    loaded = Suite.load(suite)
    trials = module.planned_trials(loaded, ("pi",))
    own = [trial for trial in trials if trial.controller == "pi"]
    assert [(trial.device, trial.tier) for trial in own] == [
        *[("CP", "icu")] * 2,
        *[("CP", "console")] * 2,
        *[("5.5", "icu")] * 2,
    ]
    assert {(trial.believed, trial.conditions.rhythm, trial.seed) for trial in own[4:]} == {
        ("shock-e", "atrial-fibrillation", 3),
        ("shock-e", "atrial-fibrillation", 4),
    }
    assert sum(trial.controller == "oracle" for trial in trials) == 4


def test_mistakes_of_a_part_name_it(suite):
    suite.write_text(
        suite.read_text()
        + '[[parts]]\nname = "a"\ndevice = "CPP"\n[[parts]]\nname = "a"\ntier = "gold"\n'
        + '[[parts]]\nname = "c"\nbelieved = "shok-d"\nrhythm = "waltz"\n'
    )
    with pytest.raises(InputError) as refused:
        Suite.load(suite)
    assert {error.field for error in each_error(refused.value)} == {
        *("parts[0].device", "parts[1].tier", "parts[2].believed", "parts[2].rhythm")
    }


@pytest.mark.usefixtures("narrow_life")
def test_readable_output(impellab, suite):
    edit(suite, '"shock-c", ', "")
    result = impellab("benchmark", "--suite", suite, "--workers", "1")
    assert result.code == 0
    assert "best-fixed" in result.out
    assert "runs/" in result.out
    assert "no patient lives with what 4 trials came to" in result.errors[-1]


def test_a_trial_that_fails_is_counted(impellab, suite, user_controller):
    broken = user_controller.replace("Mine", "Broken")
    arguments = ("--suite", suite, "--controller", broken, "--workers", "1", "--json")
    result = impellab("benchmark", *arguments)
    assert result.code == 1
    assert "2 trials could not be run" in result.errors[-1]
    failed = [row for row in result.document["rows"] if row["outcome"] == "failed"]
    assert len(failed) == 2
    assert failed[0]["map"] is None
    assert "ZeroDivisionError" in failed[0]["reason"]


def test_a_benchmark_of_which_nothing_could_be_run(impellab, suite, tmp_path, user_controller):
    broken = user_controller.replace("Mine", "Broken")
    edit(suite, "references = true", "")
    edit(suite, '"fixed:P-6", "fixed:P-8"', f"'{broken}'")
    result = impellab("benchmark", "--suite", suite, "--workers", "1", "--json")
    assert result.code == 1
    assert all(row["outcome"] == "failed" for row in result.document["rows"])
    (folder,) = runs(tmp_path)
    assert (folder / "report.html").is_file()


def test_what_cannot_take_part_is_refused_before_anything_runs(impellab, suite, tmp_path):
    for controller in ("hal", "fixed:P-66", "best-fixed"):
        result = impellab("benchmark", "--suite", suite, "--controller", controller)
        assert result.code == 2
        assert controller in result.error or "P-66" in result.error
    assert not (tmp_path / "runs").exists()


def test_policies_take_part_where_there_are_any(tmp_path, monkeypatch):
    names, why = reference_policies(tmp_path)
    assert names == ()
    assert "none in results/policies" in why
    (tmp_path / "ppo").mkdir()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "torch" in reference_policies(tmp_path)[1]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    assert reference_policies(tmp_path) == ((f"policy:{tmp_path / 'ppo'}",), "")


def test_a_policy_for_another_suite_is_left_out_with_a_note(impellab, suite, monkeypatch, tmp_path):
    edit(suite, "references = true", "reference_policies = true")
    policy = f"policy:{tmp_path / 'nowhere'}"
    monkeypatch.setattr(module, "reference_policies", lambda: ((policy,), ""))
    document = impellab("benchmark", "--suite", suite, "--workers", "1", "--json").document
    (note,) = document["notes"]
    assert "policy:nowhere does not take part" in note
    assert str(tmp_path) not in note  # It is published.
    assert {row["controller"] for row in document["rows"]} == {"fixed:P-6", "fixed:P-8"}


def test_all_mistakes_of_a_suite_are_told_at_once(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(
        'name = "x"\ndevice = "CP"\ntier = "icuu"\nperiod = 1.0\nduration = 2.5\nlevel = "P-12"\n'
        'seeds = [-1]\npatients = ["shok-d"]\nscenarios = []\ncontrollers = ["pi", "pd"]\n'
        'spread = "wide"\ntherapy = "none"\nspred = 3\n'
    )
    with pytest.raises(InputError) as refused:
        Suite.load(file)
    assert {error.field for error in each_error(refused.value)} == {
        *("tier", "duration", "level", "seeds[0]", "patients[0]", "scenarios", "controllers[1]"),
        *("spread", "therapy", "key spred"),
    }


def test_a_policy_of_weaning_is_no_entrant(tmp_path):
    policies = Path(__file__).parents[3] / "results" / "policies"
    shutil.copytree(policies / "weaning-ppo", tmp_path / "weaning-ppo")
    names, why = reference_policies(tmp_path)
    assert names == ()
    assert "weaning-ppo" not in why

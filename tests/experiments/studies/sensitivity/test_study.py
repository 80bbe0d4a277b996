"""Sensitivity: known indices are found, incomplete blocks are left out, the command answers."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.cli import run_command
from experiments.studies.sensitivity import study
from experiments.studies.sensitivity.factors import HEAD_FLOW_LAW, factors, varied_plant
from experiments.studies.sensitivity.study import Done, Task, evaluate, sensitivity
from plants import DISTURBANCES, InputError, Patient, PhysicsError, Pump, steady_state
from plants.cohorts import STRESSED

pytest.importorskip("SALib")

#: A linear model stands for the plant where the indices themselves are tested.
WEIGHTS = {"lv_ees": 3.0, "r_systemic": 2.0, "venous_volume": 1.0}


def linear(task: Task) -> Done:
    """Each output is the weighted sum of three factors, in units of their range."""
    chosen = factors(Patient.load(task.patient), Pump.load(str(task.device)))
    total = np.zeros(len(task.rows))
    for k, one in enumerate(chosen):
        share = (task.rows[:, k] - one.low) / (one.high - one.low)
        total += WEIGHTS.get(one.name, 0.0) * share
    return Done(task.first, np.tile(total[:, None], (1, len(study.OUTPUTS))), {})


def test_sobol_gives_the_shares_of_a_linear_model(monkeypatch):
    monkeypatch.setattr(study, "evaluate", linear)
    found = sensitivity("shock-d", "CP", "P-8", samples=512, workers=1)
    rows = found.table[found.table["output"] == "map"].set_index("factor")
    squares = sum(weight**2 for weight in WEIGHTS.values())
    for name, weight in WEIGHTS.items():
        assert rows.loc[name, "first_order"] == pytest.approx(weight**2 / squares, abs=0.05)
        assert rows.loc[name, "total"] == pytest.approx(weight**2 / squares, abs=0.05)
    assert rows.drop(list(WEIGHTS))["total"].abs().max() < 1e-9


def test_morris_gives_the_effects_of_a_linear_model(monkeypatch):
    monkeypatch.setattr(study, "evaluate", linear)
    found = sensitivity("shock-d", "CP", "P-8", method="morris", samples=10, workers=1)
    rows = found.table[found.table["output"] == "lvedp"].set_index("factor")
    for name, weight in WEIGHTS.items():
        assert rows.loc[name, "mean_effect"] == pytest.approx(weight)
        assert rows.loc[name, "deviation_of_effect"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("method", study.METHODS)
def test_blocks_with_a_run_without_a_beat_are_left_out_and_counted(monkeypatch, method):
    size = len(factors(Patient.load("shock-d"), Pump.load("CP")))
    block = size + (2 if method == "sobol" else 1)

    def holed(task: Task) -> Done:
        done = linear(task)
        outputs = done.outputs.copy()
        numbers = task.first + np.arange(len(outputs))
        # Two runs of the first block, one of the third.
        lost = np.isin(numbers, [0, 1, 2 * block + 3])
        outputs[lost] = np.nan
        return Done(task.first, outputs, {"no periodic beat": int(lost.sum())})

    monkeypatch.setattr(study, "evaluate", holed)
    found = sensitivity("shock-d", "CP", "P-8", method=method, samples=16, workers=1)
    assert (found.failed, found.dropped, found.blocks) == (3, 2, 16)
    assert found.reasons == {"no periodic beat": 3}
    assert np.isfinite(found.table.select_dtypes("number")).all().all()


def test_a_study_of_which_little_is_left_ends_with_the_reason(monkeypatch):
    def lost(task: Task) -> Done:
        return Done(task.first, np.full((len(task.rows), 5), np.nan), {"no periodic beat": 1})

    monkeypatch.setattr(study, "evaluate", lost)
    with pytest.raises(PhysicsError, match="0 of 16 blocks"):
        sensitivity("shock-d", samples=16, workers=1)


def test_a_run_without_a_periodic_beat_is_a_number_that_is_missing(monkeypatch):
    calls = []

    def sometimes(*args, **keywords):
        calls.append(args)
        if len(calls) == 3:
            raise PhysicsError("no periodic beat of patient x")
        return steady_state(*args, **keywords)

    monkeypatch.setattr(study, "steady_state", sometimes)
    middle = [0.5 * (one.low + one.high) for one in factors(*_case())]
    done = evaluate(Task("shock-d", "CP", 44_000.0, np.array([middle] * 3), 5))
    assert np.isnan(done.outputs[1]).all()
    assert np.isfinite(done.outputs[[0, 2]]).all()
    assert done.reasons == {"no periodic beat": 1}
    assert done.first == 5


def _case() -> tuple[Patient, Pump]:
    return Patient.load("shock-d"), Pump.load("CP")


def test_a_factor_moves_what_it_is_named_after():
    patient, pump = _case()
    chosen = factors(patient, pump)
    # As it is: the patient's own values, factors on the pump of 1, no disturbance.
    own = {one.name: _own(one, patient, pump) for one in chosen}
    for one in chosen:
        end = one.low if one.high == own[one.name] else one.high
        values = [end if other is one else own[other.name] for other in chosen]
        plant, outside = varied_plant(patient, pump, chosen, values)
        changed = {name for name, v in plant.patient.values.items() if v != patient[name]}
        assert plant.pump is not None
        turned = {n for n, v in plant.pump.values.items() if not np.isclose(v, pump[n], rtol=1e-9)}
        moved = {name for name, v in outside.items() if v != DISTURBANCES[name].neutral}
        if one.group == "patient":
            name = "blood_volume" if one.name == STRESSED else one.name
            assert (changed, turned, moved) == ({name}, set(), set())
        elif one.name == HEAD_FLOW_LAW:
            assert changed == moved == set()
            assert {"head_a", "head_c"} <= turned
        elif one.group == "pump":
            assert (changed, turned, moved) == (set(), {one.name}, set())
        else:
            assert (changed, turned, moved) == (set(), set(), {one.name})


def _own(factor, patient, pump):
    if factor.name == STRESSED:
        unstressed = sum(v for k, v in patient.values.items() if k.startswith("vu_"))
        return patient["blood_volume"] - unstressed
    if factor.group == "patient":
        return patient[factor.name]
    if factor.name == HEAD_FLOW_LAW:
        steeper = [one for one in pump.head_flow_uncertainty if one.head_a < pump["head_a"]]
        usable = [one for one in pump.head_flow_uncertainty if one.head_c <= -0.1]
        return len([one for one in steeper if one.head_c <= -0.1]) / len(usable)
    if factor.group == "pump":
        return 1.0 if factor.name == "hemolysis_reference_rate" else pump[factor.name]
    return DISTURBANCES[factor.name].neutral


def test_the_head_flow_law_runs_through_the_devices_own_fit():
    patient, pump = _case()
    chosen = [one for one in factors(patient, pump) if one.name == HEAD_FLOW_LAW]
    heads = []
    for place in (0.0, 0.5, 1.0):
        plant, _ = varied_plant(patient, pump, chosen, [place])
        assert plant.pump is not None
        heads.append(plant.pump["head_a"])
    laws = sorted([pump["head_a"], *(one.head_a for one in pump.head_flow_uncertainty)])
    assert heads[0] == laws[0]
    assert heads[-1] == laws[-1]
    assert heads == sorted(heads)


def test_the_plants_own_answer_is_what_physics_asks_for():
    """Small, but real: resistance leads pressure; hemolysis constants move nothing else."""
    found = sensitivity("shock-d", "CP", "P-8", method="morris", samples=8, seed=1, workers=2)
    table = found.table.set_index(["output", "factor"])
    pressure = found.table[found.table["output"] == "map"].set_index("factor")["mean_effect"]
    assert pressure.idxmax() == "r_systemic"
    for output in ("map", "cardiac_power_output", "lvedp", "suction_margin"):
        for name in ("hemolysis_alpha", "hemolysis_beta", "hemolysis_reference_rate"):
            assert table.loc[(output, name), "mean_effect"] == pytest.approx(0.0, abs=1e-6)
    assert table.loc[("hemolysis_rate", "hemolysis_reference_rate"), "mean_effect"] > 0.5


def test_without_a_pump_what_needs_one_is_left_out():
    chosen = factors(Patient.load("healthy"), None)
    assert {one.group for one in chosen} == {"patient", "disturbance"}
    assert "wall_contact" not in {one.name for one in chosen}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--method", "fast"), "one of sobol, morris"),
        (("--samples", "20"), "power of 2"),
        (("--method", "morris", "--samples", "2"), "8 or more"),
        (("--device", "RP"), "left ventricle"),
        (("--patient", "nobody"), "one of"),
        (("--level", "P-12"), "one of P-0"),
        (("--workers", "0"), "1 or more"),
    ],
)
def test_bad_input_is_refused(impellab, arguments, message):
    result = impellab("sensitivity", *arguments)
    assert result.code == 2
    assert message in result.error


def test_command_leaves_tables_and_a_figure(impellab, tmp_path):
    result = impellab(
        "sensitivity",
        "--method",
        "morris",
        "--samples",
        "8",
        "--device",
        "none",
        "--workers",
        "1",
        "--results",
        "--json",
    )
    document = result.document
    assert {row["output"] for row in document["rows"]} == {"map", "cardiac_power_output", "lvedp"}
    run = tmp_path / "runs"
    (folder,) = run.iterdir()
    assert (folder / "sensitivity_morris.png").stat().st_size > 10_000
    page = (tmp_path / "results" / "sensitivity" / "README.md").read_text()
    assert "--method morris --samples 8" in page


def test_the_same_seed_gives_the_same_indices(monkeypatch):
    monkeypatch.setattr(study, "evaluate", linear)
    first = sensitivity("shock-d", samples=16, seed=4, workers=1).table
    again = sensitivity("shock-d", samples=16, seed=4, workers=1).table
    other = sensitivity("shock-d", samples=16, seed=5, workers=1).table
    assert first.equals(again)
    assert not first.equals(other)


def test_without_the_library_the_message_names_the_extra(monkeypatch, capsys):
    import sys

    monkeypatch.setitem(sys.modules, "SALib.sample", None)
    assert run_command(["sensitivity"]) == 2
    assert "impellab[sensitivity]" in capsys.readouterr().err


def test_a_patient_without_a_beat_of_his_own_is_refused(monkeypatch):
    def never(*args, **keywords):
        raise PhysicsError("no periodic beat of patient shock-d")

    monkeypatch.setattr(study, "steady_state", never)
    with pytest.raises(PhysicsError, match="shock-d"):
        sensitivity("shock-d", samples=8, workers=1)


def test_names_are_checked_before_anything_runs():
    with pytest.raises(InputError, match="method"):
        sensitivity("shock-d", method="guess")

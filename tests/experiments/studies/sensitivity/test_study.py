"""Sensitivity: known indices are found, incomplete blocks are left out, the command answers."""

from __future__ import annotations

import pickle
from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from experiments.cli import run_command
from experiments.runs import run_study
from experiments.studies.sensitivity import STUDY, SensitivitySettings, blocks
from experiments.studies.sensitivity.blocks import (
    OUTPUTS,
    Block,
    BlockOutputs,
    Supported,
    run_block,
)
from experiments.studies.sensitivity.factors import (
    HEAD_FLOW_LAW,
    FactorRanges,
    factors,
    varied_plant,
)
from experiments.studies.sensitivity.indices import METHODS
from plants import DISTURBANCES, InputError, Patient, PhysicsError, Pump, steady_state
from plants.cohorts import STRESSED_VOLUME
from plants.quantities import FailureKind

pytest.importorskip("SALib")

#: A linear model stands for the plant where the indices themselves are tested.
WEIGHTS = {"lv_ees": 3.0, "r_systemic": 2.0, "venous_volume": 1.0}
SUBJECT = Supported("shock-d", "CP", 44_000.0)


def linear(block: Block) -> BlockOutputs:
    """Each output is the weighted sum of three factors, in units of their range."""
    total = np.zeros(len(block.runs))
    for k, factor in enumerate(block.subject.factors()):
        share = (block.runs[:, k] - factor.low) / (factor.high - factor.low)
        total += WEIGHTS.get(factor.name, 0.0) * share
    return BlockOutputs(np.tile(total[:, None], (1, len(OUTPUTS))), {})


@pytest.fixture
def shown(tmp_path):
    """Runs the study with another work on a block; gives what it shows."""

    def run(work, **settings):
        study = replace(STUDY, work=work)
        return run_study(
            study, SensitivitySettings(**settings), runs=tmp_path / "runs", workers=1
        ).findings

    return run


def test_sobol_gives_the_shares_of_a_linear_model(shown):
    table = shown(linear, samples=512).rows
    rows = table[table["output"] == "map"].set_index("factor")
    squares = sum(weight**2 for weight in WEIGHTS.values())
    for name, weight in WEIGHTS.items():
        assert rows.loc[name, "first_order"] == pytest.approx(weight**2 / squares, abs=0.05)
        assert rows.loc[name, "total"] == pytest.approx(weight**2 / squares, abs=0.05)
    assert rows.drop(list(WEIGHTS))["total"].abs().max() < 1e-9


def test_morris_gives_the_effects_of_a_linear_model(shown):
    table = shown(linear, method="morris", samples=10).rows
    rows = table[table["output"] == "lvedp"].set_index("factor")
    for name, weight in WEIGHTS.items():
        assert rows.loc[name, "mean_effect"] == pytest.approx(weight)
        assert rows.loc[name, "deviation_of_effect"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_blocks_with_a_run_without_a_beat_are_left_out_and_counted(shown, method):
    numbers = count()

    def holed(block: Block) -> BlockOutputs:
        outputs = linear(block).outputs.copy()
        # Two runs of the first block, one of the third.
        lost = {0: [0, 1], 2: [3]}.get(next(numbers), [])
        outputs[lost] = np.nan
        return BlockOutputs(outputs, {"no periodic beat": len(lost)} if lost else {})

    findings = shown(holed, method=method, samples=16)
    counts = findings.document
    assert (counts["failed"], counts["dropped"], counts["blocks"]) == (3, 2, 16)
    assert counts["reasons"] == {"no periodic beat": 3}
    assert np.isfinite(findings.rows.select_dtypes("number")).all().all()
    assert "3 runs had none (no periodic beat in 3); the 2 of 16 blocks" in findings.summary
    assert findings.held is None


def test_a_study_of_which_little_is_left_ends_with_the_reason(shown):
    def lost(block: Block) -> BlockOutputs:
        return BlockOutputs(np.full((len(block.runs), 5), np.nan), {"no periodic beat": 1})

    with pytest.raises(PhysicsError, match=r"0 of 16 blocks.*no periodic beat: 16"):
        shown(lost, samples=16)


def test_a_killed_study_goes_on_with_the_blocks_that_are_left(tmp_path):
    done = []

    def killed(block: Block) -> BlockOutputs:
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append(block)
        outputs = linear(block)
        outputs.outputs[0] *= 1.0 if len(done) > 1 else np.nan  # is kept as it is
        return outputs

    settings = SensitivitySettings(samples=16)
    with pytest.raises(KeyboardInterrupt):
        run_study(replace(STUDY, work=killed), settings, runs=tmp_path, workers=1)
    (folder,) = tmp_path.iterdir()
    left = []

    def going_on(block: Block) -> BlockOutputs:
        left.append(block)
        return linear(block)

    run = run_study(replace(STUDY, work=going_on), None, resume=folder, workers=1)
    assert len(left) == 16 - 5
    assert run.findings.document["dropped"] == 1
    assert run.settings == settings


def test_a_run_without_a_periodic_beat_is_a_number_that_is_missing(monkeypatch):
    calls = []

    def sometimes(*args, **keywords):
        calls.append(args)
        if len(calls) == 3:
            raise PhysicsError("the beat is none", kind=FailureKind.COMPARTMENT_EMPTY)
        return steady_state(*args, **keywords)

    blocks._start.cache_clear()
    monkeypatch.setattr(blocks, "steady_state", sometimes)
    middle = [0.5 * (factor.low + factor.high) for factor in factors(*_case())]
    block = run_block(Block(SUBJECT, np.array([middle] * 3)))
    assert np.isnan(block.outputs[1]).all()
    assert np.isfinite(block.outputs[[0, 2]]).all()
    assert block.reasons == {"a compartment runs empty": 1}


def _case() -> tuple[Patient, Pump]:
    return Patient.load("shock-d"), Pump.load("CP")


def test_a_factor_moves_what_it_is_named_after():
    patient, pump = _case()
    chosen = factors(patient, pump)
    # As it is: the patient's own values, factors on the pump of 1, no disturbance.
    own = {factor.name: _own(factor, patient, pump) for factor in chosen}
    for factor in chosen:
        end = factor.low if factor.high == own[factor.name] else factor.high
        values = [end if other is factor else own[other.name] for other in chosen]
        plant, outside = varied_plant(patient, pump, chosen, values)
        changed = {name for name, v in plant.patient.values.items() if v != patient[name]}
        assert plant.pump is not None
        turned = {n for n, v in plant.pump.values.items() if not np.isclose(v, pump[n], rtol=1e-9)}
        moved = {name for name, v in outside.items() if v != DISTURBANCES[name].neutral}
        if factor.group == "patient":
            name = "blood_volume" if factor.name == STRESSED_VOLUME else factor.name
            assert (changed, turned, moved) == ({name}, set(), set())
        elif factor.name == HEAD_FLOW_LAW:
            assert changed == moved == set()
            assert {"head_a", "head_c"} <= turned
        elif factor.group == "pump":
            assert (changed, turned, moved) == (set(), {factor.name}, set())
        else:
            assert (changed, turned, moved) == (set(), set(), {factor.name})


def _own(factor, patient, pump):
    if factor.name == STRESSED_VOLUME:
        unstressed = sum(v for k, v in patient.values.items() if k.startswith("vu_"))
        return patient["blood_volume"] - unstressed
    if factor.group == "patient":
        return patient[factor.name]
    if factor.name == HEAD_FLOW_LAW:
        usable = [law for law in pump.head_flow_uncertainty if law.head_c <= -0.1]
        return len([law for law in usable if law.head_a < pump["head_a"]]) / len(usable)
    if factor.group == "pump":
        return 1.0 if factor.name == "hemolysis_reference_rate" else pump[factor.name]
    return DISTURBANCES[factor.name].neutral


def test_the_head_flow_law_runs_through_the_devices_own_fit():
    patient, pump = _case()
    chosen = [factor for factor in factors(patient, pump) if factor.name == HEAD_FLOW_LAW]
    heads = []
    for place in (0.0, 0.5, 1.0):
        plant, _ = varied_plant(patient, pump, chosen, [place])
        assert plant.pump is not None
        heads.append(plant.pump["head_a"])
    laws = sorted([pump["head_a"], *(law.head_a for law in pump.head_flow_uncertainty)])
    assert heads[0] == laws[0]
    assert heads[-1] == laws[-1]
    assert heads == sorted(heads)


def test_the_plants_own_answer_is_what_physics_asks_for(shown):
    """Small, but real: resistance leads pressure; hemolysis constants move nothing else."""
    assert pickle.loads(pickle.dumps(STUDY.work)) is run_block  # a worker process finds it
    rows = shown(run_block, method="morris", samples=8, seed=1).rows
    table = rows.set_index(["output", "factor"])
    pressure = rows[rows["output"] == "map"].set_index("factor")["mean_effect"]
    assert pressure.idxmax() == "r_systemic"
    for output in ("map", "cardiac_power_output", "lvedp", "suction_margin"):
        for name in ("hemolysis_alpha", "hemolysis_beta", "hemolysis_reference_rate"):
            assert table.loc[(output, name), "mean_effect"] == pytest.approx(0.0, abs=1e-6)
    assert table.loc[("hemolysis_rate", "hemolysis_reference_rate"), "mean_effect"] > 0.5


def test_without_a_pump_what_needs_one_is_left_out():
    chosen = factors(Patient.load("healthy"), None)
    assert {factor.group for factor in chosen} == {"patient", "disturbance"}
    assert "wall_contact" not in {factor.name for factor in chosen}


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


@pytest.mark.usefixtures("drawn")
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


def test_the_same_seed_gives_the_same_indices(shown):
    first = shown(linear, samples=8, seed=4).rows
    again = shown(linear, samples=8, seed=4).rows
    other = shown(linear, samples=8, seed=5).rows
    assert first.equals(again)
    assert not first.equals(other)


def test_without_the_library_the_message_names_the_extra(monkeypatch, capsys):
    import sys

    monkeypatch.setitem(sys.modules, "SALib.sample", None)
    assert run_command(["sensitivity"]) == 2
    assert "impellab[sensitivity]" in capsys.readouterr().err


def test_a_patient_without_a_beat_of_his_own_is_refused(shown, monkeypatch, tmp_path):
    def never(*args, **keywords):
        raise PhysicsError("no periodic beat of patient shock-d")

    monkeypatch.setattr(blocks, "steady_state", never)
    with pytest.raises(PhysicsError, match="shock-d"):
        shown(linear, samples=8)
    assert not (tmp_path / "runs").exists()


def test_names_are_checked_before_anything_runs():
    with pytest.raises(InputError, match="method"):
        SensitivitySettings(method="guess")


def test_every_slip_in_the_ranges_is_told_at_once():
    row = {"low": 0.0, "high": 1.0, "unit": "1", "source": "guess: for the test", "tag": "X"}
    content = {
        "patient": {"deviations": 0.0, "source": "guess", "tag": "X"},
        "pump": {"hemolysis_alpha": row | {"low": 2.0}},
        "disturbance": {"mitral_leak": row | {"colour": "green"}},
    }
    with pytest.raises(InputError) as refused:
        FactorRanges.read(content, source="mine.toml")
    for text in ("patient.deviations", "pump.hemolysis_alpha.low", "colour", "mine.toml"):
        assert text in str(refused.value)
    whole = content | {
        "patient": {"deviations": 2.0, "source": "guess", "tag": "X"},
        "pump": {"hemolysis_alpa": row},
        "disturbance": {"mitral_leak": row},
    }
    with pytest.raises(InputError, match="did you mean hemolysis_alpha"):
        FactorRanges.read(whole, source="mine.toml")

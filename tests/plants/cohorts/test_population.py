"""Populations: the same every time, plausible, scattered as the file says, and honest refusals."""

from __future__ import annotations

import numpy as np
import pytest

from plants import (
    PATIENT_PARAMETERS,
    InputError,
    Patient,
    Plant,
    Population,
    RefusalCounts,
    steady_state,
)
from plants.cohorts import FIRST_EVALUATION_SEED, STRESSED_VOLUME, built_in_variation
from plants.cohorts.draws import TRUNCATION, bounded_scores, draw_arteries, draw_recovery


@pytest.fixture
def no_gate(monkeypatch):
    """Draws that nobody judges: quick, and scattered as they were drawn."""
    monkeypatch.setattr(Population, "_judged", lambda self, patient, leak: ({}, ()))


@pytest.fixture(scope="module")
def drawn():
    """Forty patients in shock, and what was refused."""
    return Population("shock-d").sample(40)


@pytest.mark.parametrize("profile", Patient.names())
def test_every_profile_has_bands_of_its_own_that_hold_its_patients(profile):
    population = Population(profile)
    assert profile in population.variation.phenotypes
    patients, counts = population.sample(4)
    assert counts.patients == 4
    leaking = [member for member in patients if "mitral_tethering" in member.slow]
    for member in patients:
        metrics = steady_state(Plant(member.patient)).metrics
        # A functional leak belongs to the beat that was judged; this one is without.
        slack = 1.03 if member in leaking else 1.0
        for name, (low, high) in population.kind.bands.items():
            assert low / slack <= metrics[name] <= high * slack


def test_a_patient_depends_on_the_seed_alone(drawn):
    patients, _ = drawn
    again = Population("shock-d")
    for seed in (23, 5, 39):
        assert again.draw(seed) == patients[seed]
    assert len({member.patient["lv_ees"] for member in patients}) == len(patients)


def test_no_global_generator_is_touched():
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    Population("shock-c").draw(1)
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_the_draws_follow_spread_correlation_and_bound():
    """Before the gate, which bends them."""
    variation = built_in_variation()
    random = np.random.default_rng(0)
    factor = np.linalg.cholesky(variation.correlation)
    scores = np.array([bounded_scores(random, factor) for _ in range(4000)])
    assert np.abs(scores).max() <= TRUNCATION
    assert np.allclose(np.corrcoef(scores.T), variation.correlation, atol=0.06)
    assert np.allclose(scores.std(axis=0), 1.0, atol=0.1)


def test_patients_are_scattered_as_the_file_says(no_gate):
    profile = Patient.load("healthy")
    population = Population(profile)
    patients = [population.draw(seed).patient for seed in range(300)]
    v = population.variation
    unstressed = sum(x for name, x in profile.values.items() if name.startswith("vu_"))
    for name, spread in zip(v.names, v.spread, strict=True):
        if name == STRESSED_VOLUME:
            own = profile["blood_volume"] - unstressed
            values = [parameters["blood_volume"] - unstressed for parameters in patients]
        else:
            own, values = profile[name], [parameters[name] for parameters in patients]
        logs = np.log(np.array(values) / own)
        assert abs(logs.mean()) < 0.2 * spread
        assert 0.85 * spread < logs.std() < 1.1 * spread
        assert np.abs(logs).max() <= TRUNCATION * spread + 1e-9
    same = set(PATIENT_PARAMETERS) - set(v.names) - {"blood_volume"}
    assert all(parameters[name] == profile[name] for parameters in patients for name in same)


def test_weak_hearts_have_tight_vessels(no_gate):
    population = Population("healthy")
    patients = [population.draw(seed).patient for seed in range(400)]
    logs = np.log([[parameters["lv_ees"], parameters["r_systemic"]] for parameters in patients])
    assert np.corrcoef(logs.T)[0, 1] == pytest.approx(-0.4, abs=0.13)


def test_no_spread_is_the_profile_with_a_patients_own_history():
    member = Population("shock-c", spread=0.0).draw(3)
    assert member.patient.values == Patient.load("shock-c").values
    assert (
        member.slow["recovery_time"]
        != Population("shock-c", spread=0.0).draw(4).slow["recovery_time"]
    )


def test_more_spread_more_refusals():
    _, narrow = Population("shock-d", spread=0.5).sample(8)
    _, wide = Population("shock-d", spread=2.0).sample(8)
    assert narrow.refused < wide.refused
    assert wide.draws == wide.patients + wide.refused


def test_refusals_are_counted_by_reason(drawn):
    _, counts = drawn
    assert counts.patients == 40
    assert counts.refused > 0
    assert sum(counts.reasons.values()) >= counts.refused
    for reason in counts.reasons:
        assert reason.split(" below ")[0].split(" above ")[0] in {
            *Population("shock-d").kind.bands,
            "no periodic beat",
            "a parameter out of its range",
        }
    assert list(counts.reasons.values()) == sorted(counts.reasons.values(), reverse=True)


def test_counts_add_up():
    both = RefusalCounts(2, 5, {"a": 1, "b": 2}) + RefusalCounts(1, 1, {"b": 1})
    assert (both.patients, both.draws, both.refused) == (3, 6, 3)
    assert both.reasons == {"b": 3, "a": 1}


def test_a_profile_without_plausible_patients_is_refused_with_the_reasons():
    empty = Patient.load("shock-e").replace("shock-d", lv_ees=0.06)
    with pytest.raises(InputError, match=r"6 draws.*ejection_fraction below 0.1: \d"):
        Population(empty, attempts=6).draw(0)


def test_seeds_for_evaluation_are_not_drawn_by_accident():
    population = Population("shock-d")
    with pytest.raises(InputError, match="evaluation"):
        population.draw(FIRST_EVALUATION_SEED)
    with pytest.raises(InputError, match="evaluation"):
        population.sample(3, FIRST_EVALUATION_SEED - 1)
    held_out = Population("shock-d", evaluation=True).draw(FIRST_EVALUATION_SEED)
    assert held_out.seed == FIRST_EVALUATION_SEED


@pytest.mark.parametrize("seed", [-1, 1.5, True, None, "7"])
def test_a_seed_that_is_no_count_is_refused(seed):
    with pytest.raises(InputError, match="seed"):
        Population("shock-d").draw(seed)


@pytest.mark.parametrize(
    "arguments", [{"spread": -0.1}, {"spread": float("nan")}, {"spread": 4.0}, {"attempts": 0}]
)
def test_numbers_out_of_range_are_refused(arguments):
    with pytest.raises(InputError, match=next(iter(arguments))):
        Population("shock-d", **arguments)


def test_a_count_of_nobody_is_refused():
    with pytest.raises(InputError, match="count"):
        Population("shock-d").sample(0)


def test_responders_come_in_the_shares_of_the_prior():
    v = built_in_variation()
    patient = Patient.load("shock-d")
    healthy = Patient.load("healthy")
    kinds, amounts = [], {"full": [], "partial": [], "none": []}
    for seed in range(3000):
        kind, slow = draw_recovery(np.random.default_rng(seed), v.recovery, patient)
        kinds.append(kind)
        amounts[kind].append(slow["recoverable"])
        assert 2.0 <= slow["recovery_time"] <= 7.0
        assert 0.0 <= slow["recovery_delay"] <= 2.0
    for kind, share in (("full", 0.25), ("partial", 0.35), ("none", 0.40)):
        # Four standard errors of a share.
        assert kinds.count(kind) / 3000 == pytest.approx(share, abs=4 * (0.25 / 3000) ** 0.5)
    gap = healthy["lv_ees"] / patient["lv_ees"] - 1
    assert max(amounts["none"]) == 0.0
    assert max(amounts["partial"]) < min(amounts["full"])
    assert max(amounts["full"]) <= gap


def test_only_patients_in_shock_are_stunned_and_on_drugs(drawn):
    patients, _ = drawn
    assert {member.responder for member in patients} == {"full", "partial", "none"}
    assert any(member.slow["inotrope_baseline"] > 0 for member in patients)
    assert any(member.slow["inotrope_baseline"] == 0 for member in patients)
    chronic = Population("hfref").draw(0)
    assert chronic.responder == "none"
    assert chronic.slow["recoverable"] == 0.0
    assert "inotrope_baseline" not in chronic.slow


def test_arteries_have_the_published_sizes():
    v = built_in_variation()
    drawn = [draw_arteries(np.random.default_rng(seed), v.anatomy) for seed in range(3000)]
    femoral = np.array([femoral for _, femoral, _ in drawn])
    axillary = np.array([axillary for *_, axillary in drawn])
    women = np.array([sex == "female" for sex, *_ in drawn])
    assert women.mean() == pytest.approx(0.27, abs=0.035)
    # Schnyder 2001: 6.9 +- 1.4 mm; Arnett 2018: 6.0 +- 1.1 mm; Tayal 2016: differ by 1.7 +- 1.7.
    assert femoral.mean() == pytest.approx(6.9, abs=0.1)
    assert femoral.std() == pytest.approx(1.4, abs=0.15)
    assert axillary.mean() == pytest.approx(6.0, abs=0.1)
    assert (femoral - axillary).std() == pytest.approx(1.7, abs=0.25)
    assert femoral[women].mean() < femoral[~women].mean()
    assert femoral.min() > 2.0


def test_drawn_parameterssay_that_they_were_drawn():
    patient = Population("shock-d").draw(0).patient
    assert patient.entries["lv_ees"].tag == "X"
    assert patient.entries["lv_v0"] == Patient.load("shock-d").entries["lv_v0"]


def test_a_profile_that_the_file_does_not_name_is_judged_by_the_default():
    own = Patient.load("shock-d").replace("mine")
    assert Population(own).kind is built_in_variation().phenotypes["default"]

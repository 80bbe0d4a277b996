"""Where a valve is put that hides its leak."""

from __future__ import annotations

import math

import pytest

from plants import InputError, Patient, Pump, VirtualPatient
from plants.bedside import masked_regurgitation
from plants.bedside.masked_regurgitation import DIES_BEFORE, masked_regurgitation_parameters
from plants.cohorts import PatientRefused
from plants.slow.laws import mitral

CP = Pump.load("CP")
LEAK = 2.4
#: mL that the ventricle is larger at P-2, and by a leak of 1 mL/s/mmHg.
GROWTH = 1.0


def patient(**slow: float) -> VirtualPatient:
    return VirtualPatient(Patient.load("shock-d"), "shock-d", 0, "male", 7.0, 6.0, "full", slow)


class Heart:
    """A ventricle of a given size that is larger at P-2 and by a leak of its own.

    It takes the place of the courses, which take minutes; the patient dies in so many of the first
    ones with a leak of his own.
    """

    def __init__(self, lvedv=180.0, lvedp=15.0, low=GROWTH, by_leak=GROWTH, deaths=0.0):
        self.lvedv, self.lvedp, self.low, self.by_leak = lvedv, lvedp, low, by_leak
        self.deaths = deaths
        self.closing: list[float] = []

    def courses(self, patient, pump, *stays, events=None):
        p = patient.slow_parameters()  # Refuses what is out of range.
        law = mitral.Parameters(
            **{name: value for name, value in p.values.items() if name.startswith("mitral_")}
        )
        self.closing.append(law.mitral_competent_volume)
        if events is None and self.deaths > 0:
            self.deaths -= 1
            return None
        truths, leak = [], 0.0
        for k, (level, _) in enumerate(stays):
            lvedv = self.lvedv + (self.low if level == "P-2" else 0.0)
            for _ in range(60):
                size = lvedv + self.by_leak * leak
                leak = float(mitral.leak_target(size, self.lvedp, law))
            if events is not None and k == len(stays) - 1:
                leak, size = LEAK, lvedv + self.by_leak * LEAK
            truths.append(
                {
                    "lvedv": size,
                    "lvedp": self.lvedp,
                    "functional_leak": leak,
                    "mitral_regurgitant_fraction": leak / (leak + 2.0),
                }
            )
        return truths


def parameters_of(heart: Heart, monkeypatch, **slow: float) -> dict[str, float]:
    monkeypatch.setattr(masked_regurgitation, "_courses", heart.courses)
    return masked_regurgitation_parameters(patient(**slow), LEAK, CP, 10.0)


def test_a_leak_that_changes_is_hidden_and_shows(monkeypatch):
    heart = Heart(low=40.0, by_leak=4.0)
    own = parameters_of(heart, monkeypatch)
    before, shown, after = heart.courses(patient(**own), CP, ("P-8", 1), ("P-2", 1), ("P-8", 1))
    assert shown["functional_leak"] == pytest.approx(LEAK, rel=0.1)
    assert max(before["functional_leak"], after["functional_leak"]) < 0.2


@pytest.mark.parametrize(
    "heart",
    [
        Heart(by_leak=0.1),  # Hardly larger at P-2: the steepest valve there is.
        Heart(lvedp=-6.0, low=40.0),  # Emptied by the pump.
        Heart(lvedv=30.0, lvedp=2.0),
        Heart(lvedv=700.0, lvedp=90.0, low=40.0),
    ],
)
def test_what_is_searched_stays_in_the_declared_ranges(heart, monkeypatch):
    """A patient who lives is not told to die because a parameter left its range."""
    own = parameters_of(heart, monkeypatch)
    p = patient(**own).slow_parameters()
    assert p["mitral_tethering"] > 0.0
    assert len(heart.closing) > 1


def test_a_parameter_out_of_range_is_no_death():
    """The courses are the bedside's own here; they begin with a check."""
    with pytest.raises(InputError, match="mitral_time") as told:
        masked_regurgitation_parameters(patient(mitral_time=-1.0), LEAK, CP, 10.0)
    assert not isinstance(told.value, PatientRefused)


def test_who_dies_of_the_leak_gets_a_valve_that_closes_longer(monkeypatch):
    heart = Heart(low=40.0, by_leak=4.0, deaths=1)
    own = parameters_of(heart, monkeypatch)
    tried = heart.closing[1:]  # The first course is without a leak of its own.
    assert tried[1] > tried[0]
    assert own["mitral_competent_volume"] in tried[1:]


@pytest.mark.parametrize("courses", [Heart(deaths=math.inf).courses, lambda *_, **__: None])
def test_who_dies_of_any_leak_or_without_one_is_refused(courses, monkeypatch):
    monkeypatch.setattr(masked_regurgitation, "_courses", courses)
    with pytest.raises(PatientRefused, match="lives long enough") as told:
        masked_regurgitation_parameters(patient(), LEAK, CP, 10.0)
    assert told.value.kind == DIES_BEFORE

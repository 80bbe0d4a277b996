"""How patients, pumps, plants and others show themselves: short, on one line, and escaped."""

import pytest

from controllers.lqg.linearisation import linearise
from plants import Patient, Plant, Pump, Scenario, Simulator, Therapy

PLANT = Plant("shock-d", "CP")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Patient.load("shock-d"), ("Patient", "'shock-d'", "targets=")),
        (lambda: Pump.load("CP"), ("Pump", "'CP'", "P-0 to P-9", "46000")),
        (lambda: Scenario.load("hemorrhage"), ("Scenario", "'hemorrhage'", "volume")),
        (lambda: Therapy.default(), ("Therapy", "map", "'P-6'")),
        (lambda: PLANT, ("Plant", "'shock-d'", "'CP'")),
        (lambda: Simulator(PLANT), ("Simulator", "'shock-d'", "scenario='none'", "time=0")),
        (lambda: linearise(PLANT, 44_000.0), ("LinearBeat", "speed=44000", "period=0.571")),
    ],
)
def test_what_is_shown_is_one_short_line(make, words):
    shown = repr(make())
    assert str(make()) == shown
    assert "\n" not in shown
    assert len(shown) < 200
    for word in words:
        assert word in shown


def test_a_notebook_shows_a_table_that_nothing_escapes_from():
    patient = Patient.load("shock-d").changed(
        name="<script>alert(1)</script>", description="a\n" * 500
    )
    shown = patient._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert shown.count("<tr>") == 4
    assert len(shown) < 600
    assert "\n" not in repr(patient)

"""Cumulative incidence against the estimate written out, for times that are tied."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from experiments.statistics import cumulative_incidence
from plants import InputError


def written_out(events, hours, event):
    """Aalen and Johansen 1978: survival just before, times the share of those at risk."""
    when = np.asarray(hours, float)
    times, incidence, survival = [0.0], [0.0], 1.0
    for time in np.unique(when[np.array([name != "" for name in events])]):
        at_risk = (when >= time).sum()
        here = [name for name, hour in zip(events, when, strict=True) if name and hour == time]
        times.append(float(time))
        incidence.append(incidence[-1] + survival * here.count(event) / at_risk)
        survival *= 1.0 - len(here) / at_risk
    return times, incidence


patients = st.lists(
    st.tuples(st.sampled_from(["", "a", "b", "c"]), st.integers(0, 8)), min_size=1, max_size=40
)


@settings(max_examples=40)
@given(patients)
def test_tied_times_give_the_estimate_exactly(rows):
    events, hours = zip(*rows, strict=True)
    for event in ("a", "b", "of nobody"):
        times, incidence = cumulative_incidence(events, hours, event)
        expected_times, expected = written_out(events, hours, event)
        assert times.tolist() == expected_times
        assert incidence == pytest.approx(expected, abs=1e-12)


def test_after_a_competing_event_a_patient_is_at_risk_no_longer():
    # Censored instead, patient 1 would count as one who may still have the event: 0.5 and 1.
    times, incidence = cumulative_incidence(["other", "event", "event"], [1.0, 2.0, 3.0], "event")
    assert times.tolist() == [0.0, 1.0, 2.0, 3.0]
    assert incidence == pytest.approx([0.0, 0.0, 1 / 3, 2 / 3])


def test_a_patient_censored_at_the_time_of_an_event_is_still_at_risk():
    _, incidence = cumulative_incidence(["", "a", "b"], [2.0, 2.0, 3.0], "a")
    assert incidence.tolist() == pytest.approx([0.0, 1 / 3, 1 / 3])


def test_without_the_library_the_message_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "lifelines", None)
    with pytest.raises(InputError, match=r"impellab\[statistics\]"):
        cumulative_incidence(["a"], [1.0], "a")

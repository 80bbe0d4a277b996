"""What a tracker is asked, and with which doses."""

from __future__ import annotations

import pytest

from controllers.tracking.briefing import checked_doses
from controllers.weaning.evidence import Forecasts
from plants import SLOW_INPUTS, Measurement


@pytest.mark.parametrize("drug", ["inotrope", "vasopressor"])
def test_a_measured_dose_is_held_within_what_the_tracker_takes(drug):
    forecasts, most = Forecasts(None), SLOW_INPUTS[drug].high
    for shown, taken in ((0.5 * most, 0.5 * most), (1.5 * most, most), (-1.0, 0.0)):
        forecasts.update(Measurement(0.0, "icu", {f"{drug}_effect": shown}), "P-8", 0.0)
        assert forecasts.doses[drug] == taken
        assert checked_doses(forecasts.doses) == forecasts.doses

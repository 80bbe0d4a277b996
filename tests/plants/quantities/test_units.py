"""Conversions against their definitions and published values, not against themselves."""

import math

import pytest

from plants.quantities import CPO_DIVISOR, J_PER_MMHG_ML, KRPM_PER_RPM, L_MIN_PER_ML_S, PA_PER_MMHG


def test_published_conversions():
    # Fincke et al. 2004: MAP 80 mmHg at 5 L/min is 0.887 W; the patients who died had about 0.53 W.
    assert pytest.approx(0.887, abs=5e-4) == 80 * 5 / CPO_DIVISOR
    assert pytest.approx(0.532, abs=5e-4) == 60 * 4 / CPO_DIVISOR


def test_clinical_divisor_is_that_of_the_units():
    # 1 mmHg * 1 L/min in W, from the definitions: 451 is its inverse, rounded.
    watt = PA_PER_MMHG * 1e-3 / 60
    assert 1 / watt == pytest.approx(CPO_DIVISOR, rel=3e-3)


def test_definitions():
    # A column of mercury of 1 mm: density 13,595.1 kg/m3, standard gravity 9.80665 m/s2.
    assert pytest.approx(13_595.1 * 9.80665 * 1e-3, rel=1e-5) == PA_PER_MMHG
    assert pytest.approx(PA_PER_MMHG * 1e-6) == J_PER_MMHG_ML
    assert math.isclose(1000 / 60 * L_MIN_PER_ML_S, 1.0)
    assert math.isclose(46_000 * KRPM_PER_RPM, 46.0)

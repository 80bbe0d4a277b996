"""What a simulated plant must not leave: told of one, and of all lanes of a batch."""

import numpy as np
import pytest

from plants.plant import ACCUMULATOR, STATES
from plants.quantities import WAVEFORMS, FailureKind, PhysicsError
from plants.simulation import check_finite, in_physical_range, physical_range_breach

LEAST_LV_VOLUME = len(STATES) + ACCUMULATOR.index["min_lv_volume"]
LEFT, NOT_FINITE = FailureKind.OUT_OF_PHYSICAL_RANGE, FailureKind.NOT_FINITE
AORTA = WAVEFORMS.index("aortic_pressure")


def plant_within():
    return np.full(len(STATES) + len(ACCUMULATOR), 50.0), np.full(len(WAVEFORMS), 40.0)


@pytest.mark.parametrize(
    ("place", "entry", "value", "text", "kind"),
    [
        (0, STATES.index["aorta_volume"], -1.0, "aorta_volume is -1 mL, below 0", LEFT),
        (0, LEAST_LV_VOLUME, -2.0, "lv_volume is -2 mL, below 0", LEFT),
        (0, STATES.index["septum"], np.nan, "the state is no longer finite", NOT_FINITE),
        (1, AORTA, 401.0, "aortic_pressure is 401 mmHg, outside -50 to 400", LEFT),
    ],
)
def test_one_plant_and_a_batch_are_judged_alike(place, entry, value, text, kind):
    plant = plant_within()
    plant[place][entry] = value
    breach = physical_range_breach(*plant, "bed 1")
    assert (str(breach), breach.kind) == (f"bed 1: {text}", kind)
    assert in_range_of_a_batch(plant) == [False, True]


@pytest.mark.parametrize(("place", "entry", "value"), [(0, 0, 50.0), (1, AORTA, 400.0)])
def test_a_plant_within_the_range_breaches_nothing(place, entry, value):
    plant = plant_within()
    plant[place][entry] = value
    assert physical_range_breach(*plant, "bed 1") is None
    assert in_range_of_a_batch(plant) == [True, True]


def in_range_of_a_batch(plant):
    """Whether the plant and one within the range are, as lanes of a batch."""
    beside = [np.stack(pair, axis=1)[None] for pair in zip(plant, plant_within(), strict=True)]
    (lanes,) = in_physical_range(*beside).tolist()
    return lanes


def test_a_metric_that_is_no_number_is_named():
    check_finite({"map": 70.0}, "bed 1")
    with pytest.raises(PhysicsError, match=r"bed 1: cvp is no longer finite") as error:
        check_finite({"map": 70.0, "cvp": np.inf}, "bed 1")
    assert error.value.kind is NOT_FINITE

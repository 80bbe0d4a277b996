"""What a simulated plant must not leave: told of one, and of all lanes of a batch."""

import numpy as np
import pytest

from plants.plant import ACCUMULATOR, STATES
from plants.quantities import WAVEFORMS, PhysicsError
from plants.simulation import check_finite, in_physical_range, physical_range_breach

LEAST_LV_VOLUME = len(STATES) + ACCUMULATOR.index["min_lv_volume"]
AORTA = WAVEFORMS.index("aortic_pressure")


def plant_within():
    return np.full(len(STATES) + len(ACCUMULATOR), 50.0), np.full(len(WAVEFORMS), 40.0)


@pytest.mark.parametrize(
    ("place", "entry", "value", "breach"),
    [
        (0, 0, 50.0, ""),
        (0, STATES.index["aorta_volume"], -1.0, "aorta_volume is -1 mL, below 0"),
        (0, LEAST_LV_VOLUME, -2.0, "lv_volume is -2 mL, below 0"),
        (0, STATES.index["septum"], np.nan, "the state is no longer finite"),
        (1, AORTA, 401.0, "aortic_pressure is 401 mmHg, outside -50 to 400"),
        (1, AORTA, 400.0, ""),
    ],
)
def test_one_plant_and_a_batch_are_judged_alike(place, entry, value, breach):
    plant = plant_within()
    plant[place][entry] = value
    assert physical_range_breach(*plant) == breach
    beside = [np.stack(pair, axis=1)[None] for pair in zip(plant, plant_within(), strict=True)]
    assert in_physical_range(*beside).tolist() == [[breach == "", True]]


def test_a_metric_that_is_no_number_is_named():
    check_finite({"map": 70.0}, "bed 1")
    with pytest.raises(PhysicsError, match=r"bed 1: cvp is no longer finite"):
        check_finite({"map": 70.0, "cvp": np.inf}, "bed 1")

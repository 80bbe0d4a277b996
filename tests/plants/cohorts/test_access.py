"""Access: sizes, which device goes where, and anatomies that are impossible."""

from __future__ import annotations

import math

import numpy as np
import pytest

from plants import (
    ROUTES,
    InputError,
    Pump,
    access_route,
    access_routes,
    check_anatomy,
    french_to_mm,
    sheath_artery_ratio,
    sheath_outer_diameter,
)
from plants.cohorts import access_numbers

# The ways of the reference's table of devices.
ALLOWED = {
    "2.5": ["femoral percutaneous"],
    "CP": ["femoral percutaneous"],
    "5.0": ["axillary transpectoral", "axillary infrapectoral", "femoral cut-down"],
    "LD": ["direct aortic"],
    "5.5": ["axillary transpectoral", "axillary infrapectoral", "direct aortic"],
    "RP": ["femoral vein"],
}


def test_three_french_are_a_millimetre():
    assert [french_to_mm(size) for size in (0, 3, 14, 21)] == pytest.approx([0, 1, 14 / 3, 7])
    for bad in (-1, math.nan, 100, "14", True):
        with pytest.raises(InputError, match="french"):
            french_to_mm(bad)


@pytest.mark.parametrize("device", Pump.names())
def test_routes_of_every_device(device):
    assert [route.name for route in access_routes(Pump.load(device))] == ALLOWED[device]


@pytest.mark.parametrize("device", Pump.names())
@pytest.mark.parametrize("name", ROUTES)
def test_a_device_goes_only_where_it_may(device, name):
    pump = Pump.load(device)
    if name in ALLOWED[device]:
        assert access_route(pump, name) is ROUTES[name]
        assert access_route(pump, ROUTES[name]) is ROUTES[name]
    else:
        with pytest.raises(InputError, match=ALLOWED[device][0]):
            access_route(pump, name)


def test_an_access_that_does_not_exist_is_refused():
    pump = Pump.load("CP").changed(access=("radial",))
    with pytest.raises(InputError, match=r"radial.*femoral percutaneous"):
        access_routes(pump)


def test_a_sheath_is_wider_outside_than_its_size_says():
    for name, french in (("2.5", 13), ("CP", 14), ("RP", 23)):
        outer = sheath_outer_diameter(Pump.load(name))
        assert french / 3 < outer < french / 3 + 1.5
    with pytest.raises(InputError, match="sheath_french"):
        sheath_outer_diameter(Pump.load("5.0"))


def test_a_21_french_pump_does_not_pass_a_5_mm_femoral_artery():
    with pytest.raises(InputError) as caught:
        check_anatomy(Pump.load("5.0"), "femoral cut-down", 5.0)
    for part in ("5.0", "5.6 mm", "femoral artery", "7.0 mm wide", "smaller device"):
        assert part in str(caught.value)


def test_a_small_femoral_artery_takes_the_smaller_device_only():
    with pytest.raises(InputError, match=r"sheath of the CP"):
        check_anatomy(Pump.load("CP"), "femoral percutaneous", 4.1)
    check_anatomy(Pump.load("2.5"), "femoral percutaneous", 4.1)


def test_the_ratio_that_predicts_ischemia():
    cp = Pump.load("CP")
    outer = sheath_outer_diameter(cp)
    below = check_anatomy(cp, "femoral percutaneous", outer / 1.04)
    above = check_anatomy(cp, "femoral percutaneous", outer / 1.06)
    assert (below.limb_at_risk, above.limb_at_risk) == (False, True)
    assert above.sheath_artery_ratio == pytest.approx(1.06)
    assert above.ratio == above.sheath_artery_ratio


@pytest.mark.parametrize("device", ["5.0", "5.5", "LD"])
def test_a_graft_leaves_nothing_in_an_artery(device):
    pump = Pump.load(device)
    for route in access_routes(pump):
        anatomy = check_anatomy(pump, route, 7.0)
        assert (anatomy.sheath_artery_ratio, anatomy.limb_at_risk) == (0.0, False)
        assert anatomy.widest == pytest.approx(7.0)
        assert sheath_artery_ratio(pump, route, 7.0) == 0.0
    # A known sheath of a surgical device does not pass the vessel either.
    assert Pump.load("5.5").rating("sheath_french") == 23


def test_a_vein_gives_way_further_and_feeds_no_leg():
    rp = Pump.load("RP")
    anatomy = check_anatomy(rp, "femoral vein", 6.5)
    assert anatomy.ratio > access_numbers()["largest_sheath_ratio"].value
    assert anatomy.sheath_artery_ratio == 0.0
    with pytest.raises(InputError, match="femoral vein"):
        check_anatomy(rp, "femoral vein", 5.0)


@pytest.mark.parametrize("device", Pump.names())
def test_what_fits_a_vessel_fits_every_wider_one(device):
    pump = Pump.load(device)
    for route in access_routes(pump):
        fits = []
        for diameter in np.linspace(3.0, 12.0, 91):
            try:
                check_anatomy(pump, route, diameter)
                fits.append(True)
            except InputError:
                fits.append(False)
        assert fits == sorted(fits)
        assert True in fits
        assert False in fits


@pytest.mark.parametrize("diameter", [0.0, -5.0, math.nan, math.inf, "wide", None])
def test_refused_diameter(diameter):
    with pytest.raises(InputError, match="artery_diameter_mm"):
        check_anatomy(Pump.load("CP"), "femoral percutaneous", diameter)


def test_every_number_has_unit_source_and_tag():
    for quantity in access_numbers().values():
        assert quantity.source
        assert quantity.source.startswith("guess") == quantity.tag.startswith("X")

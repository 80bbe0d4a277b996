"""Devices: the published tables, the head-flow law, and that every refusal says what is wrong."""

from __future__ import annotations

import copy
import math
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.optimize import brentq

from plants import DEVICE_PARAMETERS, DEVICE_RATINGS, Boost, InputError, Pump
from plants.pumps import DeviceParameters, pump as pump_module
from plants.pumps.head_flow import head_flow_law

LEFT = ("2.5", "5.0", "5.5", "CP", "LD")
DEVICES = (*LEFT, "RP")
FOLDER = Path(pump_module.__file__).parents[1] / "data" / "devices"

# By how much (L/min) a flow may leave its displayed range: half a tenth is not shown. No law of
# this form keeps the 5.5's nearer than 0.07 at the speeds assumed for its levels.
LEFT_BY = {"5.5": 0.071}


@pytest.fixture(scope="module", params=DEVICES)
def pump(request) -> Pump:
    return Pump.load(request.param)


@pytest.fixture(scope="module")
def cp() -> Pump:
    return Pump.load("CP")


@pytest.fixture
def write(tmp_path):
    """Write a device's file with the first match of a pattern replaced; give back the path."""

    def write_(pattern: str, new: str, device: str = "CP") -> Path:
        text, count = re.subn(
            pattern, new, (FOLDER / f"{device}.toml").read_text(encoding="utf-8"), count=1
        )
        assert count == 1, f"{pattern!r} must match"
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_


def refusal(source: object) -> InputError:
    with pytest.raises(InputError) as caught:
        Pump.load(source)
    return caught.value


def says(error: InputError, *parts: object) -> None:
    for part in parts:
        assert str(part) in str(error)


# --- presets -----------------------------------------------------------------------------------


def test_devices_come_with_the_package():
    assert set(DEVICES) <= set(Pump.names())


def test_every_value_has_unit_source_and_tag(pump):
    right = pump.name == "RP"
    assert pump.side == ("right" if right else "left")
    route = "right atrium/IVC to pulmonary artery" if right else "LV to ascending aorta"
    assert pump.route == route
    assert pump.access
    assert pump.pressure_sensor
    assert pump.description
    assert list(pump.values) == list(DEVICE_PARAMETERS)
    for declared, entries in ((DEVICE_PARAMETERS, pump.entries), (DEVICE_RATINGS, pump.ratings)):
        for key, quantity in entries.items():
            assert quantity.unit == declared[key].unit
            # A guess admits it, and only a guess does.
            assert quantity.source.startswith("guess") == quantity.tag.startswith("X"), key
    for level in pump.levels:
        assert level.source.startswith("guess") == (level.tag == "X")


def test_levels_run_from_stopped_to_the_highest_speed(pump):
    numbers = [0, *range(2 if pump.name == "RP" else 1, 10)]  # the RP has no P-1
    assert [level.name for level in pump.levels] == [f"P-{number}" for number in numbers]
    assert pump.levels[0].rpm == 0
    assert pump.levels[-1].rpm == pump.max_rpm == pump.values["max_speed"]


def test_published_facts():
    assert [Pump.load(name).max_rpm for name in LEFT] == [51000, 33000, 33000, 46000, 33000]
    cp = Pump.load("CP")
    assert [level.rpm for level in cp.levels[1:]] == [
        23000,
        31000,
        33000,
        35000,
        37000,
        39000,
        42000,
        44000,
        46000,
    ]
    assert (cp.level("P-9").flow_low, cp.level("P-9").flow_high) == (3.3, 3.7)
    assert cp.rating("pump_french") == 14
    assert cp.rating("catheter_french") == 9
    assert cp.rating("peak_flow") == 4.3
    assert cp.rating("label_shock") == 4
    assert cp.rating("label_high_risk_pci") == 6
    assert Pump.load("2.5").boost == Boost("P-9", 300.0)
    assert cp.boost is None
    assert Pump.load("5.5").rating("label_shock") == 14
    rp = Pump.load("RP")
    assert (rp.max_rpm, rp.rating("max_mean_flow"), rp.rating("label_shock")) == (33000, 4.0, 14)
    sizes = ("pump_french", "catheter_french", "sheath_french")
    assert [rp.rating(name) for name in sizes] == [22, 11, 23]
    assert rp.access == ("femoral vein",)
    assert (rp.level("P-9").flow_low, rp.level("P-9").flow_high) == (3.9, 4.4)
    with pytest.raises(InputError, match="P-0, P-2"):
        rp.level("P-1")


def test_what_is_not_known_is_left_out():
    assert Pump.load("5.0").rating("sheath_french") is None
    assert Pump.load("2.5").rating("peak_flow") is None
    level = Pump.load("RP").level("P-4")
    assert (level.flow_low, level.flow_high) == (None, None)
    assert Pump.load("CP").level_heads is None


def test_the_table_of_the_5_5():
    """Read at 30 to 60 mmHg; speeds of P-3 to P-8 are fitted to the table."""
    pump = Pump.load("5.5")
    assert pump.heads == pump.level_heads == (30.0, 60.0)
    ranges = [(level.flow_low, level.flow_high) for level in pump.levels]
    assert ranges == [
        *((0.0, 0.0), (0.0, 0.0), (0.0, 1.9), (1.1, 2.7), (1.9, 3.3), (2.8, 3.7)),
        *((3.4, 4.1), (3.9, 4.5), (4.3, 4.9), (5.0, 5.5)),
    ]
    for level, of_the_5_0 in zip(pump.levels, Pump.load("5.0").levels, strict=True):
        assert level.rpm == pytest.approx(of_the_5_0.rpm, rel=0.02)
    guessed = [level.name for level in pump.levels if "X (rpm)" in level.tag]
    assert guessed == ["P-1"]
    # No mean flow at P-1 at these heads.
    assert float(pump.flow_at(pump.speed("P-1"), 30.0)) < 0
    assert float(pump.flow_at(pump.speed("P-2"), 30.0)) == pytest.approx(1.9, abs=0.1)


def test_a_variant_is_the_device_with_another_reading_of_its_displayed_flows(cp):
    variant = cp.variant("30-60 mmHg")
    assert (cp.heads, variant.heads) == ((60.0, 100.0), (30.0, 60.0))
    assert variant.levels == cp.levels
    assert variant.entries["head_a"].tag == "D"
    assert variant.values | {"head_a": cp["head_a"], "head_c": cp["head_c"]} == dict(cp.values)
    # Less flow at the same head, because the ranges are read at a lower one.
    assert float(variant.flow_at(46_000, 60.0)) < float(cp.flow_at(46_000, 60.0)) - 0.3
    with pytest.raises(InputError, match="30-60 mmHg"):
        cp.variant("30-60")


def test_placement_signal_follows_the_sensor():
    for name in DEVICES:
        pump = Pump.load(name)
        differential = "differential" in pump.pressure_sensor
        assert pump["placement_differential"] == float(differential), name


def test_friction_is_the_same_torque_at_every_highest_speed(pump):
    torque = pump["friction_torque"] * (pump.max_rpm / 1000) ** 2
    assert torque == pytest.approx(0.15, rel=1e-3)


def test_spread_of_the_fit():
    cp = Pump.load("CP").head_flow_uncertainty
    assert [row.head_a for row in cp] == [0.0994, 0.1152, 0.1625, 0.13097]
    assert [row.head_c for row in cp] == [-11.02, -13.52, -21.05, -16.03]
    spread = Pump.load("2.5").head_flow_uncertainty
    assert [row.head_b for row in spread] == [-1.8416, -1.4284, -0.95603]
    assert all(row.tag == "D" and row.source for row in cp)
    assert [row.reference for row in cp] == [False, False, False, True]
    for name in ("5.0", "LD"):
        *wide, row = Pump.load(name).head_flow_uncertainty
        assert (row.head_a, row.head_c, row.reference) == (0.3322, -12.07, True)
        assert [other.tag for other in wide] == ["D", "X"]
    (row,) = Pump.load("5.5").head_flow_uncertainty
    assert (row.head_a, row.head_c, row.reference) == (0.3322, -9.977, True)
    assert Pump.load("RP").head_flow_uncertainty == ()


# --- head-flow law -----------------------------------------------------------------------------


def shown(pump: Pump, speed: float, head: float) -> float:
    """What the console shows of a steady flow, before it rounds: no flow below zero."""
    return max(float(pump.flow_at(speed, head)), 0.0)


@pytest.mark.parametrize("device", DEVICES)
def test_the_flow_of_every_level_lies_in_its_displayed_range(device):
    pump = Pump.load(device)
    for level in pump.levels[1:]:
        for head in (pump.heads[0], sum(pump.heads) / 2, pump.heads[1]):
            flow = shown(pump, level.rpm, head)
            if level.flow_low is not None:
                assert flow >= level.flow_low - LEFT_BY.get(device, 0.05), (level.name, head)
            if level.flow_high is not None:
                assert flow <= level.flow_high + LEFT_BY.get(device, 0.05), (level.name, head)


@pytest.mark.parametrize("device", LEFT)
def test_the_highest_level_does_not_pass_the_highest_mean_flow(device):
    pump = Pump.load(device)
    assert shown(pump, pump.max_rpm, 60.0) <= pump.rating("max_mean_flow") + 1e-3


def test_the_one_published_row_of_the_rp():
    rp = Pump.load("RP")
    assert float(rp.flow_at(33000, 20.0)) == pytest.approx(4.4, abs=0.01)
    assert float(rp.flow_at(33000, 60.0)) == pytest.approx(3.9, abs=0.01)


@pytest.mark.parametrize("device", ["2.5", "CP"])
def test_slowest_level_gives_forward_flow_at_60_mmhg(device):
    pump = Pump.load(device)
    level = pump.level("P-1")
    assert 0 < float(pump.flow_at(level.rpm, 60.0)) <= level.flow_high + 0.05


@pytest.mark.parametrize("device", ["5.0", "LD"])
def test_slowest_level_of_the_5_0_leaks_at_60_mmhg(device):
    # 10 krpm raise 36 mmHg by the fit alone: no shut-off limit could make this flow forward.
    pump = Pump.load(device)
    assert pump["head_a"] * 10**2 < 60
    assert float(pump.flow_at(pump.speed("P-1"), 60.0)) < 0
    assert float(pump.flow_at(pump.speed("P-2"), 60.0)) > 0


@pytest.mark.parametrize("device", DEVICES)
def test_an_outlet_in_the_valve_takes_about_three_quarters_of_the_flow(device):
    pump = Pump.load(device)
    head = 60.0 if pump.side == "left" else 30.0
    speed, free = pump.max_rpm, float(pump.flow_at(pump.max_rpm, head))
    left_over = brentq(
        lambda flow: (
            float(pump.head(speed, flow)) - head - pump["outlet_resistance"] * flow * 1000 / 60
        ),
        0.0,
        free,
    )
    assert 0.7 < 1 - left_over / free < 0.8


def test_a_position_that_is_wrong_is_further_out_than_the_windows_are_wide(pump):
    for name in ("position_deep", "position_shallow"):
        assert pump[name] > 4 * pump["position_width"]
    assert pump["position_hemolysis_factor"] == pytest.approx(18.7 / 2.78, abs=0.05)


def test_head_is_bounded_near_shut_off(pump):
    krpm = pump.max_rpm / 1000
    assert float(pump.head(pump.max_rpm, 0.0)) < pump["shutoff_limit"] * krpm**2
    assert float(pump.head(pump.max_rpm, 0.0)) < pump["head_a"] * krpm**2


def test_stopped_pump_lets_blood_leak_back(pump):
    leak = float(pump.flow_at(0.0, 60.0))
    assert leak == pytest.approx(-math.sqrt(60 / -pump["head_c"]), rel=1e-3)
    assert abs(float(pump.flow_at(0.0, 0.0))) < 0.02  # nothing drives it


def test_head_falls_with_flow_and_rises_with_speed(pump):
    flow = np.linspace(-6, 8, 400)
    speeds = np.linspace(0, pump.max_rpm, 20)
    head = pump.head(speeds[:, None], flow[None, :])
    assert np.all(np.diff(head, axis=1) < 0)
    # Up to the flow at which the 2.5's linear term takes back what more speed gives.
    static = pump.head(speeds, 0.0)
    assert np.all(np.diff(static) > 0)


def test_flow_falls_with_head(pump):
    speeds = np.linspace(0, pump.max_rpm, 12)
    flow = pump.flow_at(speeds[:, None], np.linspace(-50, 300, 80)[None, :])
    assert flow.shape == (12, 80)
    assert np.all(np.diff(flow, axis=1) < 0)


@given(share=st.floats(0, 1), head=st.floats(-200, 500), device=st.sampled_from(DEVICES))
@settings(max_examples=200, deadline=None)
def test_flow_at_inverts_head(share, head, device):
    pump = Pump.load(device)
    speed = share * pump.max_rpm
    flow = pump.flow_at(speed, head)
    assert float(pump.head(speed, flow)) == pytest.approx(head, abs=1e-6)


def test_the_plant_uses_the_same_law(pump):
    casadi = pytest.importorskip("casadi")
    speed, flow = casadi.SX.sym("w"), casadi.SX.sym("q")
    head = head_flow_law(speed, flow, DeviceParameters(**pump.values))
    law = casadi.Function("law", [speed, flow], [head])
    for krpm in np.linspace(0, pump.max_rpm / 1000, 7):
        for q in (-4.0, -1e-5, 0.0, 0.5, 3.0, 6.0):
            expected = float(pump.head(1000 * krpm, q))
            assert float(law(krpm, q)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("speed", [-1.0, 46001.0, math.nan, math.inf])
def test_law_refuses_speeds_the_device_cannot_have(cp, speed):
    for call in (cp.head, cp.flow_at):
        with pytest.raises(InputError, match="speed"):
            call(speed, 1.0)
        with pytest.raises(InputError, match="speed"):
            call([1000.0, speed], 1.0)


def test_law_refuses_what_is_no_number(cp):
    for bad in (math.nan, math.inf, "fast", None):
        with pytest.raises(InputError, match="flow"):
            cp.head(1000.0, bad)
        with pytest.raises(InputError, match="head"):
            cp.flow_at(1000.0, bad)


# --- levels ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["P-8", "P8", "p-8", "p8", "8", 8, " P-8 ", np.int64(8)])
def test_level_by_any_of_its_names(cp, name):
    assert cp.level(name).name == "P-8"
    assert cp.speed(name) == 44000.0


@pytest.mark.parametrize("name", ["P-10", "", "P", "P--8", "-8", -8, 8.0, 8.5, None, True, "P-8x"])
def test_unknown_level_lists_the_levels(cp, name):
    with pytest.raises(InputError) as caught:
        cp.level(name)
    says(caught.value, "level", repr(name), "P-0, P-1", "P-9")


def test_nearest_level(cp):
    assert cp.nearest_level(43500).name == "P-8"
    assert cp.nearest_level(43000).name == "P-7"  # as near to P-8: the slower
    assert cp.nearest_level(1e6).name == "P-9"
    assert cp.nearest_level(-5.0).name == "P-0"
    for level in cp.levels:
        assert cp.nearest_level(level.rpm) == level
    with pytest.raises(InputError):
        cp.nearest_level(math.nan)


# --- object ------------------------------------------------------------------------------------


def test_vector_is_in_declared_order_and_a_fresh_array(pump):
    vector = pump.vector()
    assert vector.tolist() == [pump[name] for name in DEVICE_PARAMETERS]
    vector[:] = 0
    assert pump.vector().tolist() == list(pump.values.values())


def test_pickle_and_copy_give_an_equal_pump(pump):
    for twin in (pickle.loads(pickle.dumps(pump)), copy.deepcopy(pump)):
        assert twin == pump
        assert hash(twin) == hash(pump)
        assert twin.path == pump.path


def test_frozen(cp):
    with pytest.raises(AttributeError):
        cp.name = "other"
    with pytest.raises(TypeError):
        cp.values["head_a"] = 1.0


def test_replace(cp):
    slow = cp.replace("slow", motor_time_constant=0.5, source="bench", tag="S")
    assert (slow.name, slow["motor_time_constant"]) == ("slow", 0.5)
    assert slow.entries["motor_time_constant"].source == "bench"
    assert cp["motor_time_constant"] == 0.15
    assert slow != cp
    assert slow.levels == cp.levels
    with pytest.raises(InputError, match=r"replaced.*head_c.*-500 to -0.1"):
        cp.replace(head_c=0.0)
    with pytest.raises(InputError, match=r"motor_lag.*motor_time_constant"):
        cp.replace(motor_lag=0.5)
    with pytest.raises(InputError, match="max_speed"):
        cp.replace(max_speed=20000)  # below the levels


@given(parameter=st.sampled_from(list(DEVICE_PARAMETERS.values())), value=st.floats())
@settings(max_examples=100, deadline=None)
def test_no_value_out_of_range_is_ever_taken(parameter, value):
    pump = Pump.load("CP")
    if parameter.low <= value <= parameter.high:
        return
    with pytest.raises(InputError) as caught:
        pump.replace(**{parameter.name: value})
    says(caught.value, parameter.name, f"{parameter.low:g} to {parameter.high:g}")


def test_unknown_parameter_and_rating(cp):
    with pytest.raises(InputError, match=r"head_d.*head_a"):
        cp["head_d"]
    with pytest.raises(InputError, match=r"size.*pump_french"):
        cp.rating("size")


# --- files -------------------------------------------------------------------------------------


def test_a_file_of_ones_own_loads(write):
    path = write('name = "CP"', 'name = "CP mine"')
    pump = Pump.load(path)
    assert pump.name == "CP mine"
    assert pump.path == str(path)
    assert pump.vector().tolist() == Pump.load("CP").vector().tolist()


HEAD_A = r"\[parameters\.head_a\]\nvalue = .*\nunit = .*\n"


@pytest.mark.parametrize(
    ("value", "unit", "parts"),
    [
        ("130.0", '"mmHg/krpm2"', ("head_a.value = 130.0", "0.005 to 3 mmHg/krpm2")),
        ("nan", '"mmHg/krpm2"', ("head_a.value = nan", "0.005 to 3 mmHg/krpm2")),
        ("true", '"mmHg/krpm2"', ("head_a.value = True", "a number, 0.005 to 3 mmHg/krpm2")),
        ('"0.1"', '"mmHg/krpm2"', ("head_a.value = '0.1'", "a number, 0.005 to 3 mmHg/krpm2")),
        ("0.13", '"mmHg/rpm2"', ("head_a.unit = 'mmHg/rpm2'", "'mmHg/krpm2' (value 0.005 to 3")),
    ],
)
def test_refused_parameter(write, value, unit, parts):
    path = write(HEAD_A, f"[parameters.head_a]\nvalue = {value}\nunit = {unit}\n")
    says(refusal(path), f"{path}: parameters.", *parts)


@pytest.mark.parametrize(
    ("pattern", "new", "parts"),
    [
        (HEAD_A + "source = .*\ntag = .*\n", "", ("parameters.head_a is missing", "0.005 to 3")),
        (r"\[parameters\.head_a\]", "[parameters.head_d]", ("parameters.head_d", "one of head_a")),
        (r"\[ratings\.peak_flow\]", "[ratings.flow]", ("ratings.flow", "peak_flow")),
        (r"\[ratings\.peak_flow\]\nvalue = .*", "[ratings.peak_flow]\nvalue = 43.0", ("to 20 L",)),
        ('side = "left"', 'side = "both"', ("device.side = 'both'", "one of left, right")),
        ('side = "left"\n', "", ("device.side is missing",)),
        ("access = .*", 'access = "femoral"', ("device.access = 'femoral'", "a list")),
        ("access = .*", "access = []", ("device.access = []", "a list")),
        ("access = .*", "access = [5]", ("device.access[0] = 5",)),
        ("pressure_sensor = .*", 'pressure_sensor = ""', ("device.pressure_sensor = ''",)),
        ('tag = "S"', 'tag = "sure"', ("device.tag = 'sure'", "S, R, D or X")),
        (r"\[device\]", "[devise]", ("devise", "device")),
        ('name = "CP"\n', "", ("name is missing",)),
        ("description = .*", "description = 5", ("description = 5",)),
        ('rpm = "rpm"', 'rpm = "1/min"', ("level_columns.rpm = '1/min'", "'rpm'")),
        ('flow_low = "L/min"\n', "", ("level_columns.flow_low is missing",)),
        ("rpm = 0.0", "rpm = 10.0", ("levels[0].rpm = 10.0", "0: the first level is stopped")),
        ("rpm = 31000.0", "rpm = 20000.0", ("levels[2].rpm = 20000.0", "above the level before")),
        ("rpm = 46000.0", "rpm = 46001.0", ("levels[9].rpm = 46001.0", "max_speed (46000 rpm)")),
        ("rpm = 46000.0", "rpm = 4.6e7", ("levels[9].rpm = 46000000.0", "0 to 60000 rpm")),
        ("rpm = 31000.0", 'rpm = "fast"', ("levels[2].rpm = 'fast'", "a number")),
        ("rpm = 31000.0\n", "", ("levels[2].rpm is missing",)),
        ("flow_low = 1.1", "flow_low = 2.2", ("levels[2].flow_low = 2.2", "flow_high (2.1 L/min)")),
        ("flow_low = 1.1", "flow_low = nan", ("levels[2].flow_low = nan", "0 to 15 L/min")),
        ("flow_low = 1.1", "flow_lo = 1.1", ("levels[2].flow_lo", "flow_low")),
        ('name = "P-2"', 'name = "P-1"', ("levels[2].name = 'P-1'", "no other level has")),
        ('name = "P-2"', 'name = "fast"', ("levels[2].name = 'fast'",)),
        ("head_c = -11.02", "head_c = 11.02", ("head_flow_uncertainty[0].head_c = 11.02",)),
        ("head_c = -11.02\n", "", ("head_flow_uncertainty[0].head_c is missing",)),
        ("head_low = 30.0", "head_low = 60.0", ("variants[0].head_low = 60.0", "below head_high")),
        ("reference = true", 'reference = "yes"', ("uncertainty[3].reference = 'yes'", "one row")),
        (
            "head_c = -11.02\n",
            "head_c = -11.02\nreference = true\n",
            ("head_flow_uncertainty[3].reference = True", "one row"),
        ),
    ],
)
def test_refused_file(write, pattern, new, parts):
    path = write(pattern, new)
    says(refusal(path), f"{path}: ", "allowed: ", *parts)


def test_refused_heads_of_the_table(write):
    path = write("low = 30.0\nhigh = 60.0", "low = 60.0\nhigh = 30.0", "5.5")
    says(refusal(path), f"{path}: level_heads.low = 60.0", "below high (30 mmHg)")


@pytest.mark.parametrize(
    ("pattern", "new", "parts"),
    [
        ('level = "P-9"', 'level = "P-11"', ("boost.level = 'P-11'", "P-9")),
        ('level = "P-9"\n', "", ("boost.level is missing",)),
        ("value = 300.0", "value = 0.0", ("boost.value = 0.0", "1 to 86400 s")),
        ('unit = "s"', 'unit = "min"', ("boost.unit = 'min'", "'s'")),
    ],
)
def test_refused_boost(write, pattern, new, parts):
    path = write(pattern, new, "2.5")
    says(refusal(path), f"{path}: ", *parts)


@pytest.mark.parametrize("body", ["levels = 5", "levels = []", "levels = [5]"])
def test_refused_levels(tmp_path, body):
    text = (FOLDER / "CP.toml").read_text(encoding="utf-8")
    start, end = text.index("\n[[levels]]"), text.index("[parameters.head_a]")
    path = tmp_path / "mine.toml"
    path.write_text(f"{body}\n" + text[:start] + text[end:])
    says(refusal(path), f"{path}: levels", "allowed: ")


def test_broken_toml_and_file_not_found(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("[parameters\n")
    says(refusal(path), str(path), "a valid TOML file (")
    says(refusal(tmp_path / "none.toml"), "none.toml", "No such file")


@pytest.mark.parametrize("name", ["cp", "Impella", "", None, 2.5])
def test_unknown_device_lists_the_names(name):
    with pytest.raises(InputError, match="device"):
        Pump.load(name)
    if isinstance(name, str):
        says(refusal(name), "2.5, 5.0, 5.5, CP, LD, RP")

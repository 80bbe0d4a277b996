"""Typed structures and their layouts: a name is in both the table and the fields, or in none."""

from __future__ import annotations

import dataclasses
import math

import casadi as ca
import pytest

from plants import DISTURBANCES, METRICS, PATIENT_PARAMETERS, SLOW_INPUTS, SLOW_STATES, STATES
from plants.circulation import Disturbances, PatientParameters
from plants.plant import BeatMetrics
from plants.pumps import DEVICE_PARAMETERS, DeviceParameters
from plants.quantities import Parameter, TypedLayout, declarations, entry, field_names, structure
from plants.slow import PARAMETER_LAYOUT
from plants.slow.laws import AllInputs, AllParameters, AllStates


@structure
class Pipe:
    pressure: float = entry("mmHg", "pressure in it", -10, 100)
    flow: float = entry("mL/s", "flow through it", 0, 50)


@pytest.mark.parametrize(
    ("cls", "names"),
    [
        (PatientParameters, PATIENT_PARAMETERS),
        (Disturbances, DISTURBANCES),
        (DeviceParameters, DEVICE_PARAMETERS),
        (BeatMetrics, METRICS.names),
        (AllStates, SLOW_STATES),
        (AllInputs, SLOW_INPUTS),
    ],
)
def test_fields_and_table_have_the_same_names_in_the_same_order(cls, names):
    assert field_names(cls) == tuple(names)


def test_the_parameters_of_the_slow_clock_are_its_own_and_then_the_patients():
    own = len(PARAMETER_LAYOUT) - len(PATIENT_PARAMETERS)
    assert PARAMETER_LAYOUT.names[own:] == tuple(PATIENT_PARAMETERS)
    assert set(PARAMETER_LAYOUT.names) == set(field_names(AllParameters))


@pytest.mark.parametrize(
    "names", [("pressure",), ("pressure", "flow", "speed"), ("pressure", "flows"), ("flow", "flow")]
)
def test_a_table_with_other_names_is_refused(names):
    with pytest.raises(TypeError, match="Pipe"):
        TypedLayout(Pipe, names)


def test_a_table_may_order_the_entries_otherwise():
    layout = TypedLayout(Pipe, ("flow", "pressure"))
    assert layout.symbols([5.0, 80.0]) == Pipe(pressure=80.0, flow=5.0)
    vector = layout.vector(Pipe(pressure=ca.SX(80.0), flow=ca.SX(5.0)))
    assert [float(vector[i]) for i in range(2)] == [5.0, 80.0]


def test_what_is_not_known_is_not_a_number_and_what_is_no_field_is_refused():
    pipe = TypedLayout(Pipe).partly(flow=5.0)
    assert pipe.flow == 5.0
    assert math.isnan(pipe.pressure)
    with pytest.raises(TypeError, match="speed"):
        TypedLayout(Pipe).partly(speed=1.0)


def test_a_selection_leaves_other_names_alone_and_misses_none():
    layout = TypedLayout(Pipe)
    assert layout.select({"pressure": 1.0, "flow": 2.0, "speed": 3.0}).flow == 2.0
    with pytest.raises(KeyError, match="flow"):
        layout.select({"pressure": 1.0})


def test_fields_carry_their_declarations():
    declared = declarations(Pipe, Parameter)
    assert declared["flow"] == Parameter("flow", "mL/s", "flow through it", 0, 50)
    assert tuple(declared) == ("pressure", "flow")


def test_a_structure_is_frozen_and_complete():
    with pytest.raises(TypeError, match="flow"):
        Pipe(pressure=1.0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        Pipe(pressure=1.0, flow=2.0).flow = 3.0


def test_the_state_packs_and_unpacks():
    symbols = ca.SX.sym("x", len(STATES))
    assert ca.is_equal(
        STATES.vector(STATES.symbols(symbols)), ca.vertcat(*ca.vertsplit(symbols)), 1
    )

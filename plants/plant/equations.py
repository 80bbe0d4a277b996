"""The differential equations of patient and pumps, over the vectors of state and held values.

``x``
    The state (:data:`STATES`): nine volumes (mL), of either pump the flow (mL/s), rotor speed
    (krpm) and inlet occlusion, two flows that have inertia (mL/s), supply and demand of the
    coronary bed (mmHg), the septum's displacement (mL) and the cardiac phase (beats since the
    start).
``v``
    What is held over a step (:data:`VALUES`): the speed commands (rpm), the disturbances, the
    parameters of the patient and of both pumps and the step (s).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import casadi as ca

from plants.circulation import (
    Disturbances,
    Flows,
    PatientParameters,
    Pressures,
    coronary,
    hinge,
    interaction,
    loop as circulation,
)
from plants.patients import PATIENT_PARAMETERS
from plants.plant.structures import Extremes, Integrals, PumpStates, State
from plants.pumps import (
    INSERTED_LAYOUT,
    Inlet,
    InsertedDevice,
    catheter_position as position,
    dynamics as pump_dynamics,
    motor_current,
)
from plants.quantities import (
    KRPM_PER_RPM,
    L_MIN_PER_ML_S,
    SECONDS_PER_MINUTE,
    Layout,
    TypedLayout,
    Waveforms,
    field_names,
)
from plants.scenarios import DISTURBANCES

STATES = TypedLayout(
    State,
    (
        *circulation.VOLUMES,
        *field_names(PumpStates),
        *("aorta_flow", "lung_flow", "coronary_supply", "coronary_demand", "septum", "phase"),
    ),
)
N_VOLUMES = len(circulation.VOLUMES)
PHASE = STATES.index["phase"]

_WAVEFORMS, _EXTREMES = TypedLayout(Waveforms), TypedLayout(Extremes)
_INTEGRALS = TypedLayout(Integrals)
_PATIENT = TypedLayout(PatientParameters, PATIENT_PARAMETERS)
_DISTURBANCES = TypedLayout(Disturbances, DISTURBANCES)
VALUES = Layout(
    (
        "speed_command",
        "right_speed_command",
        *(f"disturbance_{name}" for name in _DISTURBANCES.names),
        *_PATIENT.names,
        *(f"device_{name}" for name in INSERTED_LAYOUT.names),
        *(f"right_{name}" for name in INSERTED_LAYOUT.names),
        "step",
    )
)


@dataclass(frozen=True)
class HeldValues:
    """What is held over a step, by name.

    Attributes
    ----------
    speed_command, right_speed_command : SX
        Speed commands of the left and the right pump, krpm.
    d : Disturbances
        What acts from outside.
    p : PatientParameters
        The patient.
    left, right : InsertedDevice
        The pumps.
    """

    speed_command: ca.SX
    right_speed_command: ca.SX
    d: Disturbances
    p: PatientParameters
    left: InsertedDevice
    right: InsertedDevice


_Part = TypeVar("_Part")


def held_values(v: ca.SX) -> HeldValues:
    """The vector of held values by name."""

    def value(name: str) -> ca.SX:
        return v[VALUES.index[name]]

    def part(layout: TypedLayout[_Part], prefix: str = "") -> _Part:
        return layout.select({name: value(prefix + name) for name in layout.names})

    return HeldValues(
        speed_command=value("speed_command") * KRPM_PER_RPM,
        right_speed_command=value("right_speed_command") * KRPM_PER_RPM,
        d=part(_DISTURBANCES, "disturbance_"),
        p=part(_PATIENT),
        left=part(INSERTED_LAYOUT, "device_"),
        right=part(INSERTED_LAYOUT, "right_"),
    )


def equations(x_vector: ca.SX, v: ca.SX) -> tuple[ca.SX, ca.SX, ca.SX, ca.SX]:
    """dx/dt, waveforms, integrands and extreme waveforms at a state."""
    held = held_values(v)
    d, p, device = held.d, held.p, held.left
    x = STATES.symbols(x_vector)
    pressure = circulation.pressures(x, p, d)
    contact_leak = device.pump_present * device.mitral_contact_leak * d.mitral_contact
    q = circulation.flows(pressure, x, p, d, contact_leak)
    place = position.position(d, device)
    delivered = place.delivered * x.pump_flow

    inlet = position.left_inlet(place, x, pressure, p)

    left, suction_threshold = pump_dynamics.pump_rates(
        pump_dynamics.PumpState(flow=x.pump_flow, speed=x.pump_speed, occlusion=x.occlusion),
        inlet,
        held.speed_command,
        device,
    )
    right, _ = pump_dynamics.pump_rates(
        pump_dynamics.PumpState(
            flow=x.right_pump_flow, speed=x.right_pump_speed, occlusion=x.right_occlusion
        ),
        position.right_inlet(x, pressure, p),
        held.right_speed_command,
        held.right,
    )
    aorta_flow, lung_flow = circulation.inertia_rates(pressure, x, p, d)
    drive = coronary.driving_pressure(pressure.aorta, pressure.lv, p)
    supply, demand = coronary.coronary_rates(x, drive, pressure.lv_active, p)
    rates = State(
        **vars(circulation.volume_rates(q, delivered, x.right_pump_flow, d.infusion)),
        pump_flow=left.flow,
        pump_speed=left.speed,
        occlusion=left.occlusion,
        right_pump_flow=right.flow,
        right_pump_speed=right.speed,
        right_occlusion=right.occlusion,
        aorta_flow=aorta_flow,
        lung_flow=lung_flow,
        coronary_supply=supply,
        coronary_demand=demand,
        septum=interaction.septum_rate(
            x,
            pressure.lv,
            pressure.rv,
            pressure.activation,
            (pressure.lv_wall, pressure.rv_wall),
            p,
        ),
        phase=p.heart_rate * d.heart_rate / SECONDS_PER_MINUTE,
    )

    waves = _waveforms(x, pressure, q, place, inlet, p, device)
    integrands = Integrals(
        **vars(waves),
        lv_power=pressure.lv * (q.aortic + delivered - q.mitral),
        aortic_open=q.aortic_open,
        aortic_backward=q.aortic_back,
        mitral_forward=hinge(q.mitral, 1e-3),
        mitral_backward=q.mitral_back,
        through_flow=x.pump_flow * L_MIN_PER_ML_S,
    )
    others = {"la_volume": x.la_volume, "suction_margin": inlet.transmural - suction_threshold}
    extremes = _EXTREMES.pack(vars(waves) | others)
    return STATES.vector(rates), _WAVEFORMS.vector(waves), _INTEGRALS.vector(integrands), extremes


def _waveforms(
    x: State,
    pressure: Pressures,
    q: Flows,
    place: position.Position,
    inlet: Inlet,
    p: PatientParameters,
    device: InsertedDevice,
) -> Waveforms:
    """The waveform signals in their units: flows in L/min, speed in rpm."""
    through = x.pump_flow * L_MIN_PER_ML_S
    return Waveforms(
        lv_pressure=pressure.lv,
        lv_volume=x.lv_volume,
        aortic_pressure=pressure.aorta,
        la_pressure=pressure.la,
        ra_pressure=pressure.ra,
        rv_pressure=pressure.rv,
        rv_volume=x.rv_volume,
        pa_pressure=pressure.pulmonary_arteries,
        pump_flow=place.delivered * through,
        aortic_valve_flow=q.aortic * L_MIN_PER_ML_S,
        mitral_valve_flow=q.mitral * L_MIN_PER_ML_S,
        pump_speed=x.pump_speed / KRPM_PER_RPM,
        pump_head=device.pump_present * (inlet.outlet_pressure - inlet.inlet_pressure),
        motor_current=motor_current(x.pump_flow, x.pump_speed, device),
        # The pressure sensor sits at the outlet.
        placement_signal=inlet.outlet_pressure
        - device.placement_differential * inlet.inlet_pressure,
        displayed_flow=hinge(through, 1e-3),
        suction_occlusion=x.occlusion,
        right_pump_flow=x.right_pump_flow * L_MIN_PER_ML_S,
        right_pump_speed=x.right_pump_speed / KRPM_PER_RPM,
        right_occlusion=x.right_occlusion,
        septum_shift=interaction.septum_shift(x, p),
        pericardial_pressure=pressure.pericardium,
    )

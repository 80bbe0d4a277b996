"""What the laws of the literature ask of a beat, by what a tier shows of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from controllers.literature.reconstruction import Reconstruction, hydraulic_power, shares
from controllers.protocol import Briefing
from plants import InputError, Measurement, tier_table, unknown_name


@dataclass(frozen=True)
class Quantities:
    """The last completed beat; NaN for what is not known.

    Attributes
    ----------
    speed : float
        Mean rotor speed, rpm.
    flow, flow_max, flow_min : float
        Mean, highest and lowest pump flow, L/min.
    head, head_pulsatility : float
        Mean pressure head over the pump, and its highest less its lowest, mmHg.
    lvedp : float
        Preload, mmHg: the LV end-diastolic pressure, or what stands for it.
    lv_peak_pressure : float
        Highest LV pressure, mmHg.
    shaft_power, hydraulic_power : float
        What the impeller takes up and what it gives to the blood, W.
    stroke_work : float
        Of the LV, mmHg.mL.
    lvedv : float
        LV end-diastolic volume, mL.
    map, heart_rate : float
        Mean arterial pressure, mmHg, and heart rate, 1/min.
    inlet_shortfall : float
        How far the mean flow lies below the least that an open inlet would give, against a
        ventricle without pressure; a share of the flow against no head. Positive means that
        something is in the way.
    """

    speed: float = math.nan
    flow: float = math.nan
    flow_max: float = math.nan
    flow_min: float = math.nan
    head: float = math.nan
    head_pulsatility: float = math.nan
    lvedp: float = math.nan
    lv_peak_pressure: float = math.nan
    shaft_power: float = math.nan
    hydraulic_power: float = math.nan
    stroke_work: float = math.nan
    lvedv: float = math.nan
    map: float = math.nan
    heart_rate: float = math.nan
    inlet_shortfall: float = math.nan


#: Names of the quantities.
QUANTITIES = tuple(field.name for field in fields(Quantities))


@dataclass(frozen=True)
class _Way:
    """A way to a quantity: the signals that it takes, and the value by them and the beat.

    A law is asked when all the signals have a value.
    """

    signals: tuple[str, ...]
    value: Callable[[Measurement, Reconstruction], float]


def _as_measured(signal: str) -> _Way:
    return _Way((signal,), lambda values, _: values[signal])


# Without a displayed flow the console says that the pump lies badly: its windows lie in one
# chamber, and neither current nor head tells anything of the heart.
_CURRENT = ("pump_speed", "displayed_flow", "motor_current")
_BEAT = (*_CURRENT, "motor_current_pulsatility")


def _aortic(values: Mapping[str, float], above_mean: float) -> float:
    return values["placement_signal"] + above_mean * values["placement_pulsatility"]


_SHAFT_POWER = _Way(_CURRENT, lambda _, beat: beat.shaft_power)
_SHORTFALL = _Way(
    (*_CURRENT, "placement_signal"), lambda v, beat: beat.inlet_shortfall(v["placement_signal"])
)

_FULL: Mapping[str, _Way] = MappingProxyType(
    {
        "speed": _as_measured("pump_speed"),
        "flow": _as_measured("pump_flow"),
        "flow_max": _as_measured("pump_flow_max"),
        "flow_min": _as_measured("pump_flow_min"),
        "head": _as_measured("pump_head"),
        "head_pulsatility": _Way(
            ("pump_speed", "motor_current", "pump_flow_min", "pump_flow_max"),
            lambda v, beat: beat.head(v["pump_flow_min"]) - beat.head(v["pump_flow_max"]),
        ),
        "lvedp": _as_measured("lvedp"),
        "lv_peak_pressure": _as_measured("lv_peak_pressure"),
        "shaft_power": _SHAFT_POWER,
        "hydraulic_power": _Way(
            ("pump_head", "pump_flow"), lambda v, _: hydraulic_power(v["pump_head"], v["pump_flow"])
        ),
        "stroke_work": _as_measured("stroke_work"),
        "lvedv": _as_measured("lvedv"),
        "map": _as_measured("map"),
        "heart_rate": _as_measured("heart_rate"),
        "inlet_shortfall": _SHORTFALL,
    }
)
_BY_PUMP: Mapping[str, _Way] = MappingProxyType(
    {
        "speed": _as_measured("pump_speed"),
        "flow": _as_measured("displayed_flow"),
        "flow_max": _Way(
            _BEAT, lambda v, beat: v["displayed_flow"] + beat.highest_flow - beat.flow
        ),
        "flow_min": _Way(_BEAT, lambda v, beat: v["displayed_flow"] + beat.lowest_flow - beat.flow),
        "head": _Way(_CURRENT, lambda _, beat: beat.head(beat.flow)),
        "head_pulsatility": _Way(_BEAT, lambda _, beat: beat.head_pulsatility),
        "shaft_power": _SHAFT_POWER,
        "hydraulic_power": _Way(
            _CURRENT, lambda _, beat: hydraulic_power(beat.head(beat.flow), beat.flow)
        ),
        "inlet_shortfall": _SHORTFALL,
    }
)
_ICU = MappingProxyType(
    {
        **_BY_PUMP,
        "lvedp": _as_measured("pa_diastolic"),
        "lv_peak_pressure": _Way(
            (*_BEAT, "systolic"), lambda v, beat: beat.peak_pressure(v["systolic"])
        ),
        "map": _as_measured("map"),
        "heart_rate": _as_measured("heart_rate"),
    }
)
_PLACEMENT = (*_BEAT, "placement_signal", "placement_pulsatility")
_AORTIC_CONSOLE = MappingProxyType(
    {
        **_BY_PUMP,
        "lvedp": _Way(
            _PLACEMENT,
            lambda v, beat: beat.end_diastolic_pressure(_aortic(v, -shares()["diastolic_share"])),
        ),
        "lv_peak_pressure": _Way(
            _PLACEMENT,
            lambda v, beat: beat.peak_pressure(_aortic(v, 1 - shares()["diastolic_share"])),
        ),
        "map": _as_measured("placement_signal"),
    }
)
# A differential sensor measures the head itself, and knows no pressure of the aorta.
_DIFFERENTIAL = MappingProxyType(
    {
        "head": _as_measured("placement_signal"),
        "head_pulsatility": _as_measured("placement_pulsatility"),
        "hydraulic_power": _Way(
            (*_CURRENT, "placement_signal"),
            lambda v, beat: hydraulic_power(v["placement_signal"], beat.flow),
        ),
    }
)
_DIFFERENTIAL_ICU = MappingProxyType({**_ICU, **_DIFFERENTIAL})
_DIFFERENTIAL_CONSOLE = MappingProxyType({**_BY_PUMP, **_DIFFERENTIAL})


def _ways(tier: str, *, differential: bool) -> Mapping[str, _Way]:
    """The ways of a tier, with a differential placement sensor or an aortic one."""
    if tier == "full":
        return _FULL
    if not differential:
        return _ICU if tier == "icu" else _AORTIC_CONSOLE
    return _DIFFERENTIAL_ICU if tier == "icu" else _DIFFERENTIAL_CONSOLE


class BeatQuantities:
    """Reads quantities of a beat from a measurement.

    Tier ``full`` measures nearly all of them. Elsewhere flows are those that the console displays,
    with the range of the beat from the motor current; head, powers and LV pressures follow from
    the current and the pump's head-flow law (:class:`Reconstruction`). Preload is the diastolic
    pulmonary-artery pressure at ``icu`` and a reconstruction at ``console``.

    Parameters
    ----------
    briefing : Briefing
        Tier and pump.

    Raises
    ------
    InputError
        There is no such tier.

    Examples
    --------
    >>> from controllers import Briefing
    >>> from controllers.literature import BeatQuantities
    >>> from plants import Patient, Pump, Sensors, Simulator, Therapy
    >>> briefing = Briefing(
    ...     patient=Patient.load("shock-d"), pump=Pump.load("CP"), therapy=Therapy.default(),
    ...     period=1.0, tier="console", start_speed=39_000.0,
    ... )
    >>> simulator = Simulator(briefing.plant)
    >>> simulator.reset(speed=39_000)
    >>> truth = simulator.metrics()
    >>> reading = Sensors("console", seed=0, noise_scale=0.0).measure(0.0, truth)
    >>> beat = BeatQuantities(briefing).update(reading)
    >>> abs(beat.lv_peak_pressure - truth["lv_peak_pressure"]) < 1.0, beat.lvedv
    (True, nan)
    """

    def __init__(self, briefing: Briefing):
        tier_table(briefing.tier)  # refuses an unknown one
        self._pump, self._tier = briefing.pump, briefing.tier
        self._differential = briefing.pump["placement_differential"] > 0

    @property
    def _ways(self) -> Mapping[str, _Way]:
        return _ways(self._tier, differential=self._differential)

    def sources(self, *names: str) -> tuple[str, ...]:
        """The signals behind quantities.

        Raises
        ------
        InputError
            There is no such quantity, or the tier does not tell it with this pump.
        """
        for name in names:
            if name not in QUANTITIES:
                raise unknown_name("quantity", name, QUANTITIES)
            if name not in self._ways:
                allowed = f"a tier that tells {name} with the {self._pump.name}"
                raise InputError("tier", self._tier, allowed)
        return tuple(dict.fromkeys(s for name in names for s in self._ways[name].signals))

    def update(self, values: Measurement) -> Quantities:
        """The quantities by a measurement; NaN for what its missing values leave unknown."""
        speed, current, swing = (
            values.get(name, math.nan)
            for name in ("pump_speed", "motor_current", "motor_current_pulsatility")
        )
        beat = Reconstruction(self._pump, speed, current, swing)
        known = {
            name: way.value(values, beat)
            for name, way in self._ways.items()
            if all(math.isfinite(values.get(signal, math.nan)) for signal in way.signals)
        }
        return Quantities(**known)

"""The arterial baroreflex of Ursino, at the level of beats.

The low-passed mean arterial pressure sets the firing of the carotid sinus (a sigmoid), which
inhibits the sympathetic and excites the vagal outflow. Each effector follows its outflow after a
delay with a first-order lag: contractility, resistance, unstressed venous volume and the
sympathetic part of the heart period with the logarithm of the sympathetic firing above its
threshold, the vagal part of the heart period in proportion to the vagal firing.

What differs from the reference, and why:

* The sigmoid is centred on the patient's operating point ``baroreflex_pressure``, where every
  effect is exactly neutral, not on 92 mmHg: a patient was identified in the state in which the
  reflex already acts.
* Ursino adds to baselines of his own subject; here each sum is taken relative to its value at the
  operating point, so that it becomes a factor on the patient's own parameter. Only the unstressed
  volume is added in mL.
* A pure delay becomes one more first-order lag of the same mean delay: a state of finite size.
* The derivative of the pressure (time constant 6.37 s in the reference) is left out: within a beat
  it acts on the pulse, which the mean of a beat does not show.

The state of an effector is its tone above that at the operating point, so that 0 is neutral.

References
----------
Ursino M (1998) Am J Physiol 275:H1733. Albanese A et al. (2016) Am J Physiol Heart Circ Physiol
310:H899.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

import casadi as ca

from plants.circulation import positive_part
from plants.quantities import SECONDS_PER_MINUTE, parameter_table
from plants.slow.laws.declare import SlowInput, SlowState

_SECONDS_PER_HOUR = 60 * SECONDS_PER_MINUTE
# Rounding of the threshold of the sympathetic effectors, 1/s; firing spans about 2.6 to 14.
_FIRING_CORNER = 0.05

#: Effectors, in the order of their states.
EFFECTORS = ("contractility", "resistance", "venous", "rate_sympathetic", "rate_vagal")


def _unit(effector: str) -> str:
    return "1/s" if effector == "rate_vagal" else "1"


STATES: tuple[SlowState, ...] = (
    SlowState("sensed_pressure", "mmHg", "arterial pressure as the receptors pass it", -50, 300),
    *(
        SlowState(f"{effector}_{stage}", _unit(effector), meaning, -10, 10)
        for effector in EFFECTORS
        for stage, meaning in (
            ("delayed", f"reflex tone on its way ({effector}), above the operating point's"),
            ("tone", f"reflex tone at the effector ({effector}), above the operating point's"),
        )
    ),
)
INPUTS: tuple[SlowInput, ...] = ()

_FIRING, _RES = "1/s", "mmHg.s/mL"

PARAMETERS = parameter_table(
    ("baroreflex_gain", "1", "share of the reflex that is at work; 0 is off", 0, 1),
    ("baroreflex_pressure", "mmHg", "operating point: pressure at which it is neutral", 20, 200),
    ("baroreflex_slope", "mmHg", "width of the sigmoid of the carotid sinus (ka)", 2, 50),
    ("carotid_firing_low", _FIRING, "lowest firing of the carotid sinus (fmin)", 0, 20),
    ("carotid_firing_high", _FIRING, "highest firing of the carotid sinus (fmax)", 20, 150),
    ("baroreflex_time", "s", "time constant of the receptors (tau_p)", 0.2, 20),
    ("sympathetic_firing_far", _FIRING, "sympathetic firing at high pressure (fes_inf)", 0, 10),
    ("sympathetic_firing_zero", _FIRING, "sympathetic firing without inhibition (fes_0)", 5, 60),
    ("sympathetic_firing_threshold", _FIRING, "threshold of the effectors (fes_min)", 0, 10),
    ("sympathetic_decay", "s", "fall of sympathetic with carotid firing (kes)", 0.005, 0.5),
    ("vagal_firing_low", _FIRING, "vagal firing at low pressure (fev_0)", 0, 20),
    ("vagal_firing_high", _FIRING, "vagal firing at high pressure (fev_inf)", 0, 40),
    ("vagal_centre", _FIRING, "carotid firing at the middle of the vagal curve (fcs_0)", 5, 80),
    ("vagal_width", _FIRING, "width of the vagal curve (kev)", 1, 50),
    ("gain_lv_contractility", "mmHg/mL", "LV elastance per sympathetic tone", 0, 5),
    ("gain_rv_contractility", "mmHg/mL", "RV elastance per sympathetic tone", 0, 5),
    ("gain_splanchnic_resistance", _RES, "splanchnic resistance per sympathetic tone", 0, 10),
    ("gain_other_resistance", _RES, "other systemic resistance per sympathetic tone", 0, 10),
    ("gain_venous_volume", "mL", "unstressed venous volume per sympathetic tone", -1500, 0),
    ("gain_period_sympathetic", "s", "heart period per sympathetic tone", -0.2, 0),
    ("gain_period_vagal", "s2", "heart period per vagal firing", 0, 0.5),
    ("base_lv_contractility", "mmHg/mL", "LV elastance without sympathetic tone", 0.2, 10),
    ("base_rv_contractility", "mmHg/mL", "RV elastance without sympathetic tone", 0.2, 10),
    ("base_splanchnic_resistance", _RES, "splanchnic resistance without tone", 0.2, 20),
    ("base_other_resistance", _RES, "other systemic resistance without tone", 0.2, 20),
    ("base_period", "s", "heart period without sympathetic and vagal tone (T0)", 0.4, 1.5),
    *(
        (f"{kind}_{effector}", "s", f"{meaning} of the effector ({effector})", 0.05, 120)
        for kind, meaning in (("lag", "time constant"), ("delay", "delay"))
        for effector in EFFECTORS
    ),
)


def carotid_firing(pressure: ca.SX, p: SimpleNamespace) -> ca.SX:
    """Firing of the carotid sinus (1/s) at a sensed pressure (mmHg): Ursino's sigmoid.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from plants.slow.laws.reflex import carotid_firing
    >>> p = SimpleNamespace(baroreflex_pressure=92.0, baroreflex_slope=11.758,
    ...                     carotid_firing_low=2.52, carotid_firing_high=47.78)
    >>> round(carotid_firing(92.0, p), 2)
    25.15
    """
    middle = 0.5 * (p.carotid_firing_low + p.carotid_firing_high)
    half = 0.5 * (p.carotid_firing_high - p.carotid_firing_low)
    # The hyperbolic tangent is the logistic curve without an exponential that could overflow.
    return middle + half * ca.tanh((pressure - p.baroreflex_pressure) / (2 * p.baroreflex_slope))


def sympathetic_firing(carotid: ca.SX, p: SimpleNamespace) -> ca.SX:
    """Sympathetic firing (1/s) at a firing of the carotid sinus (1/s)."""
    far = p.sympathetic_firing_far
    return far + (p.sympathetic_firing_zero - far) * ca.exp(-p.sympathetic_decay * carotid)


def vagal_firing(carotid: ca.SX, p: SimpleNamespace) -> ca.SX:
    """Vagal firing (1/s) at a firing of the carotid sinus (1/s)."""
    middle = 0.5 * (p.vagal_firing_low + p.vagal_firing_high)
    half = 0.5 * (p.vagal_firing_high - p.vagal_firing_low)
    return middle + half * ca.tanh((carotid - p.vagal_centre) / (2 * p.vagal_width))


def tone(pressure: ca.SX, p: SimpleNamespace) -> tuple[ca.SX, ca.SX]:
    """Sympathetic tone (Ursino's logarithm, 1) and vagal firing (1/s) at a sensed pressure."""
    carotid = carotid_firing(pressure, p)
    above = sympathetic_firing(carotid, p) - p.sympathetic_firing_threshold
    return ca.log(1 + positive_part(above, _FIRING_CORNER)), vagal_firing(carotid, p)


def _targets(pressure: ca.SX, p: SimpleNamespace) -> dict[str, ca.SX]:
    """Tone of each effector above that at the operating point, once everything has settled."""
    sympathetic, vagal = tone(pressure, p)
    neutral_sympathetic, neutral_vagal = tone(p.baroreflex_pressure, p)
    targets = dict.fromkeys(EFFECTORS, sympathetic - neutral_sympathetic)
    return targets | {"rate_vagal": vagal - neutral_vagal}


def start(p: Mapping[str, float], m: Mapping[str, float]) -> dict[str, float]:
    """Neutral effectors, and receptors that feel the pressure of the first beat."""
    return {state.name: 0.0 for state in STATES} | {"sensed_pressure": float(m["map"])}


def settled(m: SimpleNamespace, p: SimpleNamespace) -> dict[str, ca.SX]:
    """Values of the states in equilibrium with the mean arterial pressure of a beat."""
    values = {"sensed_pressure": m.map}
    for effector, target in _targets(m.map, p).items():
        values |= {f"{effector}_delayed": target, f"{effector}_tone": target}
    return values


def rates(
    s: SimpleNamespace, m: SimpleNamespace, u: SimpleNamespace, p: SimpleNamespace
) -> dict[str, ca.SX]:
    """Every state relaxes linearly; per hour."""
    changes = {
        "sensed_pressure": _SECONDS_PER_HOUR * (m.map - s.sensed_pressure) / p.baroreflex_time
    }
    for effector, target in _targets(s.sensed_pressure, p).items():
        delayed, at_effector = getattr(s, f"{effector}_delayed"), getattr(s, f"{effector}_tone")
        delay, lag = getattr(p, f"delay_{effector}"), getattr(p, f"lag_{effector}")
        changes[f"{effector}_delayed"] = _SECONDS_PER_HOUR * (target - delayed) / delay
        changes[f"{effector}_tone"] = _SECONDS_PER_HOUR * (delayed - at_effector) / lag
    return changes


def _parallel(first: ca.SX, second: ca.SX) -> ca.SX:
    return first * second / (first + second)


def effects(s: SimpleNamespace, u: SimpleNamespace, p: SimpleNamespace) -> dict[str, ca.SX]:
    """Factors on contractility, resistance and heart rate, and the unstressed venous volume (mL).

    Each factor is the reference's sum at the present tone over the same sum at the operating
    point; the gain of the reflex scales its distance from 1.
    """
    sympathetic, vagal = tone(p.baroreflex_pressure, p)

    def factor(now: ca.SX, neutral: ca.SX) -> ca.SX:
        return 1 + p.baroreflex_gain * (now / neutral - 1)

    def elastance(ventricle: str, above: ca.SX | float) -> ca.SX:
        gain = getattr(p, f"gain_{ventricle}_contractility")
        return getattr(p, f"base_{ventricle}_contractility") + gain * (sympathetic + above)

    def resistance(above: ca.SX | float) -> ca.SX:
        now = sympathetic + above
        return _parallel(
            p.base_splanchnic_resistance + p.gain_splanchnic_resistance * now,
            p.base_other_resistance + p.gain_other_resistance * now,
        )

    def period(above_sympathetic: ca.SX | float, above_vagal: ca.SX | float) -> ca.SX:
        return (
            p.base_period
            + p.gain_period_sympathetic * (sympathetic + above_sympathetic)
            + p.gain_period_vagal * (vagal + above_vagal)
        )

    raised = s.contractility_tone
    return {
        "lv_contractility": factor(elastance("lv", raised), elastance("lv", 0)),
        "rv_contractility": factor(elastance("rv", raised), elastance("rv", 0)),
        "systemic_resistance": factor(resistance(s.resistance_tone), resistance(0)),
        "venous_volume": p.baroreflex_gain * p.gain_venous_volume * s.venous_tone,
        # The rate is the inverse of the period.
        "heart_rate": factor(period(0, 0), period(s.rate_sympathetic_tone, s.rate_vagal_tone)),
    }


def outputs(
    s: SimpleNamespace, m: SimpleNamespace, u: SimpleNamespace, p: SimpleNamespace
) -> dict[str, ca.SX]:
    """Sympathetic firing relative to that at the operating point, whatever the gain."""
    now = sympathetic_firing(carotid_firing(s.sensed_pressure, p), p)
    neutral = sympathetic_firing(carotid_firing(p.baroreflex_pressure, p), p)
    return {"sympathetic_activity": now / neutral}

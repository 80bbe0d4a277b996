"""The arterial baroreflex of Ursino, at the level of beats.

The low-passed mean arterial pressure sets the firing of the carotid sinus (a sigmoid), which
inhibits the sympathetic and excites the vagal outflow. Each effector follows its outflow after a
delay with a first-order lag: contractility, resistance, unstressed venous volume and the
sympathetic part of the heart period with the logarithm of the sympathetic firing above its
threshold, the vagal part of the heart period in proportion to the vagal firing.

What differs from the reference, and why:

* Ursino adds to baselines of his own subject; here each sum is taken relative to its value at the
  patient's own pressure without support (``baroreflex_operating_pressure``), so that it becomes a
  factor on the patient's own parameter, exactly neutral there: a patient was identified in the
  state in which the reflex already acts. Only the unstressed volume is added in mL. The sigmoid
  stays centred on a person's set point, so that in shock little of the reflex is left to be lost.
* The set point is reset by a share of what the sensed pressure is away from the person's, within
  hours. A patient comes with it reset to the operating pressure. That resetting may become complete
  within days is left out: it would take the tone away in which the patient was identified.
* A pure delay becomes one more first-order lag of the same mean delay: a state of finite size.
* The derivative of the pressure (time constant 6.37 s in the reference) is left out: within a beat
  it acts on the pulse, which the mean of a beat does not show.

The state of an effector is its tone above that at the operating pressure, so that 0 is neutral.

References
----------
Ursino M (1998) Am J Physiol 275:H1733. Albanese A et al. (2016) Am J Physiol Heart Circ Physiol
310:H899. Time course of baroreceptor resetting in short-term hypotension in the rat (seen as an
abstract). Kougias P et al. (2010) Med Sci Monit 16:RA1 (resetting is rarely complete).
"""

from __future__ import annotations

import casadi as ca

from plants.circulation import positive_part
from plants.plant import BeatMetrics
from plants.quantities import SECONDS_PER_HOUR, field_names
from plants.slow.declarations import reflex as declared

States = declared.States
Parameters = declared.Parameters
FAST_STATES = declared.FAST_STATES

# Rounding of the threshold of the sympathetic effectors, 1/s; firing spans about 2.6 to 14.
_FIRING_CORNER = 0.05


def carotid_firing(pressure: ca.SX | float, set_point: ca.SX | float, p: Parameters) -> ca.SX:
    """Firing of the carotid sinus (1/s) at a sensed pressure (mmHg): Ursino's sigmoid.

    It is steepest at the set point (mmHg).

    Examples
    --------
    >>> from plants import SlowParameters
    >>> from plants.slow import PARAMETER_LAYOUT
    >>> from plants.slow.laws.reflex import carotid_firing
    >>> p = PARAMETER_LAYOUT.partly(**SlowParameters.load().values)
    >>> round(carotid_firing(92.0, 92.0, p), 2)
    25.15
    """
    middle = 0.5 * (p.carotid_firing_low + p.carotid_firing_high)
    half = 0.5 * (p.carotid_firing_high - p.carotid_firing_low)
    # The hyperbolic tangent is the logistic curve without an exponential that could overflow.
    return middle + half * ca.tanh((pressure - set_point) / (2 * p.baroreflex_slope))


def sympathetic_firing(carotid: ca.SX, p: Parameters) -> ca.SX:
    """Sympathetic firing (1/s) at a firing of the carotid sinus (1/s)."""
    far = p.sympathetic_firing_far
    return far + (p.sympathetic_firing_zero - far) * ca.exp(-p.sympathetic_decay * carotid)


def vagal_firing(carotid: ca.SX, p: Parameters) -> ca.SX:
    """Vagal firing (1/s) at a firing of the carotid sinus (1/s)."""
    middle = 0.5 * (p.vagal_firing_low + p.vagal_firing_high)
    half = 0.5 * (p.vagal_firing_high - p.vagal_firing_low)
    return middle + half * ca.tanh((carotid - p.vagal_centre) / (2 * p.vagal_width))


def settled_set_point(pressure: ca.SX | float, p: Parameters) -> ca.SX:
    """Set point (mmHg) that is reset as far as it will be at a lasting pressure (mmHg)."""
    person = p.baroreflex_set_point
    return person + p.baroreflex_resetting_share * (pressure - person)


def tone(pressure: ca.SX | float, set_point: ca.SX | float, p: Parameters) -> tuple[ca.SX, ca.SX]:
    """Sympathetic tone (Ursino's logarithm, 1) and vagal firing (1/s) at a sensed pressure."""
    carotid = carotid_firing(pressure, set_point, p)
    above = sympathetic_firing(carotid, p) - p.sympathetic_firing_threshold
    return ca.log(1 + positive_part(above, _FIRING_CORNER)), vagal_firing(carotid, p)


def _neutral_tone(p: Parameters) -> tuple[ca.SX, ca.SX]:
    """The tone under which the patient was identified."""
    pressure = p.baroreflex_operating_pressure
    return tone(pressure, settled_set_point(pressure, p), p)


def _targets(
    pressure: ca.SX | float, set_point: ca.SX | float, p: Parameters
) -> tuple[ca.SX, ca.SX]:
    """Sympathetic and vagal tone above those at the operating pressure, in equilibrium."""
    sympathetic, vagal = tone(pressure, set_point, p)
    neutral_sympathetic, neutral_vagal = _neutral_tone(p)
    return sympathetic - neutral_sympathetic, vagal - neutral_vagal


def start(p: Parameters, m: BeatMetrics) -> dict[str, float]:
    """Neutral effectors, the set point to match, and receptors that feel the first beat."""
    set_point = float(settled_set_point(p.baroreflex_operating_pressure, p))
    tones = dict.fromkeys(field_names(States), 0.0)
    return tones | {"sensed_pressure": float(m.map), "present_set_point": set_point}


def equilibrium(
    pressure: ca.SX | float, p: Parameters, set_point: ca.SX | float | None = None
) -> States:
    """The states in equilibrium with the mean arterial pressure of a beat.

    Parameters
    ----------
    pressure : SX or float
        Mean arterial pressure, mmHg.
    p : Parameters
        Parameters of the reflex.
    set_point : SX or float, optional
        Set point now, mmHg; by default that of the patient as identified.
    """
    if set_point is None:
        set_point = settled_set_point(p.baroreflex_operating_pressure, p)
    sympathetic, vagal = _targets(pressure, set_point, p)
    tones = dict.fromkeys(field_names(States), sympathetic)
    tones |= {"rate_vagal_delayed": vagal, "rate_vagal_tone": vagal}
    return States(**tones | {"sensed_pressure": pressure, "present_set_point": set_point})


def _lagging(towards: ca.SX, now: ca.SX, time: ca.SX) -> ca.SX:
    """Rate (1/h) of a first-order lag of so many seconds."""
    return SECONDS_PER_HOUR * (towards - now) / time


def rates(s: States, m: BeatMetrics, u: object, p: Parameters) -> dict[str, ca.SX]:
    """Every state relaxes linearly; per hour."""
    sympathetic, vagal = _targets(s.sensed_pressure, s.present_set_point, p)
    contractility, resistance = s.contractility_delayed, s.resistance_delayed
    venous, rate_sympathetic = s.venous_delayed, s.rate_sympathetic_delayed
    rate_vagal = s.rate_vagal_delayed
    return {
        "sensed_pressure": _lagging(m.map, s.sensed_pressure, p.baroreflex_time),
        "present_set_point": (settled_set_point(s.sensed_pressure, p) - s.present_set_point)
        / p.baroreflex_resetting_time,
        "contractility_delayed": _lagging(sympathetic, contractility, p.delay_contractility),
        "contractility_tone": _lagging(contractility, s.contractility_tone, p.lag_contractility),
        "resistance_delayed": _lagging(sympathetic, resistance, p.delay_resistance),
        "resistance_tone": _lagging(resistance, s.resistance_tone, p.lag_resistance),
        "venous_delayed": _lagging(sympathetic, venous, p.delay_venous),
        "venous_tone": _lagging(venous, s.venous_tone, p.lag_venous),
        "rate_sympathetic_delayed": _lagging(
            sympathetic, rate_sympathetic, p.delay_rate_sympathetic
        ),
        "rate_sympathetic_tone": _lagging(
            rate_sympathetic, s.rate_sympathetic_tone, p.lag_rate_sympathetic
        ),
        "rate_vagal_delayed": _lagging(vagal, rate_vagal, p.delay_rate_vagal),
        "rate_vagal_tone": _lagging(rate_vagal, s.rate_vagal_tone, p.lag_rate_vagal),
    }


def _parallel(first: ca.SX, second: ca.SX) -> ca.SX:
    return first * second / (first + second)


def effects(s: States, u: object, p: Parameters) -> dict[str, ca.SX]:
    """Factors on contractility, resistance and heart rate, and the unstressed venous volume (mL).

    Each factor is the reference's sum at the present tone over the same sum at the operating
    pressure; the gain of the reflex scales its distance from 1.
    """
    sympathetic, vagal = _neutral_tone(p)

    def factor(now: ca.SX, neutral: ca.SX) -> ca.SX:
        return 1 + p.baroreflex_gain * (now / neutral - 1)

    def lv_elastance(above: ca.SX | float) -> ca.SX:
        return p.base_lv_contractility + p.gain_lv_contractility * (sympathetic + above)

    def rv_elastance(above: ca.SX | float) -> ca.SX:
        return p.base_rv_contractility + p.gain_rv_contractility * (sympathetic + above)

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
        "lv_contractility": factor(lv_elastance(raised), lv_elastance(0)),
        "rv_contractility": factor(rv_elastance(raised), rv_elastance(0)),
        "systemic_resistance": factor(resistance(s.resistance_tone), resistance(0)),
        "venous_volume": p.baroreflex_gain * p.gain_venous_volume * s.venous_tone,
        # The rate is the inverse of the period.
        "heart_rate": factor(period(0, 0), period(s.rate_sympathetic_tone, s.rate_vagal_tone)),
    }


def outputs(s: States, m: BeatMetrics, u: object, p: Parameters) -> dict[str, ca.SX]:
    """Sympathetic firing relative to that at the operating pressure, whatever the gain."""
    pressure = p.baroreflex_operating_pressure
    at_rest = carotid_firing(pressure, settled_set_point(pressure, p), p)
    now = carotid_firing(s.sensed_pressure, s.present_set_point, p)
    return {"sympathetic_activity": sympathetic_firing(now, p) / sympathetic_firing(at_rest, p)}

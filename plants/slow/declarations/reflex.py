"""What a law of the slow clock declares: reflex.

The equations are in :mod:`plants.slow.laws.reflex`.
"""

from __future__ import annotations

from plants.quantities import Entry, entry, field_names, structure


@structure
class States:
    """Sensed pressure, set point, and the tone of every effector above the operating pressure's."""

    sensed_pressure: Entry = entry("mmHg", "arterial pressure as the receptors pass it", -50, 300)
    present_set_point: Entry = entry("mmHg", "pressure about which the receptors work", -50, 300)
    contractility_delayed: Entry = entry("1", "tone on its way (contractility)", -10, 10)
    contractility_tone: Entry = entry("1", "tone at the effector (contractility)", -10, 10)
    resistance_delayed: Entry = entry("1", "tone on its way (resistance)", -10, 10)
    resistance_tone: Entry = entry("1", "tone at the effector (resistance)", -10, 10)
    venous_delayed: Entry = entry("1", "tone on its way (venous)", -10, 10)
    venous_tone: Entry = entry("1", "tone at the effector (venous)", -10, 10)
    rate_sympathetic_delayed: Entry = entry("1", "tone on its way (rate_sympathetic)", -10, 10)
    rate_sympathetic_tone: Entry = entry("1", "tone at the effector (rate_sympathetic)", -10, 10)
    rate_vagal_delayed: Entry = entry("1/s", "tone on its way (rate_vagal)", -10, 10)
    rate_vagal_tone: Entry = entry("1/s", "tone at the effector (rate_vagal)", -10, 10)


@structure
class Parameters:
    """The reflex: receptors, nerves and effectors."""

    baroreflex_gain: Entry = entry("1", "share of the reflex that is at work; 0 is off", 0, 1)
    baroreflex_set_point: Entry = entry("mmHg", "a person's set point, never reset (Pn)", 50, 150)
    baroreflex_operating_pressure: Entry = entry("mmHg", "where the reflex is neutral", 20, 200)
    baroreflex_resetting_share: Entry = entry("1", "share of a pressure's move that resets", 0, 1)
    baroreflex_resetting_time: Entry = entry("h", "time constant of resetting", 0.05, 240)
    baroreflex_slope: Entry = entry("mmHg", "width of the sigmoid of the carotid sinus (ka)", 2, 50)
    carotid_firing_low: Entry = entry("1/s", "lowest firing of the carotid sinus (fmin)", 0, 20)
    carotid_firing_high: Entry = entry("1/s", "highest firing of the carotid sinus (fmax)", 20, 150)
    baroreflex_time: Entry = entry("s", "time constant of the receptors (tau_p)", 0.2, 20)
    sympathetic_firing_far: Entry = entry("1/s", "firing at high pressure (fes_inf)", 0, 10)
    sympathetic_firing_zero: Entry = entry("1/s", "firing without inhibition (fes_0)", 5, 60)
    sympathetic_firing_threshold: Entry = entry("1/s", "threshold of effectors (fes_min)", 0, 10)
    sympathetic_decay: Entry = entry("s", "fall with carotid firing (kes)", 0.005, 0.5)
    vagal_firing_low: Entry = entry("1/s", "vagal firing at low pressure (fev_0)", 0, 20)
    vagal_firing_high: Entry = entry("1/s", "vagal firing at high pressure (fev_inf)", 0, 40)
    vagal_centre: Entry = entry("1/s", "carotid firing at the vagal curve's middle (fcs_0)", 5, 80)
    vagal_width: Entry = entry("1/s", "width of the vagal curve (kev)", 1, 50)
    gain_lv_contractility: Entry = entry("mmHg/mL", "LV elastance per sympathetic tone", 0, 5)
    gain_rv_contractility: Entry = entry("mmHg/mL", "RV elastance per sympathetic tone", 0, 5)
    gain_splanchnic_resistance: Entry = entry("mmHg.s/mL", "splanchnic resistance per tone", 0, 10)
    gain_other_resistance: Entry = entry("mmHg.s/mL", "other resistance per tone", 0, 10)
    gain_venous_volume: Entry = entry("mL", "unstressed volume per sympathetic tone", -1500, 0)
    gain_period_sympathetic: Entry = entry("s", "heart period per sympathetic tone", -0.2, 0)
    gain_period_vagal: Entry = entry("s2", "heart period per vagal firing", 0, 0.5)
    base_lv_contractility: Entry = entry("mmHg/mL", "LV elastance without tone", 0.2, 10)
    base_rv_contractility: Entry = entry("mmHg/mL", "RV elastance without tone", 0.2, 10)
    base_splanchnic_resistance: Entry = entry("mmHg.s/mL", "resistance without tone", 0.2, 20)
    base_other_resistance: Entry = entry("mmHg.s/mL", "other resistance without tone", 0.2, 20)
    base_period: Entry = entry("s", "heart period without any tone (T0)", 0.4, 1.5)
    lag_contractility: Entry = entry("s", "effector's lag (contractility)", 0.05, 120)
    lag_resistance: Entry = entry("s", "effector's lag (resistance)", 0.05, 120)
    lag_venous: Entry = entry("s", "effector's lag (venous)", 0.05, 120)
    lag_rate_sympathetic: Entry = entry("s", "effector's lag (rate_sympathetic)", 0.05, 120)
    lag_rate_vagal: Entry = entry("s", "effector's lag (rate_vagal)", 0.05, 120)
    delay_contractility: Entry = entry("s", "effector's delay (contractility)", 0.05, 120)
    delay_resistance: Entry = entry("s", "effector's delay (resistance)", 0.05, 120)
    delay_venous: Entry = entry("s", "effector's delay (venous)", 0.05, 120)
    delay_rate_sympathetic: Entry = entry("s", "effector's delay (rate_sympathetic)", 0.05, 120)
    delay_rate_vagal: Entry = entry("s", "effector's delay (rate_vagal)", 0.05, 120)


#: States that settle within seconds; the set point takes hours.
FAST_STATES: tuple[str, ...] = tuple(
    name for name in field_names(States) if name != "present_set_point"
)

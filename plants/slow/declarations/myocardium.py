"""What a law of the slow clock declares: myocardium.

The equations are in :mod:`plants.slow.laws.myocardium`.
"""

from __future__ import annotations

from plants.quantities import Entry, entry, structure


@structure
class States:
    """Shares of the recoverable contractility, and the load unsupported."""

    stunned: Entry = entry("1", "share of the recoverable contractility still stunned", 0, 1)
    infarcted: Entry = entry("1", "share of the recoverable contractility lost for good", 0, 1)
    recovery_onset_1: Entry = entry("1", "stage of the delay of recovery", 0, 1)
    recovery_onset_2: Entry = entry("1", "stage of the delay of recovery", 0, 1)
    recovery_onset_3: Entry = entry("1", "stage of the delay of recovery", 0, 1)
    tension_reference: Entry = entry("mmHg.mm", "end-diastolic wall tension unsupported", 0, 1e4)
    demand_reference: Entry = entry("mmHg.mL/min", "oxygen demand unsupported", 0, 2e7)


@structure
class Parameters:
    """Recovery and loss of contractility."""

    recoverable: Entry = entry("1", "LV contractility gained by recovery; 0 is none", 0, 10)
    rv_recoverable: Entry = entry("1", "the same of the right ventricle", 0, 10)
    lv_softening: Entry = entry("1", "share of LV diastolic stiffness lost by recovery", 0, 0.6)
    rv_softening: Entry = entry("1", "the same of the right ventricle", 0, 0.6)
    recovery_time: Entry = entry("d", "recovery time constant under good support (tau)", 0.25, 30)
    recovery_delay: Entry = entry("d", "delay of recovery (t0)", 0, 10)
    spontaneous_recovery: Entry = entry("1", "drive of recovery without any unloading", 0, 1)
    load_tension_share: Entry = entry("1", "weight of wall tension against oxygen demand", 0, 1)
    good_relief: Entry = entry("1", "relief of load that counts as good support", 0.02, 0.9)
    overload_margin: Entry = entry("1", "load above that of the start that is borne", 0, 1)
    overload_span: Entry = entry("1", "further load that stuns at the full rate", 0.02, 2)
    unsupported_tension: Entry = entry("mmHg.mm", "tension unsupported; 0: first beat's", 0, 1e4)
    unsupported_demand: Entry = entry("mmHg.mL/min", "demand unsupported; 0: first beat's", 0, 2e7)
    coronary_critical_pressure: Entry = entry("mmHg", "driving pressure that half suffices", 5, 90)
    coronary_infarct_pressure: Entry = entry("mmHg", "driving pressure that half infarcts", 0, 60)
    coronary_width: Entry = entry("mmHg", "width of both thresholds", 1, 30)
    stunning_time: Entry = entry("h", "time constant of renewed stunning", 0.5, 200)
    infarction_time: Entry = entry("h", "time constant of infarction without perfusion", 0.5, 500)
    infarct_loss: Entry = entry("1", "share of contractility lost when all is infarcted", 0, 0.9)

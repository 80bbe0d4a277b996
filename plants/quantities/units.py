"""Unit conversions, in one place; inside the project only clinical units are used.

Pressure mmHg, volume mL, flow mL/s inside the differential equations and L/min in every signal,
time s, rotor speed rpm (krpm inside the head-flow law), power W.
"""

from types import MappingProxyType

SECONDS_PER_MINUTE = 60.0
MINUTES_PER_HOUR = 60.0
SECONDS_PER_HOUR = SECONDS_PER_MINUTE * MINUTES_PER_HOUR
HOURS_PER_DAY = 24.0
#: Hours are sums of floating-point steps: times no further apart than this are the same, h.
HOUR_SLACK = 1e-6
ML_PER_L = 1000.0
ML_PER_DL = 100.0
MG_PER_G = 1000.0
#: Decimals of a quantity that mean something to a reader, by unit; a choice, finer than any
#: measurement. What lies below them is rounding of the calculation.
DECIMALS = MappingProxyType(
    {
        **dict.fromkeys(("rpm", "mmHg.mL"), 0),
        **dict.fromkeys(("mA", "1/min"), 1),
        **dict.fromkeys(("mmHg", "mL", "mg/dL", "g/dL", "mmol/L"), 2),
        **dict.fromkeys(("L/min", "L/min/m2", "W", "mg/dL/h", "s", "h"), 3),
        "1": 4,
    }
)
#: A French is a third of a millimetre.
MM_PER_FRENCH = 1 / 3

#: mL/s -> L/min
L_MIN_PER_ML_S = SECONDS_PER_MINUTE / ML_PER_L
RPM_PER_KRPM = 1000.0
#: rpm -> krpm
KRPM_PER_RPM = 1 / RPM_PER_KRPM
#: mmHg -> Pa
PA_PER_MMHG = 133.322
#: mmHg * mL -> J (1 mmHg = 133.322 Pa, 1 mL = 1e-6 m^3)
J_PER_MMHG_ML = PA_PER_MMHG * 1e-6
#: Divisor of the clinical definition of cardiac power output: W = mmHg * L/min / 451
#: (Fincke et al. 2004, J Am Coll Cardiol 44:340).
CPO_DIVISOR = 451.0
#: Density of blood, kg/m^3, and its usual spread is 1050-1060.
BLOOD_DENSITY = 1060.0

"""The numbers of a bedside: what clinicians do, and when a circulation has failed."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from plants.quantities import DATA, number_parts, parameter_table
from plants.slow import SLOW_INPUTS

_FILE = DATA / "weaning" / "bedside.toml"
_DOSE = "ug/kg/min"

_DECLARED = {
    "reflex": parameter_table(("gain", "1", "gain of the baroreflex at the bedside", 0, 1)),
    "orders": parameter_table(
        ("map_wean", "mmHg", "pressure from which drugs are taken down", 40, 120),
        ("map_rescue", "mmHg", "pressure below which the vasopressor is raised", 30, 100),
        ("ci_wean", "L/min/m2", "cardiac index from which the inotrope is taken down", 1, 4),
        ("vasopressor_step", _DOSE, "change of the vasopressor in an hour", 0.001, 0.5),
        (
            "vasopressor_most",
            _DOSE,
            "highest vasopressor that is given",
            0,
            SLOW_INPUTS["vasopressor"].high,
        ),
        ("inotrope_step", _DOSE, "change of the inotrope in an hour", 0.05, 10),
        ("congestion_cvp", "mmHg", "central venous pressure that is treated", 5, 30),
        ("congestion_pcwp", "mmHg", "wedge pressure that is treated", 5, 40),
        ("relieved_cvp", "mmHg", "central venous pressure at which that ends", 0, 25),
        ("relieved_pcwp", "mmHg", "wedge pressure at which that ends", 0, 35),
        ("diuresis_rate", "mL/h", "net fluid taken off", 0, 500),
        ("diuresis_share", "1", "share of the blood volume taken off at most", 0, 0.5),
        ("empty_cvp", "mmHg", "central venous pressure below which fluid is given", -5, 15),
        ("fluid_rate", "mL/h", "fluid given", 0, 2000),
        ("transfusion_below", "g/dL", "hemoglobin below which red cells are given", 4, 12),
        ("transfusion_rate", "mL/h", "red cells given", 0, 1000),
        ("limb_low", "1", "perfusion of the limb that asks for a catheter", 0, 1),
    ),
    "death": parameter_table(
        ("map_low", "mmHg", "pressure that is not survived for long", 20, 70),
        ("ci_low", "L/min/m2", "cardiac index that is not survived for long", 0.2, 2),
        ("hours", "h", "how long any of these is survived", 0.5, 48),
        ("lactate", "mmol/L", "lactate that is not survived for long", 5, 60),
    ),
    "explant": parameter_table(
        ("hours", "h", "how long a patient is followed without the pump", 1, 240),
        ("grace", "h", "time that the circulation gets to settle", 0, 12),
        ("lasting", "h", "how long a bad circulation must last to count", 0, 24),
        ("map_low", "mmHg", "mean pressure below which the wean has failed", 30, 80),
        ("ci_low", "L/min/m2", "cardiac index below which the wean has failed", 1, 3),
        ("pcwp_high", "mmHg", "wedge pressure above which the wean has failed", 12, 40),
        ("cvp_high", "mmHg", "central venous pressure above which the wean has failed", 8, 30),
        ("lactate_high", "mmol/L", "lactate above which the wean has failed", 2, 15),
        ("vasopressor_high", _DOSE, "vasopressor above which the wean has failed", 0.01, 1),
        ("inotrope_hours", "h", "time in which an inotrope is taken off", 1, 96),
    ),
    "alarm": parameter_table(
        ("suction_share", "1", "share of the beat in suction that is an alarm", 0, 1),
        ("map_low", "mmHg", "mean pressure below which the monitor's alarm calls somebody", 20, 90),
        ("hours", "h", "time from an event to the look that an alarm calls for", 0.01, 1),
    ),
    "bleeding": parameter_table(
        ("rate", "mL/h", "blood lost in a major bleeding", 0, 20000),
        ("hours", "h", "how long it lasts", 0.5, 240),
        ("transfusion", "mL/h", "red cells given meanwhile", 0, 10000),
        ("fluid", "mL/h", "fluid given meanwhile", 0, 20000),
    ),
    "malposition": parameter_table(
        ("low", "h", "shortest lasting malposition", 1, 240),
        ("high", "h", "longest lasting malposition", 1, 240),
        ("mitral_share", "1", "share of malpositions on the mitral apparatus", 0, 1),
        ("mitral_contact", "1", "share of the inlet on the mitral apparatus", 0, 1),
        ("put_right", "h", "time that echo and putting the pump right take", 0.05, 24),
    ),
}


#: The numbers by part (``"orders"``, ``"explant"``, ...) and name.
BedsideSettings = Mapping[str, Mapping[str, float]]


@functools.cache
def bedside_settings() -> BedsideSettings:
    """The settings that come with the package (read once).

    Examples
    --------
    >>> from plants.bedside import bedside_settings
    >>> bedside_settings()["explant"]["hours"]
    48.0
    """
    return number_parts(_FILE, _DECLARED)

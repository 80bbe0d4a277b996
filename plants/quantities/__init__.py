"""Quantities and their files: units, parameters, signals, vectors by name, input errors."""

from plants.quantities.errors import InputError, PhysicsError, unknown_name
from plants.quantities.named_vector import Layout
from plants.quantities.parameter import Parameter, parameter_table
from plants.quantities.quantity import (
    MISSING,
    Declared,
    Quantity,
    check_keys,
    check_number,
    check_quantities,
    check_tag,
    check_text,
    read_quantities,
    read_quantity,
    replace_values,
    replaced_path,
)
from plants.quantities.signals import BEAT_METRICS, SIGNALS, SLOW_SIGNALS, WAVEFORMS, Signal, signal
from plants.quantities.toml_file import DATA, load_toml, preset_names, toml_quantities, toml_string
from plants.quantities.units import (
    BLOOD_DENSITY,
    CPO_DIVISOR,
    J_PER_MMHG_ML,
    KRPM_PER_RPM,
    L_MIN_PER_ML_S,
    ML_PER_L,
    PA_PER_MMHG,
    SECONDS_PER_MINUTE,
)

__all__ = [
    "BEAT_METRICS",
    "BLOOD_DENSITY",
    "CPO_DIVISOR",
    "DATA",
    "J_PER_MMHG_ML",
    "KRPM_PER_RPM",
    "L_MIN_PER_ML_S",
    "MISSING",
    "ML_PER_L",
    "PA_PER_MMHG",
    "SECONDS_PER_MINUTE",
    "SIGNALS",
    "SLOW_SIGNALS",
    "WAVEFORMS",
    "Declared",
    "InputError",
    "Layout",
    "Parameter",
    "PhysicsError",
    "Quantity",
    "Signal",
    "check_keys",
    "check_number",
    "check_quantities",
    "check_tag",
    "check_text",
    "load_toml",
    "parameter_table",
    "preset_names",
    "read_quantities",
    "read_quantity",
    "replace_values",
    "replaced_path",
    "signal",
    "toml_quantities",
    "toml_string",
    "unknown_name",
]

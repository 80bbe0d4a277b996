"""Quantities and their files: units, parameters, signals, vectors by name, input errors."""

from plants.quantities.checked_model import CheckedModel as CheckedModel
from plants.quantities.checks import (
    Array as Array,
    Declared as Declared,
    check_array as check_array,
    check_count as check_count,
    check_keys as check_keys,
    check_number as check_number,
    check_text as check_text,
    clipped as clipped,
)
from plants.quantities.errors import (
    MISSING as MISSING,
    ErrorCollector as ErrorCollector,
    FailureKind as FailureKind,
    FrozenError as FrozenError,
    InputError as InputError,
    InputErrors as InputErrors,
    PhysicsError as PhysicsError,
    all_errors as all_errors,
    each_error as each_error,
    lookup as lookup,
    nearest_hint as nearest_hint,
    nearest_name as nearest_name,
    unknown_name as unknown_name,
    value_text as value_text,
)
from plants.quantities.fields import (
    Checked as Checked,
    Name as Name,
    Source as Source,
    Tag as Tag,
    Text as Text,
    no_quantities as no_quantities,
    number_in as number_in,
    number_parts as number_parts,
    one_of as one_of,
    parameters_of as parameters_of,
    quantities_in as quantities_in,
    quantity_in as quantity_in,
    quantity_parts as quantity_parts,
    tables_of as tables_of,
    text as text,
    unit_of as unit_of,
    unit_of_named as unit_of_named,
    usable as usable,
)
from plants.quantities.model_refusals import refusals as refusals
from plants.quantities.named_vector import (
    Entry as Entry,
    Layout as Layout,
    TypedLayout as TypedLayout,
    declarations as declarations,
    entry as entry,
    field_names as field_names,
    structure as structure,
)
from plants.quantities.parameter import Parameter as Parameter, parameter_table as parameter_table
from plants.quantities.plausible_readings import (
    Plausibility as Plausibility,
    SignalRange as SignalRange,
    plausibility as plausibility,
    signal_ranges as signal_ranges,
)
from plants.quantities.preset import (
    BASE as BASE,
    ParameterPreset as ParameterPreset,
    Preset as Preset,
)
from plants.quantities.quantity import (
    Quantity as Quantity,
    read_quantities as read_quantities,
    read_quantity as read_quantity,
    replace_values as replace_values,
    replaced_path as replaced_path,
)
from plants.quantities.read_only_mapping import read_only as read_only
from plants.quantities.seeds import (
    HIGHEST_SEED as HIGHEST_SEED,
    STREAMS as STREAMS,
    check_seed as check_seed,
    stream as stream,
    stream_seed as stream_seed,
)
from plants.quantities.signals import (
    BEAT_METRICS as BEAT_METRICS,
    SIGNALS as SIGNALS,
    SLOW_SIGNALS as SLOW_SIGNALS,
    WAVEFORMS as WAVEFORMS,
    BeatMetrics as BeatMetrics,
    Signal as Signal,
    Waveforms as Waveforms,
    signal as signal,
)
from plants.quantities.surroundings import (
    UNPRINTABLE as UNPRINTABLE,
    Shown as Shown,
    figure_defaults as figure_defaults,
    file_name as file_name,
    file_names as file_names,
    is_private as is_private,
    parse_json as parse_json,
    printable as printable,
    private_folder as private_folder,
    read_json as read_json,
    read_text as read_text,
    temporary_path as temporary_path,
)
from plants.quantities.toml_file import (
    DATA as DATA,
    load_toml as load_toml,
    parsed_toml as parsed_toml,
    preset_names as preset_names,
    toml_quantities as toml_quantities,
    toml_string as toml_string,
    toml_text as toml_text,
)
from plants.quantities.units import (
    BLOOD_DENSITY as BLOOD_DENSITY,
    CPO_DIVISOR as CPO_DIVISOR,
    DECIMALS as DECIMALS,
    HOUR_SLACK as HOUR_SLACK,
    HOURS_PER_DAY as HOURS_PER_DAY,
    J_PER_MMHG_ML as J_PER_MMHG_ML,
    KRPM_PER_RPM as KRPM_PER_RPM,
    L_MIN_PER_ML_S as L_MIN_PER_ML_S,
    MG_PER_G as MG_PER_G,
    MINUTES_PER_HOUR as MINUTES_PER_HOUR,
    ML_PER_DL as ML_PER_DL,
    ML_PER_L as ML_PER_L,
    MM_PER_FRENCH as MM_PER_FRENCH,
    PA_PER_MMHG as PA_PER_MMHG,
    RPM_PER_KRPM as RPM_PER_KRPM,
    SECONDS_PER_HOUR as SECONDS_PER_HOUR,
    SECONDS_PER_MINUTE as SECONDS_PER_MINUTE,
)

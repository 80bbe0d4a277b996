"""What comes from outside: users' text, names that become files, Matplotlib's settings."""

from plants.quantities.surroundings.figure_settings import figure_defaults as figure_defaults
from plants.quantities.surroundings.safe_path import (
    file_name as file_name,
    file_names as file_names,
    is_private as is_private,
    private_folder as private_folder,
    temporary_path as temporary_path,
)
from plants.quantities.surroundings.shown import Shown as Shown
from plants.quantities.surroundings.text_file import (
    UNPRINTABLE as UNPRINTABLE,
    parse_json as parse_json,
    parse_toml as parse_toml,
    printable as printable,
    read_json as read_json,
    read_text as read_text,
)

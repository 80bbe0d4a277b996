"""What comes from outside: users' text, names that become files, Matplotlib's settings."""

from plants.quantities.surroundings.figure_settings import figure_defaults
from plants.quantities.surroundings.safe_path import (
    file_name,
    file_names,
    is_private,
    private_folder,
    temporary_path,
)
from plants.quantities.surroundings.text_file import (
    UNPRINTABLE,
    parse_json,
    parse_toml,
    printable,
    read_json,
    read_text,
)

__all__ = [
    "UNPRINTABLE",
    "figure_defaults",
    "file_name",
    "file_names",
    "is_private",
    "parse_json",
    "parse_toml",
    "printable",
    "private_folder",
    "read_json",
    "read_text",
    "temporary_path",
]

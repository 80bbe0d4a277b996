"""Figures are drawn with the project's settings, whatever the user's are."""

from __future__ import annotations

import os
import subprocess
import sys

import matplotlib
import pytest

from plants.quantities import figure_defaults


def test_the_users_settings_do_not_count_inside_and_come_back():
    with matplotlib.rc_context({"text.usetex": True, "font.size": 31.0}):
        with figure_defaults():
            assert not matplotlib.rcParams["text.usetex"]
            assert matplotlib.rcParams["font.size"] == matplotlib.rcParamsDefault["font.size"]
            assert not matplotlib.rcParams["text.parse_math"]
        assert matplotlib.rcParams["text.usetex"]
        assert matplotlib.rcParams["font.size"] == 31.0


@pytest.mark.parametrize("backend", ["nonsense", "module://nowhere", "tkagg"])
def test_a_backend_that_is_not_there_breaks_nothing(backend, tmp_path):
    code = (
        "import os\n"
        "from plants.quantities import figure_defaults\n"
        "with figure_defaults():\n"
        "    from matplotlib.figure import Figure\n"
        "    Figure().savefig('a.png')\n"
        "print(os.environ['MPLBACKEND'])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"MPLBACKEND": backend, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == backend
    assert (tmp_path / "a.png").stat().st_size > 0

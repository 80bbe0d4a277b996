"""A user's code stays inside the program, and its errors are told with its own line."""

import os
import signal
import subprocess
import sys

import pytest

from controllers import ends_the_program, error_text, load_controller, user_code, user_file
from plants import InputError


@pytest.mark.parametrize("status", [0, 3])
def test_it_cannot_end_the_program(status):
    really = os._exit
    with pytest.raises(SystemExit) as ended, user_code():
        os._exit(status)
    assert ended.value.code == status
    assert os._exit is really


@pytest.mark.parametrize(
    "ending",
    [
        "threading.Thread(target=os._exit, args=(5,)).start(); time.sleep(60)",
        "child = os.fork() or os._exit(5); os.kill(os.getpid(), 0)\n"
        "os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))",
    ],
    ids=["thread", "process"],
)
def test_other_threads_and_processes_end_as_ever(ending):
    lines = "".join(f"    {line}\n" for line in ending.splitlines()[:1])
    code = (
        "import os, threading, time\n"
        "from controllers import user_code\n"
        f"with user_code():\n{lines}" + "\n".join(ending.splitlines()[1:])
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 5


def test_the_users_own_ways_to_end_are_no_errors():
    assert ends_the_program(KeyboardInterrupt())
    assert ends_the_program(SystemExit(128 + signal.SIGTERM))
    assert not ends_the_program(SystemExit(0))
    assert not ends_the_program(ValueError())


def raised(path, text):
    path.write_text(text)
    with pytest.raises(InputError) as refused:
        load_controller(f"{path}:Mine")
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = 1\ny = 1 / 0\n", "ZeroDivisionError: division by zero ({path}, line 2)"),
        ("x = (\n", "({path}, line 1)"),
        ("import os\n\nos._exit(0)\n", "SystemExit: 0 ({path}, line 3)"),
        ("import nowhere\n", "({path}, line 1)"),
        ("def f(n):\n    return f(n + 1)\nf(0)\n", "RecursionError"),
        ("class Odd(BaseException): pass\nraise Odd('two\\nlines')\n", "Odd: two lines ({path}"),
        ("class Mine:\n    def __init__(self):\n        raise OSError(7)\n", "7 ({path}, line 3)"),
    ],
)
def test_an_error_in_a_file_is_told_with_its_line(tmp_path, text, told):
    path = tmp_path / "mine.py"
    assert told.format(path=path) in raised(path, text)


def test_an_error_whose_text_fails_is_told_by_its_kind():
    class Mute(Exception):
        def __str__(self):
            raise ValueError

    assert error_text(Mute()) == "Mute"


def test_a_built_in_controller_has_no_file():
    assert user_file("policy:folder.py/x") is None
    assert user_file("a/mine.py:Mine") == "a/mine.py"

"""Controllers by name, and a user's own class."""

from __future__ import annotations

import pytest

from controllers import CONTROLLER_FORMS, Controller, controller_names, load_controller
from plants import InputError

GOOD = """
from dataclasses import dataclass
from controllers import Command

@dataclass
class Half:
    name: str = "half"
    def reset(self, briefing):
        self.speed = briefing.pump.max_rpm / 2
    def act(self, measurement):
        return Command(self.speed)

class Nameless:
    def reset(self, briefing): ...
    def act(self, measurement): ...

class Flat(Nameless):
    name = "flat"
    act = 3

class Choosy(Half):
    def __init__(self, gain): ...

NUMBER = 3
"""


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(GOOD)
    return path


@pytest.mark.parametrize("name", controller_names())
def test_every_name_gives_a_controller_of_its_own(name):
    first, second = load_controller(name), load_controller(name)
    assert isinstance(first, Controller)
    assert first is not second
    assert name.startswith(first.name.partition(":")[0])


def test_names_are_forms_without_a_placeholder():
    assert set(controller_names()) <= set(CONTROLLER_FORMS)
    assert set(CONTROLLER_FORMS) - set(controller_names()) == {
        "fixed:LEVEL",
        "policy:FOLDER",
        "FILE.py:CLASS",
    }


def test_pi_alone_is_pi_of_the_pressure():
    assert load_controller("pi").name == load_controller("pi:map").name == "pi:map"


def test_a_level_is_kept_for_the_pump_of_the_run():
    assert load_controller("fixed:P-6").name == "fixed:P-6"


@pytest.mark.parametrize("spec", ["mpc", "", "lqg:fast", "nmpc:", "policy:", "policy", "FIXED"])
def test_unknown_name_lists_the_forms(spec):
    with pytest.raises(InputError, match=r"fixed:LEVEL.*FILE\.py:CLASS"):
        load_controller(spec)


@pytest.mark.parametrize("spec", [None, 3, ["pi"]])
def test_what_is_no_text_is_refused(spec):
    with pytest.raises(InputError, match="a name, as text"):
        load_controller(spec)


def test_blank_parts_are_refused():
    with pytest.raises(InputError, match="a P-level"):
        load_controller("fixed:")
    with pytest.raises(InputError, match="one of map, displayed_flow, cardiac_output"):
        load_controller("pi:")
    with pytest.raises(InputError, match="pcwp"):
        load_controller("pi:pcwp")


def test_a_folder_without_a_policy_is_refused(tmp_path):
    with pytest.raises(InputError):
        load_controller(f"policy:{tmp_path / 'none'}")


def test_a_users_class_is_loaded(good):
    controller = load_controller(f"{good}:Half")
    assert isinstance(controller, Controller)
    assert controller.name == "half"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Missing", "Half, Nameless, Flat, Choosy"),
        ("NUMBER", "a class in the file"),
        ("", "a class in the file"),
        ("Nameless", "it lacks name"),
        ("Flat", "act is a method"),
        ("Choosy", "without arguments; it raised TypeError"),
    ],
)
def test_a_class_that_cannot_be_used_is_refused(good, name, reason):
    with pytest.raises(InputError, match=reason) as caught:
        load_controller(f"{good}:{name}")
    assert str(good) in str(caught.value)


def test_a_file_that_is_missing_or_a_folder_is_refused(tmp_path):
    for path in (tmp_path / "none.py", tmp_path):
        with pytest.raises(InputError):
            load_controller(f"{path}:Half")
    with pytest.raises(InputError, match="a Python file that exists"):
        load_controller(f"{tmp_path / 'none.py'}:Half")


def test_a_file_without_a_class_is_asked_for_one(good):
    with pytest.raises(InputError, match=r"mine\.py:CLASS"):
        load_controller(str(good))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("class Half", "SyntaxError"),
        ("import nothing_of_this_name", "ModuleNotFoundError"),
        ("raise SystemExit(3)", "SystemExit: 3"),
    ],
)
def test_a_file_that_fails_is_refused_with_its_reason(tmp_path, text, told):
    path = tmp_path / "broken.py"
    path.write_text(text)
    with pytest.raises(InputError, match=told) as caught:
        load_controller(f"{path}:Half")
    assert caught.value.__cause__ is not None
    assert "\n" not in str(caught.value)


def test_a_changed_file_is_run_again(good):
    load_controller(f"{good}:Half")
    good.write_text(GOOD.replace('"half"', '"changed"'))
    assert load_controller(f"{good}:Half").name == "changed"

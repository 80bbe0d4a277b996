"""Controllers of the literature by name."""

from __future__ import annotations

from pathlib import Path

import pytest

import controllers
from controllers import CONTROLLER_FORMS, load_controller
from controllers.literature import LITERATURE, literature_controller, literature_forms
from plants import InputError
from plants.quantities import load_toml

DATA = Path(controllers.__file__).parent / "data" / "literature"


@pytest.mark.parametrize("spec", literature_forms())
def test_every_form_is_a_controller_of_that_name(spec):
    assert literature_controller(spec).name == load_controller(spec).name == spec


def test_forms_are_those_of_the_registry():
    assert set(literature_forms()) <= set(CONTROLLER_FORMS)
    assert all(CONTROLLER_FORMS[form] for form in literature_forms())


def test_published_settings_are_a_form_where_there_are_any():
    for name, controller in LITERATURE.items():
        published = controller.PUBLISHED_PARAMETERS is not None
        assert (f"{name}:published" in literature_forms()) == published


@pytest.mark.parametrize("spec", ["auto:published", "constant-hed", "starling:ours", "starling:"])
def test_other_names_are_refused(spec):
    with pytest.raises(InputError, match="starling"):
        literature_controller(spec)
    with pytest.raises(InputError, match="starling"):
        load_controller(spec)


@pytest.mark.parametrize("name", LITERATURE)
def test_every_controller_says_where_it_is_from(name):
    text = LITERATURE[name].__doc__.lower()
    assert "published" in text or "recalled" in text
    assert "ours" in text or "derived" in text
    assert "tier" in text


@pytest.mark.parametrize("name", LITERATURE)
def test_every_number_has_its_source_and_is_declared(name):
    content, _ = load_toml(DATA / f"{name}.toml")
    parts = {"default"} | (
        {"published"} if LITERATURE[name].PUBLISHED_PARAMETERS is not None else set()
    )
    assert set(content) == parts
    assert set(content["default"]) == set(LITERATURE[name].PARAMETERS)

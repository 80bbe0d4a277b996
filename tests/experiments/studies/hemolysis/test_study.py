"""The command of the hemolysis study."""

from __future__ import annotations

import pytest

from plants.pumps import HEMOLYSIS_LAWS


@pytest.mark.usefixtures("drawn")
def test_the_command(impellab, tmp_path):
    result = impellab("hemolysis", "--workers", 1, "--json")
    assert result.code == 0
    document = result.document
    assert document["held"] is True
    assert all(check["met"] for check in document["checks"])
    assert document["units"]["needed_stress_Pa"] == "Pa"
    assert {row["law"] for row in document["rows"]} == set(HEMOLYSIS_LAWS)


def test_an_unknown_patient_is_refused_before_anything_is_made(impellab, tmp_path):
    result = impellab("hemolysis", "--patient", "shock-q")
    assert result.code == 2
    assert "shock-d" in result.error
    assert list(tmp_path.iterdir()) == []

"""What the tests of files share."""

from __future__ import annotations

import pytest

from plants import InputError


def check_bad_file(load, path, text, where):
    """A file with that text is refused by its name, the key with its value, and what is allowed."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert where in message
    assert "allowed: " in message

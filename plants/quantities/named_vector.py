"""Names of the entries of a vector, and access to them by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import SimpleNamespace

import casadi as ca
import numpy as np


class Layout:
    """Ordered names of a vector's entries.

    Examples
    --------
    >>> from plants.quantities import Layout
    >>> layout = Layout(("pressure", "flow"))
    >>> layout.as_dict([80.0, 5.0])["flow"]
    5.0
    """

    def __init__(self, names: Iterable[str]):
        self.names = tuple(names)
        self.index = {name: i for i, name in enumerate(self.names)}

    def __len__(self) -> int:
        return len(self.names)

    def symbols(self, vector: ca.SX) -> SimpleNamespace:
        """The entries of a symbolic vector as attributes."""
        return SimpleNamespace(**{name: vector[i] for i, name in enumerate(self.names)})

    def pack(self, entries: Mapping[str, ca.SX]) -> ca.SX:
        """A symbolic vector from its entries; each name must be there."""
        return ca.vertcat(*[entries[name] for name in self.names])

    def as_dict(self, vector: Iterable[float]) -> dict[str, float]:
        """The entries of a numeric vector by name."""
        return dict(zip(self.names, map(float, np.asarray(vector, dtype=float)), strict=True))

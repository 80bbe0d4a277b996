"""Published power laws of hemolysis: how the release scales with shear stress and exposure time.

The index of hemolysis is the hemoglobin released in one passage, as a percentage of that which
passes: ``HI = C tau^alpha t^beta``, with shear stress tau in Pa and exposure time t in s. The laws
miss the absolute release of a pump by orders of magnitude. The plant therefore takes only the
exponents, and anchors the level on the modified index measured on the CP.

References
----------
Giersiepen M et al. (1990) Int J Artif Organs 13:300. Heuser G, Opitz R (1980) Biorheology 17:17.
Zhang T et al. (2011) Artif Organs 35:1180. Ding J et al. (2015) Artif Organs 39:795.
Roberts N et al. (2020) Int J Artif Organs (the measured modified index).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from numpy.typing import ArrayLike
from pydantic import Field

from plants.pumps.pump import Pump
from plants.quantities import (
    DATA,
    Array,
    CheckedModel,
    Quantity,
    check_array,
    load_toml,
    lookup,
    parameter_table,
    quantities_in,
    quantity_in,
    text,
)

# The modified index counts millionths of the hemoglobin, the index percent.
_MILLIONTHS_PER_PERCENT = 1e4

LAW_PARAMETERS = parameter_table(
    ("coefficient", "%/(Pa^alpha.s^beta)", "index at 1 Pa for 1 s", 1e-9, 1e-1),
    ("alpha", "1", "exponent of the shear stress", 0.5, 4),
    ("beta", "1", "exponent of the exposure time", 0.1, 2),
)
_MEASURED = parameter_table(
    ("index", "1e-6", "modified index of hemolysis", 0.01, 1000),
    ("index_spread", "1e-6", "its standard deviation", 0, 1000),
    ("obstructed_index", "1e-6", "modified index with the outlet obstructed", 0.01, 1000),
    ("obstructed_index_spread", "1e-6", "its standard deviation", 0, 1000),
)


class HemolysisLaw(CheckedModel):
    """A published power law of hemolysis.

    Parameters
    ----------
    blood : str
        Whose blood was sheared.
    coefficient, alpha, beta : Quantity
        The law's constants, for an index in percent, Pa and s.
    name : str
        Author and year, ``"giersiepen-1990"`` for example.

    Examples
    --------
    >>> from plants.pumps import HEMOLYSIS_LAWS
    >>> law = HEMOLYSIS_LAWS["giersiepen-1990"]
    >>> round(float(law.index(100.0, 1.0)), 2)
    2.46
    """

    blood: Annotated[str, text("whose blood")]
    coefficient: Annotated[Quantity, quantity_in(LAW_PARAMETERS["coefficient"])]
    alpha: Annotated[Quantity, quantity_in(LAW_PARAMETERS["alpha"])]
    beta: Annotated[Quantity, quantity_in(LAW_PARAMETERS["beta"])]
    name: str = Field(default="", exclude=True)

    def index(self, shear_stress: ArrayLike, exposure_time: ArrayLike) -> Array:
        """Hemoglobin released in one passage, percent of that which passes.

        Parameters
        ----------
        shear_stress, exposure_time : array_like
            Pa and s, positive; broadcast against each other.

        Raises
        ------
        InputError
            One is not finite or not positive.
        """
        stress = _positive(shear_stress, "shear_stress", "Pa")
        time = _positive(exposure_time, "exposure_time", "s")
        return self.coefficient.value * stress**self.alpha.value * time**self.beta.value

    def modified_index(self, shear_stress: ArrayLike, exposure_time: ArrayLike) -> Array:
        """The index as the modified index counts it: millionths of the hemoglobin that passes.

        Parameters and errors as :meth:`index`.
        """
        return _MILLIONTHS_PER_PERCENT * self.index(shear_stress, exposure_time)

    def shear_stress_at(self, modified_index: ArrayLike, exposure_time: ArrayLike) -> Array:
        """Shear stress (Pa) at which the law gives a modified index: its inverse.

        Parameters
        ----------
        modified_index, exposure_time : array_like
            Millionths, and s; positive.

        Raises
        ------
        InputError
            One is not finite or not positive.

        Examples
        --------
        >>> from plants.pumps import HEMOLYSIS_LAWS
        >>> law = HEMOLYSIS_LAWS["ding-2015"]
        >>> round(float(law.shear_stress_at(law.modified_index(150.0, 0.1), 0.1)), 6)
        150.0
        """
        percent = _positive(modified_index, "modified_index", "1e-6") / _MILLIONTHS_PER_PERCENT
        time = _positive(exposure_time, "exposure_time", "s")
        scale = self.coefficient.value * time**self.beta.value
        return (percent / scale) ** (1 / self.alpha.value)

    def relative_release(self, speed_ratio: ArrayLike, flow_ratio: ArrayLike) -> Array:
        """Release of a pump over that at its reference, by this law.

        Shear stress goes with the rotor speed, exposure time with 1/flow, and the release with
        the index times the flow, as in :func:`plants.pumps.hemolysis_rate`.

        Parameters
        ----------
        speed_ratio, flow_ratio : array_like
            Speed and flow over those of the reference, positive.

        Raises
        ------
        InputError
            One is not finite or not positive.

        Examples
        --------
        >>> from plants.pumps import HEMOLYSIS_LAWS
        >>> float(HEMOLYSIS_LAWS["zhang-2011"].relative_release(1.0, 1.0))
        1.0
        """
        speed = _positive(speed_ratio, "speed_ratio", "of the reference")
        flow = _positive(flow_ratio, "flow_ratio", "of the reference")
        return speed**self.alpha.value * flow ** (1 - self.beta.value)


def _positive(value: ArrayLike, name: str, unit: str) -> Array:
    return check_array(value, name, unit, "positive numbers")


class _LawsFile(CheckedModel):
    laws: dict[str, HemolysisLaw]
    measured: Annotated[Mapping[str, Quantity], quantities_in(_MEASURED)]


def _read() -> tuple[Mapping[str, HemolysisLaw], Mapping[str, Quantity]]:
    content, source = load_toml(DATA / "hemolysis_laws.toml")
    file = _LawsFile.read(content, source=source)
    laws = {name: law.changed(name=name) for name, law in file.laws.items()}
    return MappingProxyType(laws), file.measured


#: The published laws by name, and the modified index measured on the CP (normal and with an
#: obstructed outlet, each with its standard deviation).
HEMOLYSIS_LAWS, MEASURED_INDEX = _read()


def hemolysis_law(name: str) -> HemolysisLaw:
    """The law of that name.

    Raises
    ------
    InputError
        There is none; the message lists those that there are.
    """
    return lookup(HEMOLYSIS_LAWS, name, "hemolysis law")


def with_hemolysis_law(pump: Pump, name: str) -> Pump:
    """A copy of the pump whose release scales by another law; its reference stays.

    Parameters
    ----------
    pump : Pump
        The pump.
    name : str
        One of :data:`HEMOLYSIS_LAWS`.

    Raises
    ------
    InputError
        No law has that name.

    Examples
    --------
    >>> from plants import Pump
    >>> from plants import with_hemolysis_law
    >>> with_hemolysis_law(Pump.load("CP"), "zhang-2011")["hemolysis_alpha"]
    1.9918
    """
    law = hemolysis_law(name)
    exponents = {"hemolysis_alpha": law.alpha.value, "hemolysis_beta": law.beta.value}
    return pump.replace(None, source=law.alpha.source, tag=law.alpha.tag, **exponents)

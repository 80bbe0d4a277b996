"""A high-risk coronary intervention: when balloons are inflated, and how much each one stuns."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from plants.quantities import (
    DATA,
    SECONDS_PER_MINUTE,
    check_seed,
    number_parts,
    parameter_table,
    stream,
)
from plants.scenarios.event import Event
from plants.scenarios.scenario import Scenario

_FILE = DATA / "weaning" / "pci.toml"
_SOURCE = "plants/data/weaning/pci.toml"
_DECLARED = {
    "inflations": parameter_table(
        ("count_low", "1", "fewest inflations", 1, 50),
        ("count_high", "1", "most inflations", 1, 50),
        ("first_low", "min", "earliest begin of the first inflation", 0.1, 300),
        ("first_high", "min", "latest begin of the first inflation", 0.1, 300),
        ("pause_low", "min", "shortest time between inflations", 0.1, 120),
        ("pause_high", "min", "longest time between inflations", 0.1, 120),
        ("duration", "s", "length of an inflation", 1, 600),
        ("factor_low", "1", "smallest share of the contractility that is left", 0.05, 1),
        ("factor_high", "1", "largest share of the contractility that is left", 0.05, 1),
        ("recovery", "s", "time constant of the recovery", 0.1, 3600),
        ("opened", "min", "from the last inflation until the artery is told open", 0, 120),
    ),
    "follow_up": parameter_table(
        ("minutes", "min", "how long the patient is followed without the pump", 1, 600),
        ("grace", "s", "time after the removal that is not counted", 0, 600),
        ("map_low", "mmHg", "mean arterial pressure that is too low", 30, 100),
    ),
}


@dataclass(frozen=True)
class Inflation:
    """A balloon that closes the artery.

    Attributes
    ----------
    onset, seconds : float
        When it is inflated and for how long, s.
    factor : float
        Share of the left-ventricular contractility that is left meanwhile.
    """

    onset: float
    seconds: float
    factor: float


@dataclass(frozen=True)
class Intervention:
    """The inflations in their order, and when the artery is told to be open.

    Attributes
    ----------
    inflations : tuple of Inflation
        In time.
    opened : float
        When the operator says that the artery is open, s.
    recovery : float
        Time constant with which the contractility comes back after each, s.

    Examples
    --------
    >>> from plants import Intervention
    >>> drawn = Intervention.drawn(0)
    >>> 3 <= len(drawn.inflations) <= 6, drawn == Intervention.drawn(0)
    (True, True)
    >>> drawn.inflated(drawn.inflations[0].onset + 1.0), drawn.inflated(0.0)
    (True, False)
    """

    inflations: tuple[Inflation, ...]
    opened: float
    recovery: float

    @classmethod
    def drawn(cls, seed: int) -> Intervention:
        """The intervention of a seed; amounts and times are those of the data file.

        Raises
        ------
        InputError
            The seed is refused.
        """
        seed = check_seed(seed)
        values = intervention_numbers()["inflations"]
        random = stream("coronary intervention", seed)
        count = int(random.integers(int(values["count_low"]), int(values["count_high"]) + 1))
        now = SECONDS_PER_MINUTE * float(random.uniform(values["first_low"], values["first_high"]))
        inflations: list[Inflation] = []
        for _ in range(count):
            factor = float(random.uniform(values["factor_low"], values["factor_high"]))
            # Whole seconds: a step of a simulation begins with them.
            inflations.append(Inflation(float(round(now)), values["duration"], factor))
            pause = float(random.uniform(values["pause_low"], values["pause_high"]))
            now += values["duration"] + SECONDS_PER_MINUTE * pause
        end = inflations[-1].onset + inflations[-1].seconds
        opened = end + SECONDS_PER_MINUTE * values["opened"]
        return cls(tuple(inflations), opened, values["recovery"])

    def inflated(self, seconds: float) -> bool:
        """Whether a balloon is inflated at a time (s)."""
        return any(each.onset <= seconds < each.onset + each.seconds for each in self.inflations)

    def scenario(self) -> Scenario:
        """What the inflations do to the left ventricle."""
        events = tuple(
            Event(
                "lv_contractility",
                inflation.factor,
                "pulse",
                inflation.onset,
                duration=inflation.seconds,
                time_constant=self.recovery,
                source=_SOURCE,
                tag="S",
            )
            for inflation in self.inflations
        )
        text = f"{len(events)} coronary balloon inflations, each followed by recovery."
        return Scenario("high-risk-pci", text, events, _SOURCE)


@functools.cache
def intervention_numbers() -> Mapping[str, Mapping[str, float]]:
    """The numbers of the data file, by part (read once).

    Examples
    --------
    >>> from plants.scenarios import intervention_numbers
    >>> intervention_numbers()["inflations"]["duration"]
    60.0
    """
    return number_parts(_FILE, _DECLARED)

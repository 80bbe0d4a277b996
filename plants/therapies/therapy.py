"""A therapy: what is wanted, what must not happen and what it is worth, declared once.

Costs of predictive controllers, rewards of environments, safety filters and tables of results all
read the same therapy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import Field

from plants.quantities import KRPM_PER_RPM, InputError, Preset
from plants.therapies.goals import Death, Entries, Goal, Limit, metric
from plants.therapies.therapy_file import TherapyFile

#: Name of the term of a change of speed.
EFFORT = "effort"


class Therapy(Preset):
    """Goals, limits and weights.

    Parameters
    ----------
    name, description : str
        For tables.
    goals : tuple of Goal
        At most one for a signal.
    effort_weight : float
        Price of a change of speed, 1/krpm^2.
    fallback_level : str
        P-level that a controller falls back to when it cannot decide.
    death : Death
        When an episode ends.
    limits : tuple of Limit
        Ranges never to be left; at most one for a signal.
    weaning : tuple of (str, Limit)
        Criteria of weaning that replace those of the weaning controller, each with the part of
        weaning that it belongs to; at most one for a part and signal.
    entries : tuple of (str, Quantity)
        Where the numbers came from, by field.

    Raises
    ------
    InputError
        A part is refused; the message names the key.

    Examples
    --------
    >>> from plants import Therapy
    >>> therapy = Therapy.default().individual({"pressure_volume_area": 8000.0})
    >>> good = {"map": 70.0, "cardiac_power_output": 0.8, "pcwp": 12.0, "lvedp": 10.0}
    >>> good |= {"pressure_volume_area": 5000.0, "suction_margin": 5.0, "suction": 0.0}
    >>> good |= {"hemolysis_rate": 0.5}
    >>> therapy.cost(good)
    0.0
    >>> low = therapy.costs(good | {"map": 50.0}, speed_change_rpm=2000.0)
    >>> round(low["map"], 3), low["effort"]
    (0.828, 0.08)
    >>> therapy.in_range(good | {"map": 50.0})["map"]
    False
    """

    FOLDER: ClassVar[str] = "therapies"
    KIND: ClassVar[str] = "therapy"

    name: str = Field(min_length=1)
    goals: tuple[Goal, ...]
    effort_weight: float = Field(ge=0.0)
    fallback_level: str = Field(min_length=1)
    death: Death
    description: str = ""
    limits: tuple[Limit, ...] = ()
    weaning: tuple[tuple[str, Limit], ...] = ()
    entries: Entries = ()
    path: str = Field(default="", exclude=True, repr=False)

    def _contradictions(self) -> Iterable[InputError]:
        for field, parts in (("goals", self.goals), ("limits", self.limits)):
            signals = [part.signal for part in parts]
            for index, signal in enumerate(signals):
                if signal in signals[:index]:
                    place = f"{field}[{index}].signal"
                    yield InputError(place, signal, "each signal once")
        named = [(part, limit.signal) for part, limit in self.weaning]
        for index, (part, signal) in enumerate(named):
            if (part, signal) in named[:index]:
                allowed = f"each signal once for the part {part!r}"
                yield InputError(f"weaning[{index}].signal", signal, allowed)

    def _shown(self) -> Mapping[str, object]:
        return {
            "name": self.name,
            "goals": ", ".join(goal.signal for goal in self.goals),
            "limits": ", ".join(limit.signal for limit in self.limits),
            "fallback_level": self.fallback_level,
        }

    @classmethod
    def default(cls) -> Therapy:
        """The therapy that comes with the package."""
        return cls.load("default")

    @classmethod
    def read(cls, content: Mapping[str, Any], *, source: str) -> Self:
        """The therapy that a file describes; see :meth:`CheckedModel.read`."""
        return cls(**TherapyFile.read(content, source=source).fields(), path=source)

    @property
    def signals(self) -> tuple[str, ...]:
        """The signals that the goals look at."""
        return tuple(goal.signal for goal in self.goals)

    @property
    def is_individual(self) -> bool:
        """Whether every goal has its range in numbers; else see :meth:`individual`."""
        return all(goal.high_share is None for goal in self.goals)

    def individual(self, unsupported: Mapping[str, float]) -> Therapy:
        """The therapy of a patient, where goals are shares of what he or she has without a pump.

        Parameters
        ----------
        unsupported : mapping of str to float
            Metrics of the patient without a pump; see :func:`plants.individual_therapy`.

        Raises
        ------
        InputError
            A signal of which a share is asked for is not among them.
        """
        goals = tuple(goal.individual(unsupported) for goal in self.goals)
        return self.model_copy(update={"goals": goals})

    def costs(self, metrics: Mapping[str, Any], speed_change_rpm: Any) -> dict[str, Any]:
        """What a control period costs, by named terms; their sum is the score of a controller.

        Parameters
        ----------
        metrics : mapping of str to float or numpy.ndarray
            True values by signal name, at least of :attr:`signals`; arrays for a batch.
        speed_change_rpm : float or numpy.ndarray
            Change of the speed since the last command, rpm.

        Returns
        -------
        dict of str to float or numpy.ndarray
            For each goal its signal, and ``"effort"``; all at least 0.

        Raises
        ------
        InputError
            A metric is missing or not finite.
        """
        costs = {goal.signal: goal.cost(_finite(metrics, goal.signal)) for goal in self.goals}
        costs[EFFORT] = self.effort_weight * (speed_change_rpm * KRPM_PER_RPM) ** 2
        return costs

    def goal_rewards(self, metrics: Mapping[str, Any], speed_change_rpm: Any) -> dict[str, Any]:
        """Reward of ``Support-v0`` by named terms: each goal that is met earns its weight.

        Parameters and errors as in :meth:`costs`.

        Returns
        -------
        dict of str to float or numpy.ndarray
            For each goal its signal, between 0 and its weight; and ``"effort"``, at most 0.
        """
        terms = {goal.signal: goal.reward(_finite(metrics, goal.signal)) for goal in self.goals}
        terms[EFFORT] = -self.effort_weight * (speed_change_rpm * KRPM_PER_RPM) ** 2
        return terms

    def residuals(self, metrics: Mapping[str, Any]) -> dict[str, Any]:
        """Roots of what each goal costs, whose squares sum to :meth:`cost`.

        Parameters
        ----------
        metrics : mapping of str to float, numpy.ndarray or CasADi expression
            Values by signal name, at least of :attr:`signals`.

        Returns
        -------
        dict of str to float, numpy.ndarray or CasADi expression
            By signal; see :meth:`Goal.residual`.

        Raises
        ------
        InputError
            A metric is missing.
        """
        return {goal.signal: goal.residual(metric(metrics, goal.signal)) for goal in self.goals}

    def cost(self, metrics: Mapping[str, Any]) -> Any:
        """Sum of what the goals cost; see :meth:`Goal.cost`."""
        return sum(residual**2 for residual in self.residuals(metrics).values())

    def in_range(self, metrics: Mapping[str, Any]) -> dict[str, Any]:
        """For each goal's signal, whether it is where it is wanted."""
        return {goal.signal: goal.holds(metric(metrics, goal.signal)) for goal in self.goals}

    def within_limits(self, metrics: Mapping[str, Any]) -> dict[str, Any]:
        """For each limit's signal, whether the limit is kept."""
        return {limit.signal: limit.holds(metric(metrics, limit.signal)) for limit in self.limits}


def _finite(metrics: Mapping[str, Any], name: str) -> Any:
    value = metric(metrics, name)
    if not np.all(np.isfinite(value)):
        raise InputError(f"metrics[{name!r}]", value, "finite numbers")
    return value

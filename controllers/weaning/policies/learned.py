"""A learned policy as a step policy: the network decides, the state machine keeps its rules."""

from __future__ import annotations

import math
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from controllers.policy import (
    POLICY_FILES,
    WEANING_ACTION,
    action_probabilities,
    check_libraries,
    policy_network,
    read_policy,
)
from controllers.weaning.decision import Reason
from controllers.weaning.evidence import ECHO, LABS, BedsideMeasurements
from controllers.weaning.policies.interface import WeaningState
from plants import InputError, Pump, label_limit
from plants.bedside import ACTIONS, BedsideObservation
from plants.quantities import Array

#: What a name of such a policy begins with.
PREFIX = "policy:"
_DOWN_2, _DOWN_1, _EXPLANT = (ACTIONS.index(name) for name in ("down 2", "down 1", "explant"))
_LOWER = (_DOWN_2, _DOWN_1, _EXPLANT)


class LearnedPolicy:
    """A policy that ``impellab train`` wrote, trained in ``impellab/Weaning-v0``.

    The network sees the observation of the environment and gives a probability to each of its
    actions; the likeliest counts, as without exploration in the environment. Weaning begins and
    goes on when that is a step down, and at the lowest level the pump comes out when it is the
    explant. Above the lowest level an explant counts as a step of two levels, as in the
    environment. The network's wish to go up or to give up is a wish to hold: the rules of the state
    machine decide on both. How long the lowest level is held is left to the network as well.

    Parameters
    ----------
    folder : path
        With ``config.json`` and ``model.zip``. Only the weights are read, as numbers.

    Attributes
    ----------
    name : str
        For tables: the folder's name after ``"policy:"``.
    assessment_interval : float
        Time between assessments, h: that between two decisions in the environment.
    longest_trial : float
        Longest time at the lowest level, h: the label's duration.

    Raises
    ------
    InputError
        A file is missing or cannot be understood, the policy does not wean, or torch or
        stable-baselines3 is not installed.

    Examples
    --------
    >>> from controllers.weaning.policies.learned import LearnedPolicy
    >>> policy = LearnedPolicy("results/policies/weaning-ppo")
    >>> policy.name, policy.assessment_interval, policy.needs_tracker
    ('policy:weaning-ppo', 1.0, False)
    """

    needs_tracker = False

    def __init__(self, folder: str | PathLike[str]):
        self.folder = Path(folder)
        self.name = f"{PREFIX}{self.folder.name}"
        description = read_policy(self.folder)
        source = str(self.folder / POLICY_FILES[0])
        expected = {"kind": WEANING_ACTION, "names": list(ACTIONS)}
        if description.action != expected:
            raise InputError(
                "action", description.action, f"{expected}, of a policy that weans", source=source
            )
        self._observation = BedsideObservation(description.tier)
        if description.signals != self._observation.names:
            allowed = f"the observation of today: {', '.join(self._observation.names)}"
            raise InputError("signals", description.signals, allowed, source=source)
        self._normalisation = description.normalisation
        check_libraries("policy", self.name)
        self._network: Any = policy_network(self.folder, description, len(ACTIONS), discrete=True)
        pump = Pump.load(description.device)
        self.device, self.assessment_interval = pump.name, description.period
        self.longest_trial = self._label = label_limit(pump)
        self._levels = {level.name for level in pump.levels}
        self._measurements: BedsideMeasurements | None = None

    def ready(self, now: WeaningState) -> tuple[Reason, ...]:
        """Whether the network lowers support."""
        return (self._reason(now, "lower support", _LOWER),)

    def step(self, now: WeaningState) -> tuple[int, tuple[Reason, ...]]:
        """The network's step down, if it takes one."""
        chances = self._chances(now)
        if chances is None:
            return 0, (self._not_measured(),)
        reason = _policy_reason("lower support", _LOWER, chances)
        levels = 1 if int(np.argmax(chances)) == _DOWN_1 else 2
        return (levels if reason.met else 0), (reason,)

    def explant(self, now: WeaningState) -> tuple[Reason, ...]:
        """Whether the network takes the pump out."""
        return (self._reason(now, "take the pump out", (_EXPLANT,)),)

    def _reason(self, now: WeaningState, what: str, wanted: tuple[int, ...]) -> Reason:
        chances = self._chances(now)
        return self._not_measured() if chances is None else _policy_reason(what, wanted, chances)

    def _chances(self, now: WeaningState) -> Array | None:
        """Probability of each action; None while a signal has never had a value."""
        if self._measurements is not now.measurements:
            # Another course: what was held belongs to another patient.
            self._observation.reset()
            self._measurements = now.measurements
        if now.level not in self._levels:
            allowed = f"a level of {self.device}, which {self.name} was trained for"
            raise InputError("level", now.level, allowed)
        values = {
            name: now.measurements.latest.get(name, math.nan) for name in self._observation.signals
        }
        for name in (*LABS, *ECHO):
            # Not every assessment asks the policy, so that a value may have come in between.
            past = now.measurements.values_since(name)
            if name in values and past and not math.isfinite(values[name]):
                values[name] = past[-1]
        observation = self._observation.update(
            values,
            level=now.level,
            hours=now.hours,
            label_remaining=max(self._label - now.hours, 0.0),
        )
        if self._observation.missing:
            return None
        return action_probabilities(
            self._network, self._normalisation.apply(observation), len(ACTIONS)
        )

    def _not_measured(self) -> Reason:
        missing = self._observation.missing
        return Reason(f"{self.name} has had no value of {', '.join(missing)} yet", missing[0])


def _policy_reason(what: str, wanted: tuple[int, ...], chances: Array) -> Reason:
    """Whether the likeliest action is one of those wanted, with the probabilities of all."""
    order = [int(i) for i in np.argsort(chances)[::-1]]
    named = ", ".join(f"{ACTIONS[i]} {chances[i]:.2f}" for i in order if chances[i] >= 0.005)
    met = order[0] in wanted
    chance = max(float(chances[i]) for i in wanted)
    other = max(float(chances[i]) for i in order if i not in wanted)
    would = "would" if met else "would not"
    text = f"the learned policy {would} {what}, with probabilities of {named}"
    return Reason(text, "", chance, other, met=met)

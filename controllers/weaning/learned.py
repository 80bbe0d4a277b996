"""A learned policy as a step policy: the network decides, the state machine keeps its rules."""

from __future__ import annotations

import math
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from controllers.policy import (
    POLICY_FILES,
    WEANING_ACTION,
    action_chances,
    check_libraries,
    policy_network,
    policy_normalisation,
    read_policy,
)
from controllers.weaning.decision import Reason
from controllers.weaning.seen import ECHO, LABS, Seen
from controllers.weaning.steps import Situation
from plants import InputError, Pump, label_limit
from plants.bedside_action import ACTIONS
from plants.bedside_observation import BedsideObservation

#: What a name of such a policy begins with.
PREFIX = "policy:"
# What the network must give to what is asked, so that it is done.
_LEAST = 0.5
_DOWN_2, _DOWN_1, _STAY, _UP_1, _UP_2, _EXPLANT, _BRIDGE = range(len(ACTIONS))


class LearnedPolicy:
    """A policy that ``impellab train`` wrote, trained in ``impellab/Weaning-v0``.

    The network sees the observation of the environment and gives a probability to each of its
    actions. Weaning begins, and goes on, while those that lower support have half of it or more;
    the step is the likelier of the two, and at the lowest level the pump comes out when the explant
    has half. Above the lowest level an explant counts as a step of two levels, as in the
    environment. The network's wish to go up or to give up is a wish to hold: the rules of the state
    machine decide on both.

    Parameters
    ----------
    folder : path
        With ``config.json`` and ``model.zip``. Only the weights are read, as numbers.

    Attributes
    ----------
    name : str
        For tables: the folder's name after ``"policy:"``.
    look : float
        Time between looks, h: that between two decisions in the environment.

    Raises
    ------
    InputError
        A file is missing or cannot be understood, the policy does not wean, or torch or
        stable-baselines3 is not installed.

    Examples
    --------
    >>> from controllers.weaning.learned import LearnedPolicy
    >>> policy = LearnedPolicy("results/policies/weaning-ppo")
    >>> policy.name, policy.look, policy.needs_tracker
    ('policy:weaning-ppo', 1.0, False)
    """

    needs_tracker = False
    patience = math.nan

    def __init__(self, folder: str | PathLike[str]):
        self.folder = Path(folder)
        self.name = f"{PREFIX}{self.folder.name}"
        config = read_policy(self.folder)
        source = str(self.folder / POLICY_FILES[0])
        expected = {"kind": WEANING_ACTION, "names": list(ACTIONS)}
        if config["action"] != expected:
            raise InputError("action", config["action"], f"{expected}, of a policy that weans",
                             source=source)  # fmt: skip
        self._observation = BedsideObservation(config["tier"])
        if tuple(config["signals"]) != self._observation.names:
            allowed = f"the observation of today: {', '.join(self._observation.names)}"
            raise InputError("signals", config["signals"], allowed, source=source)
        n = len(self._observation.names)
        self._normalisation = policy_normalisation(config, n, source)
        check_libraries("policy", self.name)
        self._network: Any = policy_network(self.folder, config, len(ACTIONS), discrete=True)
        pump = Pump.load(config["device"])
        self.device, self.look = pump.name, float(config["period"])
        self._label = label_limit(pump)
        self._levels = {level.name for level in pump.levels}
        self._patient: Seen | None = None

    def ready(self, now: Situation) -> tuple[Reason, ...]:
        """Whether the network lowers support."""
        chances = self._chances(now)
        if chances is None:
            return (self._unseen(),)
        return (_said("lower support", chances[[_DOWN_2, _DOWN_1, _EXPLANT]].sum(), chances),)

    def step(self, now: Situation) -> tuple[int, tuple[Reason, ...]]:
        """The likelier of the network's steps down."""
        chances = self._chances(now)
        if chances is None:
            return 0, (self._unseen(),)
        two = chances[_DOWN_2] + chances[_EXPLANT]
        reason = _said("lower support", two + chances[_DOWN_1], chances)
        levels = 2 if two >= chances[_DOWN_1] else 1
        return (levels if reason.met else 0), (reason,)

    def explant(self, now: Situation) -> tuple[Reason, ...]:
        """Whether the network takes the pump out."""
        chances = self._chances(now)
        if chances is None:
            return (self._unseen(),)
        return (_said("take the pump out", chances[_EXPLANT], chances),)

    def _chances(self, now: Situation) -> NDArray[np.float64] | None:
        """Probability of each action; None while a signal has never had a value."""
        if self._patient is not now.seen:
            # Another course: what was held belongs to another patient.
            self._observation.reset()
            self._patient = now.seen
        if now.level not in self._levels:
            allowed = f"a level of {self.device}, which {self.name} was trained for"
            raise InputError("level", now.level, allowed)
        values = {name: now.seen.raw.get(name, math.nan) for name in self._observation.signals}
        for name in (*LABS, *ECHO):
            # Not every look asks the policy, so that a value may have come in between.
            past = now.seen.history(name)
            if name in values and past and not math.isfinite(values[name]):
                values[name] = past[-1]
        seen = self._observation.update(
            values, level=now.level, hours=now.hours,
            label_remaining=max(self._label - now.hours, 0.0),
        )  # fmt: skip
        if self._observation.missing:
            return None
        return action_chances(self._network, self._normalisation.apply(seen), len(ACTIONS))

    def _unseen(self) -> Reason:
        missing = self._observation.missing
        return Reason(f"{self.name} has had no value of {', '.join(missing)} yet", missing[0])


def _said(what: str, chance: float, chances: NDArray[np.float64]) -> Reason:
    """The probability of what is asked, and those of all actions that have some."""
    order = np.argsort(chances)[::-1]
    told = ", ".join(f"{ACTIONS[i]} {chances[i]:.2f}" for i in order if chances[i] >= 0.005)
    text = f"the learned policy would {what} with probability {chance:.2f}, at least {_LEAST:g}"
    return Reason(f"{text} ({told})", "", float(chance), _LEAST, met=bool(chance >= _LEAST))

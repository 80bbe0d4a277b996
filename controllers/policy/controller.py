"""A policy learned in an environment, as a controller."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from controllers.policy.files import (
    POLICY_FILES,
    check_libraries,
    is_weaning_policy,
    policy_network,
    read_policy,
)
from controllers.protocol import FALLBACK_STATUS, Briefing, Command, not_reset
from controllers.watchdog import LONGEST_BLACKOUT
from plants import InputError, LevelAction, Measurement, SampleAndHold, SpeedAction, action_from
from plants.console import ActionMap


class PolicyController:
    """Runs a policy that ``impellab train`` wrote.

    The measurements become the same observation as in the environment: a signal without a value
    keeps its last one. While a signal has never had a value, or when for 1 s no signal has, the
    fallback level of the therapy is run, and the command's status says so.

    Only the weights in ``model.zip`` are read, as numbers: a policy from somebody else cannot run
    code of its own.

    Parameters
    ----------
    folder : path
        With ``config.json`` and ``model.zip``.

    Raises
    ------
    InputError
        A file is missing or cannot be understood, or torch or stable-baselines3 is not installed.

    Examples
    --------
    >>> from controllers import Briefing
    >>> from controllers import PolicyController
    >>> from plants import Measurement, Patient, Pump, Therapy, tier_table
    >>> controller = PolicyController("results/policies/support-ppo")
    >>> controller.reset(Briefing(
    ...     patient=Patient.load("shock-d"), pump=Pump.load("CP"), therapy=Therapy.default(),
    ...     period=1.0, tier="icu", start_speed=39_000.0,
    ... ))
    >>> nothing = {sensor.signal: float("nan") for sensor in tier_table("icu")}
    >>> command = controller.act(Measurement(0.0, "icu", nothing))
    >>> command.speed, command.status.outcome.name
    (39000.0, 'FALLBACK')
    """

    def __init__(self, folder: str | PathLike[str]):
        self.folder = Path(folder)
        self.name = f"policy:{self.folder.name}"
        description = read_policy(self.folder)
        source = str(self.folder / POLICY_FILES[0])
        self._description, self._source = description, source
        if is_weaning_policy(description):
            allowed = "a policy that sets the speed; this one weans, over hours"
            raise InputError("controller", self.name, allowed, source=source)
        self._actions: ActionMap = action_from(description.action, source=source)
        self._observation = SampleAndHold(description.signals)
        self._normalisation = description.normalisation
        check_libraries("controller", self.name)
        self._network: Any = None
        self._fallback = 0.0
        self._last_measured = 0.0

    def reset(self, briefing: Briefing) -> None:
        """Begin a new run.

        Raises
        ------
        InputError
            The policy was trained for another device, tier or control period, the device does
            not reach its speeds, or its weights do not fit its description.
        """
        run = {"tier": briefing.tier, "device": briefing.pump.name, "period": briefing.period}
        for field, value in run.items():
            trained = getattr(self._description, field)
            if value != trained:
                allowed = f"{trained!r}, which the policy was trained for"
                raise InputError(field, value, allowed, source=self._source)
        actions = self._actions
        highest = actions.high if isinstance(actions, SpeedAction) else max(actions.speeds)
        if highest > briefing.pump.max_rpm:
            allowed = f"speeds up to {briefing.pump.max_rpm:g} rpm ({briefing.pump.name})"
            raise InputError("action", highest, allowed, source=self._source)
        self._fallback = briefing.pump.speed(briefing.therapy.fallback_level)
        if self._network is None:
            outputs = 1 if isinstance(actions, SpeedAction) else len(actions.speeds)
            discrete = isinstance(actions, LevelAction)
            self._network = policy_network(
                self.folder, self._description, outputs, discrete=discrete
            )
        self._observation.reset()
        self._last_measured = -np.inf

    def act(self, measurement: Measurement) -> Command:
        """The policy's command, without exploration.

        Raises
        ------
        RuntimeError
            The controller was not reset first.
        InputError
            The measurement lacks a signal of the policy.
        """
        if self._network is None:
            raise not_reset()
        observation = self._observation.update(measurement)
        if len(measurement.missing) < len(measurement):
            self._last_measured = measurement.time
        blackout = measurement.time - self._last_measured >= LONGEST_BLACKOUT - 1e-9
        if self._observation.missing or blackout:
            return Command(self._fallback, FALLBACK_STATUS)
        inputs = self._normalisation.apply(observation)
        action, _ = self._network.predict(inputs, deterministic=True)
        return Command(self._actions.speed(action))

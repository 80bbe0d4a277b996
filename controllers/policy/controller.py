"""A policy learned in an environment, as a controller."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from controllers.policy.files import (
    POLICY_FILES,
    check_libraries,
    is_weaning_policy,
    policy_network,
    read_policy,
)
from controllers.protocol import FALLBACK_STATUS, Briefing, Command, not_reset
from controllers.supervision import Reading, Supervisor, Used
from plants import InputError, LevelAction, Measurement, SampleAndHold, SpeedAction, action_from
from plants.console import ActionMap


class PolicyController:
    """Runs a policy that ``impellab train`` wrote.

    The measurements become the same observation as in the environment: a signal without a value
    keeps its last one, for a while. While a signal has never had a value, or has had none for too
    long, and after more than 1 s without a value of any signal of the policy but the speed, the
    fallback level of the therapy is run, and the command's status says so; see
    :class:`controllers.supervision.Supervisor`.

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
    ...     patient=Patient.load("shock-d"), pump=Pump.load("5.5"), therapy=Therapy.default(),
    ...     period=1.0, tier="icu", start_speed=26_250.0,
    ... ))
    >>> nothing = {sensor.signal: float("nan") for sensor in tier_table("icu")}
    >>> command = controller.act(Measurement(0.0, "icu", nothing))
    >>> command.speed, command.status.outcome.name
    (26250.0, 'FALLBACK')
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
        self._supervisor: Supervisor | None = None

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
        if self._network is None:
            outputs = 1 if isinstance(actions, SpeedAction) else len(actions.speeds)
            discrete = isinstance(actions, LevelAction)
            self._network = policy_network(
                self.folder, self._description, outputs, discrete=discrete
            )
        self._observation.reset()
        self.speed_for(self._observation.low)  # The first call of a network takes longer.
        signals = self._observation.signals
        self._supervisor = Supervisor(self, briefing, Used(signals, held=signals))

    def act(self, measurement: Measurement) -> Command:
        """The policy's command, without exploration.

        Raises
        ------
        RuntimeError
            The controller was not reset first.
        InputError
            The measurement lacks a signal of the policy.
        """
        if self._supervisor is None:
            raise not_reset()
        return self._supervisor.act(measurement)

    def advance(self, reading: Reading) -> Command:
        """The policy's command by what is believed of the measurement."""
        observation = self._observation.update(reading.values)
        if self._observation.missing:
            assert self._supervisor is not None  # It is what calls.
            return Command(self._supervisor.fallback_speed, FALLBACK_STATUS)
        return Command(self.speed_for(observation))

    def restart(self, speed: float) -> None:
        """Nothing: a policy remembers no more than the last values, whose age is looked after."""

    def speed_for(self, observation: NDArray[np.float32]) -> float:
        """The network's speed (rpm) for an observation, of shape (n_signals,), as it stands.

        Raises
        ------
        RuntimeError
            The controller was not reset first.
        """
        if self._network is None:
            raise not_reset()
        inputs = self._normalisation.apply(observation)
        action, _ = self._network.predict(inputs, deterministic=True)
        return self._actions.speed(action)

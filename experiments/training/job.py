"""Training a policy with stable-baselines3: PPO, SAC or DQN.

Observations and rewards are divided by their running statistics (``VecNormalize``): the bounds of
the observation space are physical limits, far wider than what a patient shows, so that rescaling
by them would leave every observation near the same point. The statistics go with the policy.

A checkpoint holds everything that learning goes on with, as numbers alone: weights, optimisers,
statistics and the replay buffer. It is written between two updates, first under another name, so
that a process may be killed at any time; what was learned since the last checkpoint is then learned
again. A resumed training begins new episodes, with seeds of its own.
"""

from __future__ import annotations

import io
import os
import platform
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controllers.policy import POLICY_FILES, Normalisation, PolicyDescription, read_policy
from experiments.runs import check_folder, replace_file, to_json, versions
from experiments.training.checkpoints import checkpoint_path, last_checkpoint, tidy, whole_folder
from experiments.training.evaluation import make_environment
from experiments.training.hyperparameters import check_action, check_hyperparameters
from experiments.training.learner_state import restore_learner, save_learner
from experiments.training.settings import TrainingSettings
from experiments.training.task import check_task, evaluated
from plants import InputError
from plants.quantities import stream_seed

Progress = Callable[[int], None]

_CONFIG, _MODEL = POLICY_FILES
# Of the model that is written for others: where it was trained, and what it last met there.
_NOT_KEPT = (
    *("tensorboard_log", "start_time", "ep_info_buffer", "ep_success_buffer"),
    *("_last_obs", "_last_original_obs", "_last_episode_starts"),
)


@dataclass(frozen=True)
class Training:
    """A finished training.

    Attributes
    ----------
    folder, policy : Path
        The folder of the training and that of the policy in it.
    steps : int
        Control periods learned from.
    metrics : dict of float
        Evaluation of the policy; ``held_episode_reward`` is the reward, in the same episodes, of
        holding a level: the fallback level of the therapy, or the first one where a patient is
        weaned.
    """

    folder: Path
    policy: Path
    steps: int
    metrics: dict[str, float]


def train(
    folder: str | os.PathLike[str],
    settings: TrainingSettings | None = None,
    *,
    resume: bool = False,
    progress: Progress | None = None,
    record: Mapping[str, Any] | None = None,
) -> Training:
    """Train a policy, or go on with a training that was interrupted.

    The global generators of Python, NumPy and torch are seeded, because stable-baselines3 draws
    from them.

    Parameters
    ----------
    folder : path
        Where everything goes: settings, ``checkpoints/``, TensorBoard logs in ``tensorboard/``
        and in the end ``policy/``, which :class:`controllers.PolicyController` reads.
    settings : TrainingSettings, optional
        What to do; with `resume` they are read from the folder.
    resume : bool
        Go on from the last checkpoint in the folder, up to the number of steps of its settings.
        A training that is complete is not done again.
    progress : callable, optional
        Called with the number of steps done.
    record : mapping, optional
        What else a new training should write into its ``config.json``.

    Raises
    ------
    InputError
        stable-baselines3 is missing, the settings do not fit, the folder holds a training
        already (without `resume`) or none (with it), or its checkpoint holds anything but
        numbers that fit.
    """
    home = Path(folder)
    if resume:
        if settings is not None:
            raise InputError("settings", settings, "no settings: a resumed training has its own")
        settings = TrainingSettings.load(home)
    else:
        settings = settings or TrainingSettings()
        if (home / "policy").exists() or last_checkpoint(home / "checkpoints") is not None:
            raise InputError("folder", str(home), "a folder without a training, or resume")
    check_task(settings)
    classes = algorithms()
    if not (home / "policy").is_dir():
        # Bad input shows here, before there is a folder, and a folder that will not do.
        check_folder(home, "folder")
        learner = _learner_at_start(classes[settings.algorithm], settings, home / "checkpoints")
        if not resume:
            home.mkdir(parents=True, exist_ok=True)
            settings.save(home)
            if record is not None:
                replace_file(home / _CONFIG, to_json(record, indent=2) + "\n")
        _learn(learner, settings, home, progress)
        _write_trained(home / "policy", settings, learner)
    made = read_policy(home / "policy")
    return Training(home, home / "policy", made.training["steps_done"], made.metrics)


def algorithms() -> dict[str, Any]:
    """The algorithms of stable-baselines3 by name.

    Raises
    ------
    InputError
        It is not installed.
    """
    try:
        from stable_baselines3 import DQN, PPO, SAC
    except ImportError as error:
        allowed = f"stable-baselines3 installed ({error}): pip install 'impellab[rl]'"
        raise InputError("train", "(missing library)", allowed) from None
    return {"ppo": PPO, "sac": SAC, "dqn": DQN}


def _learn(learner: Any, settings: TrainingSettings, home: Path, progress: Progress | None) -> None:
    """Learn from the steps that are left."""
    import torch

    left = settings.steps - learner.num_timesteps
    if left <= 0:
        return
    checkpoints = home / "checkpoints"
    learner.tensorboard_log = str(home / "tensorboard")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # More only get in each other's way at networks of this size.
    try:
        # The counter of a resumed algorithm stands at what is done already.
        learner.learn(
            left,
            callback=_callback(settings, checkpoints, progress),
            reset_num_timesteps=False,
            tb_log_name=settings.algorithm,
        )
        _save(learner, checkpoints)
    finally:
        torch.set_num_threads(threads)


def _learner_at_start(algorithm: Any, settings: TrainingSettings, checkpoints: Path) -> Any:
    """The algorithm at its last checkpoint, or new."""
    from stable_baselines3.common.vec_env import VecNormalize

    chosen = settings.chosen()
    count, first = chosen.pop("environments"), chosen.pop("first_actions", None)
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise InputError("environments", count, "an integer from 1 on")
    check_hyperparameters(settings, algorithm)
    raw = _environments(settings, count)
    check_action(settings, raw.action_space)
    tidy(checkpoints)
    try:
        env = VecNormalize(raw, gamma=chosen.get("gamma", 0.99))
        learner = algorithm("MlpPolicy", env, seed=settings.seed, device="cpu", **chosen)
        if first is not None:
            _set_first_chances(learner, first)
    except (TypeError, ValueError, AssertionError) as error:
        why = " ".join(str(error).partition(" See http")[0].split())
        allowed = f"values that go together in {settings.algorithm} ({why})"
        raise InputError("hyperparameters", dict(settings.hyperparameters), allowed) from None
    if (last := last_checkpoint(checkpoints)) is None:
        return learner
    restore_learner(learner, last)
    # Not the seeds it began with: the same episodes and exploration would come once more.
    fresh = stream_seed("learning resumed", settings.seed, learner.num_timesteps)
    learner.set_random_seed(fresh % 2**31)
    return learner


def _set_first_chances(learner: Any, chances: Sequence[float]) -> None:
    """Let discrete actions begin with these probabilities; the last layer begins near 0."""
    import torch

    if not hasattr(learner.policy, "action_net"):
        raise ValueError("first_actions belong to ppo")
    bias = learner.policy.action_net.bias
    if len(chances) != len(bias) or not min(chances) > 0:
        raise ValueError(f"first_actions must be {len(bias)} positive numbers")
    with torch.no_grad():
        bias.copy_(torch.log(torch.tensor(chances)))


def _environments(settings: TrainingSettings, count: int) -> Any:
    """Environments side by side: computed together where the id has such a form."""
    from stable_baselines3.common.env_util import make_vec_env

    from experiments.training.vec_env import has_native_vector, native_vec_env

    if has_native_vector(settings.environment):
        return native_vec_env(settings.environment, settings.arguments, count, seed=settings.seed)
    return make_vec_env(
        lambda: make_environment(settings.environment, settings.arguments),
        count,
        seed=settings.seed,
    )


def _save(learner: Any, checkpoints: Path) -> None:
    with whole_folder(checkpoint_path(checkpoints, learner.num_timesteps)) as folder:
        save_learner(learner, folder)
    tidy(checkpoints)


def _callback(settings: TrainingSettings, checkpoints: Path, progress: Progress | None) -> Any:
    from stable_baselines3.common.callbacks import BaseCallback

    class Watch(BaseCallback):
        """Saves checkpoints between updates, logs the reward terms, and tells how far it is."""

        def _on_training_start(self) -> None:
            self.saved = self.num_timesteps

        def _on_rollout_start(self) -> None:
            # Here every step taken has been learned from.
            if self.num_timesteps - self.saved >= settings.checkpoint_interval:
                _save(self.model, checkpoints)
                self.saved = self.num_timesteps

        def _on_step(self) -> bool:
            for info in self.locals["infos"]:
                for name, value in info["reward_terms"].items():
                    self.logger.record_mean(f"reward/{name}", value)
            if progress is not None:
                progress(self.num_timesteps)
            return True

    return Watch()


def write_policy(
    path: Path,
    settings: TrainingSettings,
    learner: Any,
    normalisation: Normalisation,
    network: Mapping[str, Any],
    training: Mapping[str, Any],
) -> None:
    """Evaluate a policy, beside simple ones, and write its folder, whole.

    Parameters
    ----------
    path : Path
        The folder.
    settings : TrainingSettings
        Algorithm, environment and evaluation.
    learner
        An algorithm of stable-baselines3.
    normalisation : Normalisation
        What the network gets of an observation.
    network : mapping
        Arguments of the network; plain values.
    training : mapping
        How it was trained.
    """
    description, metrics = evaluated(
        settings, lambda seen: learner.predict(normalisation.apply(seen), deterministic=True)[0]
    )
    config = PolicyDescription(
        format=1,
        algorithm=settings.algorithm,
        policy_arguments=dict(network),
        environment=settings.environment,
        arguments=dict(settings.arguments),
        **description,
        normalisation=normalisation,
        metrics=metrics,
        training=dict(training),
        versions=versions() | {"python": platform.python_version()},
    ).model_dump()
    with whole_folder(path) as folder:
        _write_model(folder / _MODEL, learner)
        text = to_json(config, indent=2) + "\n"
        (folder / _CONFIG).write_text(text, encoding="utf-8")


def _write_trained(path: Path, settings: TrainingSettings, learner: Any) -> None:
    """The policy folder of a training."""
    statistics, chosen = learner.get_vec_normalize_env(), settings.chosen()
    normalisation = Normalisation(
        tuple(statistics.obs_rms.mean.tolist()),
        tuple(statistics.obs_rms.var.tolist()),
        float(statistics.epsilon),
        float(statistics.clip_obs),
    )
    training = {
        "command": settings.command,
        "steps": settings.steps,
        "steps_done": int(learner.num_timesteps),
        "seed": settings.seed,
        "hyperparameters": chosen,
    }
    network = chosen.get("policy_kwargs", {})
    write_policy(path, settings, learner, normalisation, network, training)


def _write_model(path: Path, learner: Any) -> None:
    """The model as stable-baselines3 loads it, without paths and this machine's description.

    For ``PPO.load`` and its kin the file has pickled spaces and classes; who reads the policy
    here takes the weights alone.
    """
    whole = io.BytesIO()
    learner.save(whole, exclude=_NOT_KEPT)
    with zipfile.ZipFile(whole) as made, zipfile.ZipFile(path, "w") as archive:
        for name in made.namelist():
            if name != "system_info.txt":
                archive.writestr(name, made.read(name))

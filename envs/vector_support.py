"""``impellab/Support-v1`` for many patients at once, computed side by side in SIMD lanes."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from envs.draws import Episode
from envs.episodes import (
    EpisodePicture,
    Mask,
    Moment,
    VectorEpisodes,
    add_rows,
    add_table,
    add_texts,
    flat_vector_info,
    speeds_of,
    vector_metadata,
)
from envs.lane_therapies import LaneTherapies
from envs.support import SupportEnv
from envs.support_reward import reward_terms
from plants import METRICS, BatchSimulator, DeviceDriver, Plant, SampleAndHold
from plants.batch import BatchSensors, Precision
from plants.plant import within_life
from plants.quantities import KRPM_PER_RPM, Array
from plants.simulation import DeathWatch, death_text

_INDEX = METRICS.index


# An episode's plant costs more than finding that it is known.
_plant = functools.lru_cache(maxsize=4096)(Plant)


class _End(NamedTuple):
    """How an episode has ended, and why."""

    outcome: str
    reason: str


_ALIVE = _End("alive", "")


class SupportVectorEnv(VectorEpisodes):
    """Many :class:`~envs.SupportEnv` with patients, scenarios and seeds of their own.

    The numbers are those of as many scalar environments with the same seeds, to rounding, whatever
    their number: environment ``i`` of ``reset(seed=s)`` is the scalar one of ``reset(seed=s + i)``.

    ``options`` of a reset are as in the scalar environment, for all; a list of one value for each
    environment gives each its own. ``options["reset_mask"]``, an array of bool, resets some only.

    Parameters
    ----------
    num_envs : int
        How many.
    max_episode_steps : int, optional
        Episodes are truncated after so many periods; ``gymnasium.make_vec`` passes what the id is
        registered with.
    autoreset_mode : AutoresetMode or str
        What becomes of an environment whose episode has ended: ``NEXT_STEP``, ``SAME_STEP`` or
        ``DISABLED``, see :class:`~envs.episodes.VectorEpisodes`.
    render_mode : {"rgb_array", "rgb_array_list", "human"}, optional
        See there.
    threads : int
        Threads that the patients are shared out over.
    precision : {"double", "single"}
        See :class:`plants.BatchSimulator`; in single precision the numbers are not those of
        the scalar environments any more.
    **arguments
        As in :class:`~envs.SupportEnv`.

    Raises
    ------
    InputError
        An argument is refused.

    Examples
    --------
    >>> import gymnasium, envs
    >>> vector = gymnasium.make_vec("impellab/Support-v1", num_envs=3, patient="shock-e")
    >>> observations, info = vector.reset(seed=1)
    >>> observations.shape, info["patient"].tolist()
    ((3, 18), ['shock-e', 'shock-e', 'shock-e'])
    >>> _, rewards, terminated, truncated, info = vector.step(vector.action_space.sample())
    >>> rewards.shape, terminated.tolist(), info["metrics"]["map"].shape
    ((3,), [False, False, False], (3,))
    >>> vector.close()
    """

    metadata = vector_metadata(SupportEnv)

    def __init__(
        self,
        num_envs: int = 1,
        *,
        max_episode_steps: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: str | None = None,
        threads: int = 1,
        precision: Precision = "double",
        **arguments: Any,
    ):
        # One scalar environment, never reset, says what all of them are.
        self._scalar = SupportEnv(**arguments)
        super().__init__(
            num_envs,
            self._scalar,
            max_episode_steps=max_episode_steps,
            autoreset_mode=autoreset_mode,
            render_mode=render_mode,
        )
        self._batch_options: dict[str, Any] = {"threads": threads, "precision": precision}
        shown = SampleAndHold(self.signals)
        self._bounds = shown.low, shown.high
        n = self.num_envs
        self._batch: BatchSimulator | None = None
        self._sensors = BatchSensors(self._scalar.sensors, n)
        self._drivers = [DeviceDriver(self.pump) for _ in range(n)]
        self._generators: list[np.random.Generator | None] = [None] * n
        self._seeds: list[int | None] = [None] * n
        self._episodes: list[Episode | None] = [None] * n
        self._courses: list[list[Moment]] = [[] for _ in range(n)]
        self._drawn: list[EpisodePicture] = []
        self._ends: dict[int, _End] = {}
        self._metrics = np.zeros((len(METRICS), n))
        self._held = np.full(self._observations.shape, np.nan)
        self._speeds, self._watch = np.zeros(n), DeathWatch(self._scalar.therapy.death, n)
        self._therapies = LaneTherapies(self._scalar.therapy, n)
        self._periods = np.zeros(n, int)
        self._terms = self._earned(np.zeros(n), np.zeros(n, bool))

    @property  # type: ignore[misc]
    def np_random(self) -> tuple[np.random.Generator, ...]:  # type: ignore[override]
        """The generators of the environments."""
        return tuple(self._generator(lane) for lane in range(self.num_envs))

    @property
    def np_random_seed(self) -> tuple[int | None, ...]:  # type: ignore[override]
        """The seeds of the environments."""
        _ = self.np_random  # one that was never seeded draws its seed now
        return tuple(self._seeds)

    def _generator(self, lane: int) -> np.random.Generator:
        generator = self._generators[lane]
        if generator is None:
            generator, self._seeds[lane] = seeding.np_random()
            self._generators[lane] = generator
        return generator

    def _checked(self, actions: Any, moving: Mask) -> Array:
        return speeds_of(actions, self._scalar.actions, moving)

    def _move(self, meant: Array, moving: Mask) -> tuple[Array, Mask, Mask]:
        assert self._batch is not None
        before, times = self._speeds.copy(), self._batch.times
        for lane in np.flatnonzero(moving).tolist():
            self._speeds[lane] = self._drivers[lane].apply(meant[lane], times[lane])
        if moving.any():
            self._batch.advance(self._speeds, self._scalar.period, lanes=moving)
        self._observe(moving)
        self._periods[moving] += 1
        self._ends |= self._deaths(moving)
        self._terms = self._earned(self._speeds - before, moving)
        rewards: Array = np.asarray(sum(self._terms.values()))
        terminated = self._mask(np.array(list(self._ends), np.intp))
        return rewards, terminated, np.zeros(self.num_envs, bool)

    def _frames(self) -> tuple[NDArray[np.uint8] | None, ...]:
        if not self._drawn:
            self._drawn = [self._scalar.new_picture() for _ in range(self.num_envs)]
        return tuple(
            picture.frame(f"{episode.patient.name} on {self.pump.name}", course)
            if episode is not None
            else None
            for picture, episode, course in zip(
                self._drawn, self._episodes, self._courses, strict=True
            )
        )

    def _begin_lanes(
        self, lanes: NDArray[np.intp], seeds: list[int | None], options: list[dict[str, Any]]
    ) -> None:
        for lane, seed in zip(lanes.tolist(), seeds, strict=True):
            if seed is not None:
                self._generators[lane], self._seeds[lane] = seeding.np_random(seed)
        drawn = [
            self._scalar.draws.episode(self._generator(lane), own)
            for lane, own in zip(lanes.tolist(), options, strict=True)
        ]
        plants = [_plant(episode.patient, self.pump) for episode in drawn]
        if self._batch is None:
            self._batch = BatchSimulator([plants[0]] * self.num_envs, **self._batch_options)
        self._batch.reset_lanes(
            lanes.tolist(),
            plants=plants,
            scenarios=[episode.scenario for episode in drawn],
            states=np.array([episode.state for episode in drawn]),
            speeds=np.array([episode.start_speed for episode in drawn]),
        )
        for lane, episode in zip(lanes.tolist(), drawn, strict=True):
            self._episodes[lane] = episode
            self._sensors.reset(lane, episode.sensor_seed)
            self._drivers[lane].reset(episode.start_speed)
            self._speeds[lane] = episode.start_speed
            self._courses[lane] = []
            self._ends.pop(lane, None)
            self._therapies.set(lane, episode.therapy)
            self._periods[lane] = 0
        self._watch.reset(lanes)
        self._held[lanes] = np.nan
        begun = self._mask(lanes)
        self._observe(begun)
        self._terms = {name: np.where(begun, 0.0, term) for name, term in self._terms.items()}

    def _observe(self, here: Mask) -> None:
        """Take in metrics and sensors of some lanes; those that are broken have ended."""
        assert self._batch is not None
        now, times = self._batch.metric_matrix(), self._batch.times
        broken = here & ~np.isfinite(now).all(axis=0)
        for lane in np.flatnonzero(broken).tolist():
            name = METRICS.names[int(np.argmin(np.isfinite(now[:, lane])))]
            lost = f"{times[lane]:.3f} s: {name} is no longer finite"
            self._ends[lane] = _End("unphysical", self._batch.failures.get(lane, lost))
        seen = here & ~broken
        self._metrics = np.where(seen, now, self._metrics)
        lanes = np.flatnonzero(seen)
        if len(lanes):
            measured = self._sensors.measure(lanes, times[lanes], self._metrics[:, lanes])
            held = np.where(np.isfinite(measured), measured, self._held[lanes])
            self._held[lanes] = held
            shown = np.clip(np.where(np.isnan(held), 0.0, held), *self._bounds)
            self._observations[lanes] = shown.astype(np.float32)
        if self.render_mode is not None:
            for lane in np.flatnonzero(here).tolist():
                metrics = METRICS.as_dict(self._metrics[:, lane])
                command = self._speeds[lane] * KRPM_PER_RPM
                self._courses[lane].append(Moment(times[lane], metrics, command))

    def _deaths(self, moved: Mask) -> dict[int, _End]:
        """Count how long patients have been close to death; who has died."""
        death, moved = self._watch.death, moved & ~self._mask(np.array(list(self._ends), np.intp))
        dead = self._watch.died(self._rows((death.signal,)), self._scalar.period, moved)
        lanes = np.flatnonzero(dead).tolist()
        return {i: _End("death", death_text(death, self._watch.seconds[i])) for i in lanes}

    def _earned(self, change: Array, moving: Mask) -> dict[str, Array]:
        """Reward by named terms; 0 where nothing moved."""
        scalar, lost = self._scalar, self._mask(np.array(list(self._ends), np.intp))
        unphysical = [lane for lane, end in self._ends.items() if end.outcome == "unphysical"]
        earned = reward_terms(
            scalar.reward,
            self._therapies,
            self._rows(scalar.therapy.signals),
            change,
            unphysical=self._mask(np.array(unphysical, np.intp)),
            not_lived=np.where(lost, np.maximum(scalar.horizon - self._periods, 0), 0),
        )
        return {name: np.where(moving, value, 0.0) for name, value in earned.items()}

    def _rows(self, names: Sequence[str]) -> dict[str, Array]:
        return {name: self._metrics[_INDEX[name]] for name in names}

    def _info(self, here: Mask) -> dict[str, Any]:
        assert self._batch is not None
        info: dict[str, Any] = {}
        signals, count = self._scalar.therapy.signals, self.num_envs
        metrics = self._rows(METRICS.names)
        add_table(info, "metrics", metrics, here)
        add_table(info, "in_range", self._therapies.in_range(self._rows(signals)), here)
        rows = {"speed": self._speeds.copy(), "time": self._batch.times}
        add_rows(info, rows | {"beyond_life": ~within_life(metrics)}, here)
        add_table(info, "reward_terms", self._terms, here)
        lanes = np.flatnonzero(here).tolist()
        ends = {lane: self._ends.get(lane, _ALIVE) for lane in lanes}
        episodes = {lane: episode for lane in lanes if (episode := self._episodes[lane])}
        for name, texts in (
            ("outcome", {lane: end.outcome for lane, end in ends.items()}),
            ("reason", {lane: end.reason for lane, end in ends.items()}),
            ("patient", {lane: episode.patient.name for lane, episode in episodes.items()}),
            ("scenario", {lane: episode.scenario_name for lane, episode in episodes.items()}),
        ):
            add_texts(info, name, texts, count)
        flat = self._scalar.info_level == "flat"
        return flat_vector_info(info, self._scalar.CODES) if flat else info

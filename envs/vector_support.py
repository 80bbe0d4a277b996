"""``impellab/Support-v0`` for many patients at once, computed side by side in SIMD lanes."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import gymnasium
import numpy as np
from gymnasium.utils import seeding
from numpy.typing import NDArray

from envs.draws import Episode
from envs.support import SupportEnv
from envs.vector_actions import speeds_of
from envs.vector_episodes import Mask, Observations, VectorEpisodes, vector_metadata
from envs.vector_info import add_rows, add_table, add_texts
from plants import METRICS, BatchSimulator, DeviceDriver, Plant
from plants.batch import BatchSensors, Precision
from plants.simulation import DeathWatch, death_text

Array = NDArray[np.float64]
_INDEX = METRICS.index


# An episode's plant costs more than finding that it is known.
_plant = functools.lru_cache(maxsize=4096)(Plant)


class _End(NamedTuple):
    """How an episode has ended, and why."""

    outcome: str
    reason: str


class SupportVectorEnv(VectorEpisodes):
    """Many :class:`~envs.SupportEnv` with patients, scenarios and seeds of their own.

    The numbers are those of as many scalar environments with the same seeds, to rounding, whatever
    their number: environment ``i`` of ``reset(seed=s)`` is the scalar one of ``reset(seed=s + i)``.
    An environment whose episode has ended is reset by the next step, in which its action does not
    count and its reward is 0 (``AutoresetMode.NEXT_STEP``).

    ``options`` of a reset are as in the scalar environment, for all; a list of one value for each
    environment gives each its own. ``options["reset_mask"]``, an array of bool, resets some only.

    Parameters
    ----------
    num_envs : int
        How many.
    max_episode_steps : int, optional
        Episodes are truncated after so many periods; ``gymnasium.make_vec`` passes what the id is
        registered with.
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
    >>> vector = gymnasium.make_vec("impellab/Support-v0", num_envs=3, patient="shock-e")
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
        threads: int = 1,
        precision: Precision = "double",
        **arguments: Any,
    ):
        # One scalar environment, never reset, says what all of them are.
        self._scalar = SupportEnv(**arguments)
        super().__init__(num_envs, max_episode_steps, self._scalar)
        self._batch_options: dict[str, Any] = {"threads": threads, "precision": precision}
        bounded: Any = self._scalar.observation_space
        self._bounds = bounded.low, bounded.high
        n = self.num_envs
        self._batch: BatchSimulator | None = None
        self._sensors = BatchSensors(self._scalar.sensors, n)
        self._drivers = [DeviceDriver(self.pump) for _ in range(n)]
        self._generators: list[np.random.Generator | None] = [None] * n
        self._seeds: list[int | None] = [None] * n
        self._episodes: list[Episode | None] = [None] * n
        self._courses: list[list[tuple[float, dict[str, float], float]]] = [[] for _ in range(n)]
        self._metrics = np.zeros((len(METRICS), n))
        self._held = np.full(self._observations.shape, np.nan)
        self._speeds, self._watch = np.zeros(n), DeathWatch(self._scalar.therapy.death, n)

    @property  # type: ignore[misc]
    def np_random(self) -> tuple[np.random.Generator, ...]:  # type: ignore[override]
        """The generators of the environments."""
        return tuple(self._generator(lane) for lane in range(self.num_envs))

    @property
    def np_random_seed(self) -> tuple[int | None, ...]:  # type: ignore[override]
        """The seeds of the environments."""
        return tuple(self._seeds)

    def _generator(self, lane: int) -> np.random.Generator:
        generator = self._generators[lane]
        if generator is None:
            generator, self._seeds[lane] = seeding.np_random()
            self._generators[lane] = generator
        return generator

    def _reset_lanes(
        self, lanes: NDArray[np.intp], seeds: list[int | None], options: list[dict[str, Any]]
    ) -> dict[str, Any]:
        for lane, seed in zip(lanes.tolist(), seeds, strict=True):
            if seed is not None:
                self._generators[lane], self._seeds[lane] = seeding.np_random(seed)
        self._begin(lanes, options)
        here = np.zeros(self.num_envs, bool)
        here[lanes] = True
        self._observe(here)
        return self._info(here, begun=lanes, ends={})

    def step(self, actions: Any) -> tuple[Observations, Array, Mask, Mask, dict[str, Any]]:
        """Run the pumps for a control period; begin the next episode where the last has ended.

        Raises
        ------
        InputError
            There is not one action for each environment, or one is not in the action space; no
            environment has moved then.
        gymnasium.error.ResetNeeded
            An environment has never been reset, or the last reset failed.
        """
        self._refuse_closed()
        if self._batch is None or None in self._episodes:
            raise gymnasium.error.ResetNeeded("reset() comes first: no episode is under way")
        moving, begun = ~self._over, np.flatnonzero(self._over)
        wanted = speeds_of(actions, self._scalar.actions, moving)
        self._begin(begun, [{}] * len(begun))
        before, times = self._speeds.copy(), self._batch.times
        for lane in np.flatnonzero(moving).tolist():
            self._speeds[lane] = self._drivers[lane].apply(wanted[lane], times[lane])
        if moving.any():
            self._batch.advance(self._speeds, self._scalar.period, lanes=moving)
        everywhere = np.ones(self.num_envs, bool)
        ends = self._observe(everywhere, moving)
        terms = self._terms(self._speeds - before, moving, ends)
        rewards: Array = np.asarray(sum(terms.values()))
        terminated = np.zeros(self.num_envs, bool)
        terminated[list(ends)] = True
        truncated = self._cut_off(moving)
        self._over = terminated | truncated
        info = self._info(everywhere, begun=begun, ends=ends)
        if moving.any():
            add_table(info, "reward_terms", terms, moving)
        reasons = {lane: end.reason for lane, end in ends.items()}
        add_texts(info, "reason", reasons, self.num_envs)
        return self._observations.copy(), rewards, terminated, truncated, info

    def render(self) -> tuple[Any, ...]:
        """The episodes so far as pictures; None without a render mode."""
        if self.render_mode is None:
            return (None,) * self.num_envs
        from envs.render import frame

        therapy = self._scalar.therapy
        return tuple(
            None if episode is None else frame(course, episode.patient, self.pump, therapy)
            for episode, course in zip(self._episodes, self._courses, strict=True)
        )

    def _begin(self, lanes: NDArray[np.intp], options: list[dict[str, Any]]) -> None:
        """Draw episodes for lanes and put them at their start."""
        if not len(lanes):
            return
        for lane in lanes.tolist():
            self._episodes[lane] = None  # No step after a reset that fails.
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
        self._watch.reset(lanes)
        self._held[lanes], self._elapsed[lanes] = np.nan, 0
        self._over[lanes] = False

    def _observe(self, here: Mask, moving: Mask | None = None) -> dict[int, _End]:
        """Take in metrics and sensors of some lanes; which of them have ended, and how."""
        assert self._batch is not None
        now, times = self._batch.metric_matrix(), self._batch.times
        broken = here & ~np.isfinite(now).all(axis=0)
        ends: dict[int, _End] = {}
        for lane in np.flatnonzero(broken).tolist():
            name = METRICS.names[int(np.argmin(np.isfinite(now[:, lane])))]
            lost = f"{times[lane]:.3f} s: {name} is no longer finite"
            ends[lane] = _End("unphysical", self._batch.failures.get(lane, lost))
        seen = here & ~broken
        self._metrics = np.where(seen, now, self._metrics)
        if moving is not None:
            ends |= self._deaths(moving & seen)
        lanes = np.flatnonzero(seen)
        if len(lanes):
            measured = self._sensors.measure(lanes, times[lanes], self._metrics[:, lanes])
            held = np.where(np.isfinite(measured), measured, self._held[lanes])
            self._held[lanes] = held
            shown = np.clip(np.where(np.isnan(held), 0.0, held), *self._bounds)
            self._observations[lanes] = shown.astype(np.float32)
        if self.render_mode is not None:
            for lane in np.flatnonzero(here).tolist():
                course = METRICS.as_dict(self._metrics[:, lane])
                self._courses[lane].append((times[lane], course, self._speeds[lane]))
        return ends

    def _deaths(self, moved: Mask) -> dict[int, _End]:
        """Count how long patients have been close to death; who has died."""
        death = self._watch.death
        dead = self._watch.died(self._rows((death.signal,)), self._scalar.period, moved)
        lanes = np.flatnonzero(dead).tolist()
        return {i: _End("death", death_text(death, self._watch.seconds[i])) for i in lanes}

    def _terms(self, change: Array, moving: Mask, ends: Mapping[int, _End]) -> dict[str, Array]:
        """Reward by named terms; 0 where nothing moved."""
        therapy = self._scalar.therapy
        earned = therapy.terms(self._rows(therapy.signals), change)
        unphysical = [lane for lane, end in ends.items() if end.outcome == "unphysical"]
        terms = {}
        for name, value in earned.items():
            term = np.where(moving, value, 0.0)
            if name in therapy.signals:
                term[unphysical] = 0.0
            terms[name] = term
        return terms

    def _rows(self, names: Sequence[str]) -> dict[str, Array]:
        return {name: self._metrics[_INDEX[name]] for name in names}

    def _info(
        self, here: Mask, *, begun: NDArray[np.intp], ends: Mapping[int, _End]
    ) -> dict[str, Any]:
        assert self._batch is not None
        info: dict[str, Any] = {}
        therapy = self._scalar.therapy
        add_table(info, "metrics", self._rows(METRICS.names), here)
        add_table(info, "in_range", therapy.in_range(self._rows(therapy.signals)), here)
        add_rows(info, {"speed": self._speeds.copy(), "time": self._batch.times}, here)
        lanes = np.flatnonzero(here).tolist()
        outcomes = {lane: ends[lane].outcome if lane in ends else "alive" for lane in lanes}
        add_texts(info, "outcome", outcomes, self.num_envs)
        patients, scenarios = {}, {}
        for lane in begun.tolist():
            episode = self._episodes[lane]
            assert episode is not None
            patients[lane] = episode.patient.name
            scenarios[lane] = episode.scenario_name
        add_texts(info, "patient", patients, self.num_envs)
        add_texts(info, "scenario", scenarios, self.num_envs)
        return info

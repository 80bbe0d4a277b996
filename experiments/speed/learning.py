"""What learning sees: PPO end to end, and single control periods of one environment."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from experiments.speed.batch import WIDTH, emitted, individuals
from experiments.speed.case import CaseStart, case_start
from experiments.speed.row import SpeedRow, compared_row, rates_of, why_missing
from plants import Sensors, Simulator, Therapy, individual_therapy
from plants.batch import Precision
from plants.beat import DEFAULT_STEP, run_kernel

PART = "learning"
UNIT = "control periods per CPU s"
ENVIRONMENT = "impellab/Support-v1"
# One patient whom nothing befalls, so that a step costs what the plant costs.
_TASK: dict[str, Any] = {"patient": "shock-d", "device": "CP", "scenario": None}
#: As in the comparison that set the target.
ENVIRONMENTS, ROLLOUT, BATCH = 256, 8192, 1024
#: Control periods of the environments, s: its shortest and its default.
PERIODS = (0.1, 1.0)
#: Precisions of the environments, and the lanes of a block in each.
PRECISIONS: dict[Precision, int] = {"double": WIDTH, "single": 2 * WIDTH}
#: The control period of the loop without an environment, s.
SHORT = 0.02
_STEPS_TARGET = 20_000.0
_OURS = "native vector environment, stable-baselines3's PPO, one thread"
_FREE = "the same with an environment of the same shapes that gives constants"


def learning_rows(
    repeats: int, *, environments: int = ENVIRONMENTS, rollout: int = ROLLOUT
) -> list[SpeedRow]:
    """PPO against PPO on an environment that costs nothing, then single control periods.

    Parameters
    ----------
    repeats : int
        Turns, a rollout and its update each.
    environments : int
        Environments side by side.
    rollout : int
        Control periods of a rollout, over all environments.
    """
    return [*_ppo_rows(repeats, environments, rollout), *control_rows(repeats)]


def _ppo_rows(repeats: int, environments: int, rollout: int) -> list[SpeedRow]:
    rows = []
    for period, precision in itertools.product(PERIODS, PRECISIONS):
        work = (
            f"PPO, {environments} environments in {precision} precision, periods of {period:g} s, "
            "against an environment that costs nothing"
        )
        try:
            ours = _learner(_native(environments, period, precision), environments, rollout)
            free = _learner(_free(environments, period), environments, rollout)
        except ImportError as error:
            row = SpeedRow(PART, work, None, unit=UNIT, note=why_missing(error))
            rows.append(row.with_target("ratio", ">=", 0.5))
            continue
        rates = rates_of([ours, free], [rollout, rollout], repeats)
        row = compared_row(PART, work, *rates.T, unit=UNIT, ours_by=_OURS, other_by=_FREE)
        loop = _in_lanes(environments, period, precision, repeats)
        rows.append(
            replace(row, note=f"the loop in C alone: {loop:.0f} periods per s").with_target(
                "ratio", ">=", 0.5
            )
        )
    return rows


def _in_lanes(count: int, period: float, precision: Precision, repeats: int) -> float:
    """Control periods per s of the emitted loop in lanes, without an environment."""
    width = PRECISIONS[precision]
    full = -(-count // width) * width
    carry, values = individuals(case_start(), full)
    steps = round(period / DEFAULT_STEP)
    work = emitted(carry, values, steps, width, single=precision == "single")
    return float(np.median(rates_of([work], [full], repeats)))


def _native(count: int, period: float, precision: Precision) -> Any:
    import gymnasium

    import envs  # noqa: F401 - makes the ids known
    from experiments.training import VectorAdapter

    return VectorAdapter(
        gymnasium.make_vec(ENVIRONMENT, num_envs=count, period=period, precision=precision, **_TASK)
    )


def _free(count: int, period: float) -> Any:
    """An environment of the same shapes that gives constants."""
    import gymnasium
    from stable_baselines3.common.vec_env import VecEnv

    import envs  # noqa: F401 - makes the ids known

    real = gymnasium.make(ENVIRONMENT, period=period, **_TASK)
    constant = np.zeros((count, *(real.observation_space.shape or ())), np.float32)
    nothing = np.zeros(count, np.float32), np.zeros(count, bool)

    class Free(VecEnv):
        def __init__(self) -> None:
            super().__init__(count, real.observation_space, real.action_space)

        def reset(self) -> Any:
            return constant

        def step_async(self, actions: Any) -> None:
            pass

        def step_wait(self) -> Any:
            return constant, *nothing, [{} for _ in range(count)]

        def close(self) -> None:
            pass

        def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
            return [getattr(real, attr_name, None)] * count

        def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
            pass

        def env_method(self, method_name: str, *args: Any, **kwargs: Any) -> list[Any]:
            return [None] * count

        def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
            return [False] * count

    return Free()


def _learner(environment: Any, count: int, rollout: int) -> Callable[[], object]:
    import torch
    from stable_baselines3 import PPO

    torch.set_num_threads(1)  # As trainings are run.
    learner = PPO(
        "MlpPolicy",
        environment,
        n_steps=rollout // count,
        batch_size=min(BATCH, rollout),
        device="cpu",
        seed=0,
    )
    return lambda: learner.learn(rollout, reset_num_timesteps=False)


def control_rows(repeats: int, *, count: int = 500) -> list[SpeedRow]:
    """Control periods of one patient, without and with the environment, and where the time goes.

    Parameters
    ----------
    repeats : int
        Turns.
    count : int
        Control periods of a turn.
    """
    start = case_start()
    simulator = Simulator(start.plant)
    simulator.reset(start.state, speed=start.speed)
    row, in_c = _advance_row(start, simulator, repeats, count)
    return [row, _environment_row(simulator, in_c, repeats, count)]


def _advance_row(
    start: CaseStart, simulator: Simulator, repeats: int, count: int
) -> tuple[SpeedRow, float]:
    """Control periods without an environment, and what one takes in C (us)."""
    kernel, carry, steps = run_kernel(), start.carry.copy(), round(SHORT / DEFAULT_STEP)

    def advanced() -> None:
        for _ in range(count):
            simulator.advance(start.speed, SHORT)

    def bare() -> None:
        for _ in range(count):
            kernel.run(carry, start.values, steps)

    # What the loop takes in C alone is the slope of its cost over its length.
    def longer() -> None:
        for _ in range(count):
            kernel.run(carry, start.values, 11 * steps)

    rates = rates_of([advanced, bare, longer], [count] * 3, repeats)
    each = 1e6 / np.median(rates, axis=0)
    in_c = (each[2] - each[1]) / 10
    loop = compared_row(
        PART,
        f"control periods of {1e3 * SHORT:g} ms of one patient, against the loop alone",
        rates[:, 0],
        rates[:, 1],
        unit=UNIT,
        ours_by="Simulator.advance with its checks",
        other_by="the emitted loop through ctypes",
    )
    note = f"of {each[0]:.0f} us: C {in_c:.1f}, ctypes {each[1] - in_c:.1f}, Python the rest"
    return _limited(replace(loop, note=note), in_c), in_c


def _environment_row(simulator: Simulator, in_c: float, repeats: int, count: int) -> SpeedRow:
    """Control periods with the environment; `in_c` as of a period without it (us)."""
    import gymnasium

    import envs  # noqa: F401 - makes the ids known

    period = PERIODS[0]
    env = gymnasium.make(ENVIRONMENT, period=period, max_episode_steps=-1, **_TASK).unwrapped
    env.reset(seed=0)
    action = env.action_space.sample()

    def stepped() -> None:
        for _ in range(count):
            env.step(action)

    rate = float(np.median(rates_of([stepped], [count], repeats)))
    split = ", ".join(f"{name} {value:.0f}" for name, value in _split(simulator, period).items())
    in_c *= period / SHORT
    row = SpeedRow(
        PART,
        f"SupportEnv.step, periods of {1e3 * period:g} ms",
        rate,
        unit=UNIT,
        ours_by="the scalar environment",
        note=f"of {1e6 / rate:.0f} us: C {in_c:.0f}, {split}; 100 ms is its shortest period",
    )
    return _limited(row, in_c)


def _limited(row: SpeedRow, in_c: float) -> SpeedRow:
    """The row with its target: the rate, or that the loop in C (us) is the smaller part."""
    assert row.ours is not None
    fast, small = row.ours >= _STEPS_TARGET, in_c < 0.5e6 / row.ours
    return replace(
        row, target=f">= {_STEPS_TARGET:g}, or Python the limit", met=bool(fast or small)
    )


def _split(simulator: Simulator, period: float, count: int = 200) -> dict[str, float]:
    """Microseconds of the parts of an environment's step."""
    sensors = Sensors("icu", seed=0)
    therapy = individual_therapy(Therapy.default(), simulator.plant.patient)
    metrics = simulator.metrics()
    speed = case_start().speed
    parts: dict[str, Callable[[], object]] = {
        "advance with its loop": lambda: simulator.advance(speed, period),
        "metrics": simulator.metrics,
        "sensors": lambda: sensors.measure(simulator.time, metrics),
        "reward": lambda: therapy.costs(metrics, 0.0),
    }
    microseconds = {}
    for name, work in parts.items():
        began = time.process_time()
        for _ in range(count):
            work()
        microseconds[name] = 1e6 * (time.process_time() - began) / count
    return microseconds

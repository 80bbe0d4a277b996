"""``impellab/Support-v1``: support of a patient in shock, over seconds to minutes."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces

from envs.draws import Draws, Episode, PatientLike, ScenarioLike, StartLike
from envs.episodes import (
    EpisodeEnv,
    EpisodePicture,
    Moment,
    Observation,
    Panel,
    StepResult,
    control_period,
    observation_box,
)
from envs.registration import SUPPORT_STEPS
from envs.support_reward import Reward, known_reward, reward_terms, term_names
from plants import (
    DeviceDriver,
    PhysicsError,
    Plant,
    Pump,
    SampleAndHold,
    Sensors,
    Simulator,
    SpeedAction,
    Therapy,
    action_of,
)
from plants.plant import beyond_life
from plants.quantities import KRPM_PER_RPM, check_count
from plants.simulation import DeathWatch, check_finite, death_text

#: How an episode may stand.
OUTCOMES = ("alive", "death", "unphysical")


class SupportEnv(EpisodeEnv[Episode]):
    """
    ## Description

    A patient in cardiogenic shock lies on a left-sided heart pump. Once a control period the agent
    reads what the monitors show and sets the speed of the pump. It should keep the body perfused
    and unload the left ventricle, without suction and without hemolysis, whatever happens to the
    patient meanwhile: bleeding, vasodilation, loss of contractility.

    The patient is simulated by the plant of `plants`, a closed circulation with four beating
    chambers integrated in steps of 2 ms. The agent never sees the plant's state, only sensors.

    ## Action Space

    | `action`  | Space                             | Meaning                                         |
    |-----------|-----------------------------------|-------------------------------------------------|
    | `"speed"` | `Box(-1, 1, (1,), float32)`       | speed in rpm, linear from the slowest running level (-1; P-1) to the highest speed of the device (1) |
    | `"level"` | `Discrete(n)`                     | index of a P-level of the device; 0 is P-0, stopped, which leaks |

    The speed goes through the device driver, which enforces the boost time of a 2.5. An action
    outside the space, or NaN, raises `plants.InputError`.

    ## Observation Space

    A flat `Box` of float32 in physical units; its bounds are those of `plants.SIGNALS`, widened to
    hold 0, with which libraries fill up. At tier `"console"` it has the first 6 entries, at `"icu"` all 18, and at `"full"` every metric of
    `plants.METRICS`, exact and in that order. A signal that has no value now keeps its last one;
    every signal has one at the first observation, unless it is lost by `dropout` or, as
    `displayed_flow`, by a pump that stands still: that leaves it at 0 (or the nearer bound) until
    there is one.

    | Num | Observation                 | Unit  | Min  | Max   | Sensor                                |
    |-----|-----------------------------|-------|------|-------|---------------------------------------|
    | 0   | `placement_signal`          | mmHg  | -100 | 400   | console, every period                 |
    | 1   | `placement_pulsatility`     | mmHg  | 0    | 500   | console, every period                 |
    | 2   | `motor_current`             | mA    | 0    | 3000  | console, every period                 |
    | 3   | `motor_current_pulsatility` | mA    | 0    | 3000  | console, every period                 |
    | 4   | `pump_speed`                | rpm   | 0    | 60000 | console, every period, exact          |
    | 5   | `displayed_flow`            | L/min | 0    | 15    | console, every period, biased; none while the pump is out of place or stands still |
    | 6   | `map`                       | mmHg  | -50  | 300   | arterial line, every period           |
    | 7   | `systolic`                  | mmHg  | -50  | 400   | arterial line, every period           |
    | 8   | `diastolic`                 | mmHg  | -50  | 300   | arterial line, every period           |
    | 9   | `pulse_pressure`            | mmHg  | 0    | 300   | arterial line, every period           |
    | 10  | `heart_rate`                | 1/min | 0    | 300   | electrocardiogram, every period       |
    | 11  | `cvp`                       | mmHg  | -50  | 150   | central venous catheter, every period |
    | 12  | `mpap`                      | mmHg  | -50  | 200   | pulmonary-artery catheter, every period |
    | 13  | `pa_systolic`               | mmHg  | -50  | 250   | pulmonary-artery catheter, every period |
    | 14  | `pa_diastolic`              | mmHg  | -50  | 200   | pulmonary-artery catheter, every period |
    | 15  | `cardiac_output`            | L/min | -5   | 30    | thermodilution, every 60 s            |
    | 16  | `pcwp`                      | mmHg  | -50  | 150   | wedged balloon, every 300 s           |
    | 17  | `ejection_fraction`         | 1     | 0    | 1     | echocardiography, every 3600 s        |

    ## Rewards

    1 for each period that is lived, less what the period costs by the `Therapy`, from the true
    metrics of its last beat: nothing while a signal is in its wanted range, and more with every
    distance from it; a change of speed costs a little. Goals that are a share of what the patient
    has without a pump are in the patient's own numbers. Where the patient dies, or the plant leaves
    the physical range, every period that is left of `horizon` counts as one of the price of death.
    The sum over an episode is therefore its number of periods times 1 less the `therapy_cost` that
    a benchmark reports. `info["reward_terms"]` holds the terms by name (`life`, each goal, `effort`,
    `death`), and the reward is their sum.

    With `reward="goals"`, the reward of v0, each goal gives its weight while its signal is in the
    wanted range and smoothly less outside; in a period in which the plant leaves the physical range
    every goal gives 0.

    `info` also holds `metrics` (true, by signal name), `in_range` (by goal), `beyond_life`
    (whether a metric is one with which no patient lives), `speed` (rpm in force), `time` (s),
    `outcome` (`"alive"`, `"death"` or `"unphysical"`), `reason` (of an outcome; else empty),
    `patient` and `scenario`. The entries are the same at a reset, where the reward
    terms are 0, and in every step. With `info_level="flat"` it holds numbers alone: an entry `map`
    of `metrics` is `metrics_map`, `outcome` is 0, 1 or 2, and the other texts are left out.

    ## Starting State

    The periodic steady state of the drawn patient with the pump at the drawn speed. Patient,
    individual, scenario, start and sensor noise are drawn from `np_random`, in this order; an
    individual without a steady state is drawn again.

    ## Episode End

    1. Termination: the patient dies. By the default therapy that is a mean arterial pressure
       below 30 mmHg for 10 s without a break.
    2. Termination: the plant leaves the physical range; `info["reason"]` says how.
    3. Truncation: the episode is 240 periods long (by `gymnasium.make`; 300 in v0).

    ## Arguments

    | Parameter     | Type                            | Default     | Description                  |
    |---------------|---------------------------------|-------------|------------------------------|
    | `patient`     | name, path, `Patient` or a sequence | `"shock-c"`, `"shock-d"`, `"shock-e"` | profiles, equally likely |
    | `spread`      | float                           | `0.0`       | spread of individuals around their profile, see `plants.individual`; 0: the profile itself |
    | `cohort_size` | int or None                     | `None`      | number of different individuals of each profile; None: always a new one |
    | `device`      | name, path or `Pump`            | `"5.5"`     | a left-sided pump            |
    | `scenario`    | name, path, `Scenario`, None or a sequence | `"composite"`, `"day"` | scenarios, equally likely |
    | `start`       | level, rpm, None or a sequence  | `None`      | where the pump stands at first, equally likely; None: the fallback level of the therapy |
    | `tier`        | `"console"`, `"icu"`, `"full"`  | `"icu"`     | which sensors there are      |
    | `action`      | `"speed"`, `"level"`            | `"speed"`   | kind of action               |
    | `period`      | float                           | `1.0`       | control period in s, 0.1 to 60, a multiple of 0.01 |
    | `therapy`     | name, path, `Therapy` or None   | `None`      | costs and death; None: the default |
    | `reward`      | `"cost"`, `"goals"`             | `"cost"`    | 1 less the cost, or the goals met as in v0 |
    | `horizon`     | int                             | `240`       | periods over which a death is charged: the length of an episode |
    | `noise_scale`, `snr_db`, `dropout` | float      | `1.0`, `None`, `0.0` | see `plants.Sensors` |
    | `info_level`  | `"full"`, `"flat"`              | `"full"`    | tables and texts, or numbers alone |
    | `render_mode` | `"rgb_array"` or None           | `None`      | whether `render` draws the episode; `gymnasium.make` takes `"human"` and `"rgb_array_list"` too |

    A reset takes `options` with the keys `patient`, `scenario` and `start`: one of each, used for
    this episode in place of the draw. A patient given so is used as he or she is, without spread.

    ```python
    >>> import gymnasium, envs
    >>> env = gymnasium.make("impellab/Support-v1", patient=["shock-d", "shock-e"], spread=0.1)
    >>> observation, info = env.reset(seed=1, options={"scenario": "hemorrhage"})
    >>> observation.shape, info["scenario"]
    ((18,), 'hemorrhage')
    >>> seed = env.action_space.seed(1)
    >>> observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
    >>> reward <= 1.0, terminated
    (True, False)
    >>> env.close()

    ```

    ## Vectorized environment

    `gymnasium.make_vec` gives a native one, `envs.SupportVectorEnv`, in which the patients are
    computed side by side; its numbers are those of this environment with the same seeds, to
    rounding. It takes the same arguments and `autoreset_mode`.

    ```python
    >>> vector = gymnasium.make_vec("impellab/Support-v1", num_envs=2)
    >>> observations, info = vector.reset(seed=1)
    >>> observations.shape
    (2, 18)
    >>> vector.close()

    ```

    ## Version History

    * v1: The reward is 1 less the cost of the therapy, which prices suction, hemolysis below a CP's
      own at full speed, and work relative to the patient's; by default three patients on a 5.5 in
      two scenarios in which the best speed moves up and down.
    * v0: Initial version; the sum of the goals that are met, one patient on a CP, no scenario. It
      stays registered until the next release.
    """  # noqa: E501 - the headings and tables of Gymnasium's own environments

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 10}  # noqa: RUF012
    CODES: ClassVar = {"outcome": OUTCOMES.index}

    def __init__(
        self,
        patient: PatientLike | Sequence[PatientLike] = ("shock-c", "shock-d", "shock-e"),
        *,
        spread: float = 0.0,
        cohort_size: int | None = None,
        device: Pump | str | PathLike[str] = "5.5",
        scenario: ScenarioLike | Sequence[ScenarioLike] = ("composite", "day"),
        start: StartLike | Sequence[StartLike] | None = None,
        tier: str = "icu",
        action: str = "speed",
        period: float = 1.0,
        therapy: Therapy | str | PathLike[str] | None = None,
        reward: str = "cost",
        horizon: int = SUPPORT_STEPS,
        noise_scale: float = 1.0,
        snr_db: float | None = None,
        dropout: float = 0.0,
        info_level: str = "full",
        render_mode: str | None = None,
    ):
        super().__init__(device, therapy, render_mode, info_level)
        self.period, self.tier = control_period(period), tier
        self.reward: Reward = known_reward(reward)
        self.horizon = check_count(horizon, "horizon", 1)
        begin = self.therapy.fallback_level if start is None else start
        self.draws: Draws = Draws(
            patient, spread, cohort_size, scenario, begin, self.pump, self.therapy
        )
        self.sensors = Sensors(
            tier, seed=0, noise_scale=noise_scale, snr_db=snr_db, dropout=dropout
        )
        self._driver = DeviceDriver(self.pump)
        self._held = SampleAndHold(self.sensors.signals)
        self.signals = self._held.signals
        self._watch = DeathWatch(self.therapy.death)
        #: How an action becomes a speed.
        self.actions = action_of(self.pump, action)
        self.action_space: spaces.Space[Any] = (
            spaces.Box(-1.0, 1.0, (1,), np.float32)
            if isinstance(self.actions, SpeedAction)
            else spaces.Discrete(len(self.actions.speeds))
        )
        self.observation_space = observation_box(self._held.low, self._held.high)

    def _begin(self, episode: Episode) -> tuple[Observation, dict[str, Any]]:
        self._simulator = Simulator(Plant(episode.patient, self.pump), episode.scenario)
        self._simulator.reset(episode.state, speed=episode.start_speed)
        self.sensors.reset(episode.sensor_seed)
        self._driver.reset(episode.start_speed)
        self._held.reset()
        self._watch.reset()
        self._metrics, self._periods = self._simulator.metrics(), 0
        self._note(episode.start_speed)
        terms = dict.fromkeys(term_names(self.reward, self.therapy), 0.0)
        return self._measured(), self._info(episode, terms, "alive")

    def step(self, action: Any) -> StepResult:
        """Run the pump for a control period.

        Raises
        ------
        InputError
            The action is not in the action space.
        gymnasium.error.ResetNeeded
            The episode has ended, or none has begun.
        """
        episode = self._under_way()
        wanted = self.actions.speed(action)
        before = self._driver.speed
        speed = self._driver.apply(wanted, self._simulator.time)
        try:
            self._advance(speed)
        except PhysicsError as error:
            outcome, reason = "unphysical", str(error)
        else:
            outcome, reason = self._outcome()
            self._observation = self._measured()
        self._periods += 1
        lost = outcome != "alive"
        terms = reward_terms(
            self.reward,
            episode.therapy,
            self._metrics,
            speed - before,
            unphysical=outcome == "unphysical",
            not_lived=max(self.horizon - self._periods, 0) if lost else 0,
        )
        self._note(speed)
        return self._result(lost, False, self._info(episode, terms, outcome, reason))

    def _note(self, speed: float) -> None:
        if self.render_mode is not None:
            moment = Moment(self._simulator.time, self._metrics, speed * KRPM_PER_RPM)
            self.course.append(moment)

    def new_picture(self) -> EpisodePicture:
        """What draws an episode."""
        command = Panel((), 1.05 * self.pump.max_rpm * KRPM_PER_RPM, "speed [krpm]")
        return EpisodePicture(command, "time [s]", self.horizon * self.period, self.therapy)

    def _title(self, episode: Episode) -> str:
        return f"{episode.patient.name} on {self.pump.name}"

    def _advance(self, speed: float) -> None:
        self._simulator.advance(speed, self.period)
        metrics = self._simulator.metrics()
        check_finite(metrics, f"{self._simulator.time:.3f} s")
        self._metrics = metrics

    def _outcome(self) -> tuple[str, str]:
        """The outcome of a period, and what it is due to."""
        if self._watch.died(self._metrics, self.period):
            return "death", death_text(self._watch.death, float(self._watch.seconds))
        return "alive", ""

    def _measured(self) -> Observation:
        return self._held.update(self.sensors.measure(self._simulator.time, self._metrics))

    def _info(
        self, episode: Episode, terms: dict[str, float], outcome: str, reason: str = ""
    ) -> dict[str, Any]:
        return {
            "patient": episode.patient.name,
            "scenario": episode.scenario_name,
            "metrics": dict(self._metrics),
            "in_range": episode.therapy.in_range(self._metrics),
            "beyond_life": bool(beyond_life(self._metrics)),
            "speed": self._driver.speed,
            "time": self._simulator.time,
            "outcome": outcome,
            "reason": reason,
            "reward_terms": terms,
        }

"""``impellab/Weaning-v0``: a patient is weaned off the pump, over hours to days."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import Any, ClassVar

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from envs.episodes import (
    EpisodeEnv,
    EpisodePicture,
    Moment,
    Observation,
    Panel,
    StepResult,
    from_json_form,
    observation_box,
)
from envs.weaning_draws import WeaningDraws, WeaningEpisode
from envs.weaning_pool import PatientPool
from envs.weaning_reward import WeaningReward, stable
from plants import Bedside, HourScenario, InputError, Pump, Therapy, individual_therapy, label_limit
from plants.bedside import (
    ACTIONS,
    BRIDGE,
    CASES,
    CHANGES,
    EXPLANT,
    OUTCOMES,
    BedsideObservation,
    action_number,
)
from plants.plant import beyond_life
from plants.pumps import FULL_SUPPORT_LEVEL, LOWEST_LEVEL, level_name, level_number
from plants.quantities import Parameter, check_number

_LOWEST_NUMBER = level_number(LOWEST_LEVEL)
_INTERVAL = Parameter("interval", "h", "time between two decisions", 0.1, 24.0)


class WeaningEnv(EpisodeEnv[WeaningEpisode]):
    """
    ## Description

    A patient in cardiogenic shock lies on a left-sided heart pump. Every hour the agent reads the
    monitors, and now and then laboratory values and an echo, and changes the P-level. Myocardium
    recovers under unloading or does not; a leaking mitral valve hides behind full support; an
    inotrope may carry a heart that has not recovered; the right ventricle may fail; an artery may
    close again. The agent should take the pump out as soon as the patient will be well without it,
    never too early, and name those who will not recover for a durable pump or a transplant.

    The patient is a `plants.Bedside`: periodic beats move the slow states, clinicians take
    drugs and fluid off by a documented rule, and complications strike by the patient's own draws.

    ## Action Space

    `Discrete(7)`; `action_masks()` says which of them are something of their own now, as
    `MaskablePPO` of sb3-contrib asks for it:

    | Num | Action    | Meaning                                                                  |
    |-----|-----------|--------------------------------------------------------------------------|
    | 0   | down 2    | two P-levels lower, not below P-2                                        |
    | 1   | down 1    | one P-level lower, not below P-2                                         |
    | 2   | stay      | the level stays                                                          |
    | 3   | up 1      | one P-level higher, not above the highest                                |
    | 4   | up 2      | two P-levels higher, not above the highest                               |
    | 5   | explant   | at P-2 or below: the pump is taken out, and the patient followed for 48 h; ends the episode. Above: as down 2 |
    | 6   | bridge    | a decision for a durable pump or a transplant; ends the episode          |

    The pump comes out from P-2, as the label asks (2 levels at intervals, never below P-2 until the
    explant). An action outside the space raises `plants.InputError`.

    ## Observation Space

    A flat `Box` of float32 in physical units: the signals of the tier, then three entries more,
    built by `plants.bedside.BedsideObservation`. A signal that has no value now keeps
    its last one, so that no entry is ever NaN. At tier `"icu"`:

    | Num | Observation                   | Unit      | Min  | Max   | Sensor                       |
    |-----|-------------------------------|-----------|------|-------|------------------------------|
    | 0   | `placement_signal`            | mmHg      | -100 | 400   | console                      |
    | 1   | `placement_pulsatility`       | mmHg      | 0    | 500   | console                      |
    | 2   | `motor_current`               | mA        | 0    | 3000  | console                      |
    | 3   | `motor_current_pulsatility`   | mA        | 0    | 3000  | console                      |
    | 4   | `pump_speed`                  | rpm       | 0    | 60000 | console, exact               |
    | 5   | `displayed_flow`              | L/min     | 0    | 15    | console, biased              |
    | 6   | `map`                         | mmHg      | -50  | 300   | arterial line                |
    | 7   | `systolic`                    | mmHg      | -50  | 400   | arterial line                |
    | 8   | `diastolic`                   | mmHg      | -50  | 300   | arterial line                |
    | 9   | `pulse_pressure`              | mmHg      | 0    | 300   | arterial line                |
    | 10  | `heart_rate`                  | 1/min     | 0    | 300   | electrocardiogram            |
    | 11  | `cvp`                         | mmHg      | -50  | 150   | central venous catheter      |
    | 12  | `mpap`                        | mmHg      | -50  | 200   | pulmonary-artery catheter    |
    | 13  | `pa_systolic`                 | mmHg      | -50  | 250   | pulmonary-artery catheter    |
    | 14  | `pa_diastolic`                | mmHg      | -50  | 200   | pulmonary-artery catheter    |
    | 15  | `cardiac_output`              | L/min     | -5   | 30    | thermodilution               |
    | 16  | `pcwp`                        | mmHg      | -50  | 150   | wedged balloon               |
    | 17  | `cardiac_index`               | L/min/m2  | -3   | 15    | computed by the monitor      |
    | 18  | `cardiac_power_output`        | W         | -1   | 10    | computed by the monitor      |
    | 19  | `papi`                        | 1         | 0    | 100   | computed by the monitor      |
    | 20  | `inotrope_effect`             | ug/kg/min | 0    | 50    | infusion pump, exact         |
    | 21  | `vasopressor_effect`          | ug/kg/min | 0    | 10    | infusion pump, exact         |
    | 22  | `lactate`                     | mmol/L    | 0    | 100   | laboratory, every 6 h        |
    | 23  | `pfhb`                        | mg/dL     | 0    | 30000 | laboratory, every 6 h        |
    | 24  | `hemoglobin`                  | g/dL      | 0    | 40    | laboratory, every 6 h        |
    | 25  | `svo2`                        | 1         | 0    | 1     | laboratory, every 6 h        |
    | 26  | `renal_injury`                | 1         | 0    | 1     | laboratory, every 6 h        |
    | 27  | `ejection_fraction`           | 1         | 0    | 1     | echo, every 12 h             |
    | 28  | `mitral_regurgitant_fraction` | 1         | 0    | 1     | echo, every 12 h             |
    | 29  | `lvedv`                       | mL        | 0    | 800   | echo, every 12 h             |
    | 30  | `level`                       | 1         | 0    | 9     | number of the P-level        |
    | 31  | `hours`                       | h         | 0    | 1000  | time on the pump             |
    | 32  | `label_remaining`             | h         | 0    | 1000  | use left by the label        |

    ## Rewards

    `info["reward_terms"]` holds the terms by name, and the reward is their sum:

    - for each goal of the `Therapy` what is missing of its weight, from the true metrics at the end
      of the interval, an hour: 0 where the signal is in the wanted range;
    - `support`: -0.1 for an hour on the pump;
    - `step`: 0.5 for each level down in a stable hour (MAP >= 60, heart rate >= 50, pulse pressure
      >= 20), -0.5 for each level up;
    - `end`: 100 for an explant after which the patient is well for 48 h, -100 for one that fails,
      -150 for a death on the pump, 20 for a bridge decision when neither an explant now would have
      held nor one later from the level `start` (tried every 24 h and in the last hour of the label),
      -60 when one would.

    `info` also holds `metrics` (true, by signal name), `beyond_life` (whether a metric is one with
    which no patient lives), `level`, `hours`, `outcome` (`"alive"`, `"explanted"`, `"died"`, `"bridge"`, `"label"`), `result` (`"well"` or `"failed"` after an
    explant; after a bridge decision whether an explant would have held), `reason`, `case`, `events`,
    `patient`, and `cormpo`: whether the hour was stable (`stable`), the published
    score of the change (`weaning_score`: 1 or 2 for levels down in a stable hour, -1 for a rise) and
    the change of level (`change`). The entries are the same at a reset, where nothing is scored yet,
    and in every step. With `info_level="flat"` it holds numbers alone: an entry `map` of `metrics` is
    `metrics_map`, `level` is the number of the P-level, `outcome`, `result`, `case` and `events` are
    the places in `("alive", *plants.bedside.OUTCOMES)`, `("", "well", "failed")`,
    `plants.bedside.CASES` and `plants.HourScenario.names()`, and the other texts are left out.

    ## Starting State

    The hour `begin` on the pump, which has run at the level `start` until then. Sensor noise, patient,
    case, begin and events are drawn from `np_random`, in this order; patients whose arteries take no
    access of the device are drawn again.

    ## Episode End

    1. Termination: the pump is taken out, and the 48 h without it are scored.
    2. Termination: a bridge decision.
    3. Termination: the patient dies on the pump.
    4. Truncation: the label's duration of the device is over (CP 96 h, 5.0 144 h, 5.5 336 h).
    5. Truncation: 336 decisions, by registration, which only an `interval` below 1 h reaches; another
       limit is given to `gymnasium.make` as `max_episode_steps`.

    ## Arguments

    | Parameter     | Type                            | Default     | Description                  |
    |---------------|---------------------------------|-------------|------------------------------|
    | `device`      | name, path or `Pump`            | `"CP"`      | a left-sided pump with a label |
    | `case`        | str, None or a sequence         | `None`      | one of `plants.bedside.CASES`, equally likely; None: with their shares in the cohort |
    | `cohort_size` | int                             | `1000`      | number of different patients |
    | `cohort_first` | int                            | `0`         | seed of the first one; all must be below 10000, the others are kept for evaluation |
    | `start`       | level                           | `"P-8"`     | where the pump stands at first |
    | `begin`       | int or a sequence               | `0`         | whole hours on the pump at the first decision, equally likely |
    | `events`      | str, None or a sequence         | `None`      | presets of `plants.bedside.events` that happen besides those of the case, equally likely: relapse, ischemia, bleeding, drug-change, fluid, vasodilation, position, rv-failure, none |
    | `event_hours` | two floats or None              | `None`      | from when to when these begin, h; None: as the presets say |
    | `tier`        | `"console"`, `"icu"`, `"full"`  | `"icu"`     | which sensors there are      |
    | `interval`    | float                           | `1.0`       | hours between two decisions  |
    | `therapy`     | name, path, `Therapy` or None   | `"v0"`      | goals and death; None: the default |
    | `reward`      | `WeaningReward` or None         | `None`      | weights                      |
    | `baroreflex`  | bool                            | `True`      | whether the reflex works     |
    | `complications` | bool                          | `True`      | whether complications strike |
    | `noise_scale` | float                           | `1.0`       | factor on the noise of the sensors |
    | `info_level`  | `"full"`, `"flat"`              | `"full"`    | tables and texts, or numbers alone |
    | `render_mode` | `"rgb_array"` or None           | `None`      | whether `render` draws the course; `gymnasium.make` takes `"human"` and `"rgb_array_list"` too |

    A reset takes `options` with the keys `patient` (a seed), `case`, `start`, `begin` and `events`.

    ```python
    >>> import gymnasium, envs
    >>> env = gymnasium.make("impellab/Weaning-v0", case="full", cohort_size=3)
    >>> observation, info = env.reset(seed=1)
    >>> observation.shape, info["case"], info["level"]
    ((33,), 'full', 'P-8')
    >>> observation, reward, terminated, truncated, info = env.step(1)
    >>> info["level"], info["hours"], terminated
    ('P-7', 1.0, False)
    >>> env.close()

    ```

    ## Vectorized environment

    ```python
    >>> vector = gymnasium.make_vec("impellab/Weaning-v0", num_envs=2, cohort_size=3)
    >>> observations, info = vector.reset(seed=1)
    >>> observations.shape
    (2, 33)
    >>> vector.metadata["autoreset_mode"].value, vector.step([2, 1])[1].shape
    ('NextStep', (2,))
    >>> vector.close()

    ```

    ## Version History

    * v0: Initial version.
    """  # noqa: E501 - the headings and tables of Gymnasium's own environments

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 10}  # noqa: RUF012
    CODES: ClassVar = {
        "level": level_number,
        "outcome": ("alive", *OUTCOMES).index,
        "result": ("", "well", "failed").index,
        "case": CASES.index,
        "events": HourScenario.names().index,
    }

    def __init__(
        self,
        device: Pump | str | PathLike[str] = "CP",
        *,
        case: str | Sequence[str] | None = None,
        cohort_size: int = 1000,
        cohort_first: int = 0,
        start: str = FULL_SUPPORT_LEVEL,
        begin: int | Sequence[int] = 0,
        events: str | Sequence[str] | None = None,
        event_hours: Sequence[float] | None = None,
        tier: str = "icu",
        interval: float = 1.0,
        therapy: Therapy | str | PathLike[str] | None = "v0",
        reward: WeaningReward | dict[str, Any] | None = None,
        baroreflex: bool = True,
        complications: bool = True,
        noise_scale: float = 1.0,
        info_level: str = "full",
        render_mode: str | None = None,
    ):
        super().__init__(device, therapy, render_mode, info_level)
        self.interval = check_number(interval, _INTERVAL, "interval", None)
        self.tier, self.reward = tier, _reward(reward)
        pool = PatientPool(
            self.pump,
            tier=tier,
            therapy=self.therapy,
            baroreflex=baroreflex,
            complications=complications,
            noise_scale=noise_scale,
        )
        self.draws: WeaningDraws = WeaningDraws(
            pool,
            self.pump,
            case=case,
            cohort_size=cohort_size,
            cohort_first=cohort_first,
            start=start,
            begin=begin,
            events=events,
            event_hours=event_hours,
        )
        self._seen = BedsideObservation(tier)
        self.action_space = spaces.Discrete(len(ACTIONS))
        self.observation_space = observation_box(self._seen.low, self._seen.high)
        self.signals = self._seen.names
        self._highest = len(self.pump.levels) - 1

    @property
    def bedside(self) -> Bedside:
        """The patient of this episode; for oracles and figures.

        Raises
        ------
        gymnasium.error.ResetNeeded
            None has begun.
        """
        if self._episode is None:
            raise gymnasium.error.ResetNeeded("reset() comes first: no episode has begun")
        return self._episode.bedside

    def _begin(self, episode: WeaningEpisode) -> tuple[Observation, dict[str, Any]]:
        self._seen.reset()
        self._metrics = episode.bedside.truth()
        self._own_therapy = individual_therapy(self.therapy, episode.bedside.patient.patient)
        self._note(episode.bedside)
        terms = dict.fromkeys(self._terms(BRIDGE, 0, self._metrics, "alive", ""), 0.0)
        scores = {"result": "", "cormpo": _cormpo(0, stable(self._metrics)), "reward_terms": terms}
        return self._observed(episode.bedside), self._info(episode, "alive") | scores

    def action_masks(self) -> NDArray[np.bool_]:
        """Which actions are something of their own now, shape (7,).

        A change of level that would go below P-2 or above the highest level is masked, and an
        explant above P-2. An environment takes masked actions all the same, and does the nearest.

        Raises
        ------
        gymnasium.error.ResetNeeded
            No episode has begun.
        """
        at = level_number(self.bedside.level)
        masks = np.ones(len(ACTIONS), bool)
        for number, change in enumerate(CHANGES):
            masks[number] = change == 0 or self._changed(at, change) == at + change
        masks[EXPLANT] = at <= _LOWEST_NUMBER
        return masks

    def _changed(self, at: int, change: int) -> int:
        """The level after a change, as far as the label and the device allow it."""
        return min(max(at + change, min(_LOWEST_NUMBER, at)), self._highest)

    def step(self, action: Any) -> StepResult:
        """Change the level, or end the course, and let the interval pass.

        Raises
        ------
        InputError
            The action is not in the action space.
        gymnasium.error.ResetNeeded
            The episode has ended, or none has begun.
        """
        episode = self._under_way()
        bedside = episode.bedside
        number, at = action_number(action), level_number(bedside.level)
        if number == EXPLANT and at > _LOWEST_NUMBER:
            number = 0
        before, change, result = self._metrics, 0, ""
        if number == EXPLANT:
            result = bedside.explant()
        elif number == BRIDGE:
            result = _unbridged(episode)
            bedside.bridge("the agent's decision")
        else:
            change = self._changed(at, CHANGES[number]) - at
            hours = min(self.interval, max(bedside.label_remaining, 1e-3))
            bedside.advance(hours, level_name(at + change))
        outcome = bedside.outcome or "alive"
        if number < len(CHANGES) and outcome != "died":
            self._metrics = bedside.truth()
            self._observation = self._observed(bedside)
        self._note(bedside)
        terms = self._terms(number, change, before, outcome, result)
        terminated, truncated = outcome in ("explanted", "bridge", "died"), outcome == "label"
        cormpo = _cormpo(change, stable(before))
        scores = {"result": result, "cormpo": cormpo, "reward_terms": terms}
        return self._result(terminated, truncated, self._info(episode, outcome) | scores)

    def _note(self, bedside: Bedside) -> None:
        if self.render_mode is not None:
            moment = Moment(bedside.hours, self._metrics, float(level_number(bedside.level)))
            self.course.append(moment)

    def new_picture(self) -> EpisodePicture:
        """What draws an episode."""
        command = Panel((), self._highest + 0.5, "P-level")
        return EpisodePicture(command, "time [h]", label_limit(self.pump), self.therapy)

    def _title(self, episode: WeaningEpisode) -> str:
        return f"{episode.bedside.patient.patient.name} on {self.pump.name}"

    def _terms(
        self, number: int, change: int, before: dict[str, float], outcome: str, result: str
    ) -> dict[str, float]:
        r, passed = self.reward, number < len(CHANGES)
        metrics = None if outcome == "died" else self._metrics
        hours = self.interval if passed else 0.0
        end = {
            "died": r.died,
            "explanted": r.well if result == "well" else r.failed,
            "bridge": r.bridge if result == "failed" else r.premature_bridge,
        }.get(outcome, 0.0)
        return r.goals(self._own_therapy, metrics, hours) | {
            "support": -r.hour * hours,
            "step": r.steps(change, before),
            "end": end,
        }

    def _observed(self, bedside: Bedside) -> Observation:
        return self._seen.update(
            bedside.measure(),
            level=bedside.level,
            hours=bedside.hours,
            label_remaining=bedside.label_remaining,
        )

    def _info(self, episode: WeaningEpisode, outcome: str) -> dict[str, Any]:
        bedside = episode.bedside
        return {
            "metrics": dict(self._metrics),
            "beyond_life": bool(beyond_life(self._metrics)),
            "level": bedside.level,
            "hours": bedside.hours,
            "outcome": outcome,
            "reason": bedside.reason,
            "patient": bedside.patient.patient.name,
            "case": episode.case,
            "events": episode.events,
        }


def _reward(given: WeaningReward | dict[str, Any] | None) -> WeaningReward:
    reward = from_json_form(given)
    if reward is None:
        return WeaningReward()
    if not isinstance(reward, WeaningReward):
        raise InputError("reward", reward, "a WeaningReward or None")
    return reward


def _unbridged(episode: WeaningEpisode) -> str:
    """Whether an explant would have held, now or later."""
    # The held course remembers what was asked of it; this patient is tried only if need be.
    bedside = episode.bedside
    return "well" if episode.course.recovers(bedside.hours) else bedside.fork().explant()


def _cormpo(change: int, holds: bool) -> dict[str, Any]:
    score = -1.0 if change > 0 else float(-change) if holds else 0.0
    return {"stable": holds, "weaning_score": score if change else 0.0, "change": change}

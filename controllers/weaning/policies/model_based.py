"""A chance-constrained plan over P-levels on the tracker's forecast."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from controllers.weaning.criteria import Criterion
from controllers.weaning.decision import Reason
from controllers.weaning.evidence import chance
from controllers.weaning.policies.situation import Situation
from controllers.weaning.policies.without_pump import out_chance, out_lactate

_VASOPRESSOR = "vasopressor_effect"


@dataclass(frozen=True)
class ModelBased:
    """Steps as far as the forecast holds with the chance that is asked for.

    Weaning begins when there is a fair chance that the patient does well without pump and inotrope;
    every step is the largest one after which the criteria hold with the chance asked for; the pump
    comes out when they hold so without it. Near the label's end, where a bridge decision is what
    else there is, less is asked for.

    Attributes
    ----------
    look : float
        Time between looks, h.
    interval : float
        Shortest time at a level, h.
    trial : float
        Shortest time at the lowest level, h.
    patience : float
        Longest time there without the criteria, h; NaN is that of the criteria.

    Examples
    --------
    >>> from controllers.weaning.policies.model_based import ModelBased
    >>> ModelBased().name
    'model-based'
    """

    look: float = 1.0
    interval: float = 1.0
    trial: float = 2.0
    # The heart goes on recovering there: who bears it loses by going back up.
    patience: float = 24.0
    name: str = "model-based"
    needs_tracker: bool = True

    def ready(self, now: Situation) -> tuple[Reason, ...]:
        """Organs that recover, and a forecast without the pump that may hold."""
        limit = now.criteria.number("begin_chance")
        ahead = now.criteria.number("way_down")
        if now.left <= now.criteria.number("reassess_lead"):
            # The last way down: what counts is how the patient does when it must end, and there is
            # nothing to wait for.
            ahead = max(min(ahead, now.left), now.left - self.trial)
            limit = now.criteria.number("last_begin_chance")
        return (
            *now.criteria.judge("plan", now.values),
            now.seen.resolving(),
            _trust(now),
            # A trial shows whether the valve leaks: what speaks for a tight one may begin it.
            out_chance(now, limit, ahead, hopeful=True),
        )

    def step(self, now: Situation) -> tuple[int, tuple[Reason, ...]]:
        """The largest step whose forecast holds."""
        if now.held < self.interval - 1e-6 or not now.outlook.trusted:
            said = f"{now.level} held for {now.held:.3g} h, at least {self.interval:.3g}"
            held = Reason(
                said, "", now.held, self.interval, met=now.held >= self.interval - 1e-6, waits=True
            )
            return 0, (held, _trust(now))
        needed = [one for one in now.criteria["step"].values() if one.needed]
        limit = now.criteria.number("last_step_chance" if now.late else "chance")
        reasons: list[Reason] = []
        for levels in range(now.steps_left, 0, -1):
            target = now.levels[now.place - levels]
            found = chance(needed, now.outlook.at(target))
            said = f"chance {found:.2f} that {_words(needed)} hold at {target}, at least {limit:g}"
            reasons.append(Reason(said, "", found, limit, met=found >= limit))
            if found >= limit:
                return levels, (reasons[-1],)
        return 0, tuple(reasons)

    def explant(self, now: Situation) -> tuple[Reason, ...]:
        """Measured at the lowest level, and forecast without pump and inotrope."""
        held = Reason(
            f"{now.level} held for {now.held:.3g} h, at least {self.trial:.3g}",
            "",
            now.held,
            self.trial,
            met=now.held >= self.trial - 1e-6,
            waits=True,
        )
        limit = now.criteria.number("last_chance" if now.last else "explant_chance")
        return (
            held,
            *now.criteria.judge("trial", now.values, f" at {now.level}"),
            *_reserve(now),
            out_lactate(now, limit),
            _trust(now),
            out_chance(now, limit, steady=True),
        )


def _reserve(now: Situation) -> tuple[Reason, ...]:
    """While there is time, some of the vasopressor that is borne is kept for what may come."""
    dose, most = now.values.get(_VASOPRESSOR, math.nan), now.criteria.number("early_vasopressor")
    most = min(most, now.criteria["trial"][_VASOPRESSOR].high)
    if now.last or not dose > most:
        return ()
    said = f"vasopressor {dose:.2g} ug/kg/min, at most {most:g} while there is time"
    return (Reason(said, _VASOPRESSOR, dose, most),)


def _trust(now: Situation) -> Reason:
    said = "the tracker agrees with the measurements"
    met = now.outlook.trusted
    return Reason(said if met else f"the tracker is not trusted: {now.outlook.reason}", met=met)


def _words(needed: Sequence[Criterion]) -> str:
    return ", ".join(one.signal for one in needed)

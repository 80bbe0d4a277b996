"""A probe of the explant gate: what is forecast and measured at P-2, and what would be true.

Apart from every policy, so that all patients are asked and not only those whom a policy takes down:
full support up to an hour that the seed decides, a ramp to P-2, and there the chance that the
tracker sees without the pump, the cardiac power that is measured, and whether the pump could have
come out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from controllers import RecoveryTracker, WeaningCriteria
from controllers.weaning.evidence import Forecasts, joint_probability
from experiments.weaning.course import WeaningTrial, briefing, trial_bedside
from experiments.weaning.settings import study_settings
from plants import Bedside
from plants.pumps import FULL_SUPPORT_LEVEL, LOWEST_LEVEL, level_number
from plants.quantities import MINUTES_PER_HOUR, stream

_LOOK = 2.0
# Less than this is no time to let pass, h.
_NEAR = 0.01


@dataclass(frozen=True)
class Probe:
    """What a probe gave.

    Attributes
    ----------
    hours : float
        When the ramp began, h on the pump.
    holds : bool
        Whether the patient, explanted then, would have been well for 48 h.
    margin : float
        1 less the chances with which the criteria without pump and inotrope are missed, by the
        tracker's forecast: a lower bound (Boole) of the chance that all hold, which may be
        negative, so that it still tells patients apart where a controller sees no chance.
    trusted : bool
        Whether the tracker agreed with the measurements; if not, a controller would not go by it.
    power : float
        Cardiac power output measured at P-2, W; at the last level that was borne otherwise.
    level : str
        Level that was reached.
    reason : str
        Why there was no probe; "" where there was one.
    """

    hours: float
    holds: bool = False
    margin: float = math.nan
    trusted: bool = False
    power: float = math.nan
    level: str = ""
    reason: str = ""

    @property
    def chance(self) -> float:
        """The chance as a controller uses it: none where the tracker is not trusted.

        Examples
        --------
        >>> from experiments.weaning.truth import Probe
        >>> Probe(30.0, margin=0.8, trusted=True).chance, Probe(30.0, margin=0.8).chance
        (0.8, 0.0)
        """
        return max(self.margin, 0.0) if self.trusted and math.isfinite(self.margin) else 0.0


def probe_hour(seed: int, label_hours: float) -> float:
    """When a patient is probed, h.

    Examples
    --------
    >>> from experiments.weaning.truth.gate import probe_hour
    >>> 24.0 <= probe_hour(3, 96.0) <= 84.0
    True
    """
    share = stream("weaning probe", seed).random()
    settings = study_settings()
    low, high = settings.number("probe_first"), settings.number("probe_last")
    return label_hours * (low + (high - low) * float(share))


def evaluate_explant_gate(trial: WeaningTrial) -> Probe:
    """Probe the patient of a trial; the policy of the trial plays no part.

    Raises
    ------
    InputError
        No access of the pump fits the patient.
    PhysicsError
        The patient has no periodic beat without support.

    Examples
    --------
    >>> from experiments.weaning.course import WeaningTrial
    >>> from experiments.weaning.truth import evaluate_explant_gate
    >>> probe = evaluate_explant_gate(WeaningTrial(11, "fast-protocol", case="full"))
    >>> probe.level, 0.0 <= probe.chance <= 1.0
    ('P-2', True)
    """
    bedside, case = trial_bedside(trial)
    forecasts = Forecasts(RecoveryTracker(briefing(trial, bedside, case)))
    support = bedside.pump.level(FULL_SUPPORT_LEVEL).name
    until = probe_hour(trial.seed, bedside.label_hours)
    while bedside.outcome is None and bedside.hours < until - _NEAR:
        forecasts.update(bedside.measure(), bedside.level, bedside.hours)
        bedside.advance(min(_LOOK, until - bedside.hours), support)
    if bedside.outcome is not None:
        return Probe(until, reason=f"{bedside.outcome} before")
    power, level = _ramped(bedside, forecasts)
    criteria = WeaningCriteria.load()["without_pump"].values()
    alone = forecasts.without_pump()
    # Each criterion alone, because the bound of all together is cut off at 0.
    missed = sum(
        1.0 - joint_probability([criterion], alone) for criterion in criteria if criterion.needed
    )
    return Probe(
        until,
        bedside.outcome is None and bedside.fork().explant() == "well",
        1.0 - missed,
        forecasts.trusted,
        power,
        level,
    )


def _ramped(bedside: Bedside, forecasts: Forecasts) -> tuple[float, str]:
    """Go down to P-2, some minutes a level; power measured at the last level, and that level."""
    minutes = study_settings().number("probe_step")
    below = [
        level.name
        for level in bedside.pump.levels
        if level_number(LOWEST_LEVEL) <= level_number(level.name) < level_number(FULL_SUPPORT_LEVEL)
    ]
    power, reached = math.nan, bedside.level
    for level in [bedside.level, *sorted(below, key=level_number, reverse=True)]:
        if level != bedside.level:
            bedside.advance(minutes / MINUTES_PER_HOUR, level)
        if bedside.outcome is not None:
            break
        seen = bedside.measure(echo=True)
        forecasts.update(seen, bedside.level, bedside.hours)
        power, reached = seen.get("cardiac_power_output", math.nan), bedside.level
    return power, reached

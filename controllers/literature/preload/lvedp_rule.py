"""LVEDP rule: each beat a little more or less speed, by the LV end-diastolic pressure."""

from __future__ import annotations

from collections.abc import Mapping

from controllers.literature.frame import LiteratureController, Moment, SpeedLaw
from controllers.protocol import Briefing
from plants.quantities import parameter_table

_PUBLISHED = (
    ("reference", "mmHg", "LV end-diastolic pressure that is wanted", 1, 40),
    ("step", "1", "share of the speed that a beat adds or takes", 0, 0.05),
)


class LVEDPRule(LiteratureController):
    """More speed while the LV end-diastolic pressure is above 14 mmHg, less below.

    Parameters
    ----------
    part, settings
        See :class:`controllers.literature.LiteratureController`.

    Notes
    -----
    Once a beat ``N <- N (1 + a)``, with ``a = 0.01`` while the pressure is above the reference and
    ``a = -0.01`` otherwise. Published [1]_: the two actions, the reference of 14 mmHg, and a reward
    for which a policy was learned. Derived from it: the rule, the policy that is greedy for this
    reward, whatever the aortic valve does. Ours: a dead band of 1 mmHg, in which the speed rests;
    without it (``lvedp-rule:published``) the speed toggles by 1 % a beat for ever.

    Nothing is integrated besides the speed itself, so that nothing winds up at a limit.

    Tier: all; the pressure is measured at ``full``, is the diastolic pulmonary-artery pressure at
    ``icu``, and is reconstructed from the current and the placement signal at ``console``. Known
    weakness: a constant error of the pressure is one of the reference.

    References
    ----------
    .. [1] Fernandez-Zapico et al. (2024) Artif Organs 48:1418 (title not seen; reinforcement
       learning of the speed of a rotary blood pump).

    Examples
    --------
    >>> from controllers import load_controller
    >>> load_controller("lvedp-rule:published").settings["reference"]
    14.0
    """

    NAME = "lvedp-rule"
    SUMMARY = "1 % more or less speed a beat by the LVEDP (after Fernandez-Zapico 2024)"
    PARAMETERS = parameter_table(
        *_PUBLISHED, ("dead_band", "mmHg", "error up to which the speed rests", 0, 10)
    )
    PUBLISHED_PARAMETERS = parameter_table(*_PUBLISHED)
    NEEDS = ("lvedp",)

    def law(self, briefing: Briefing) -> SpeedLaw:
        """See :class:`controllers.literature.LiteratureController`."""
        return _Law(self.settings)


class _Law(SpeedLaw):
    TAKES_OPERATING_POINT = False

    def __init__(self, settings: Mapping[str, float]):
        self._reference, self._step = settings["reference"], settings["step"]
        self._dead_band = settings.get("dead_band", 0.0)

    def next_speed(self, now: Moment) -> float:
        error = now.beat.lvedp - self._reference
        if self._dead_band > 0 and abs(error) <= self._dead_band:
            return now.speed
        share = self._step if error > 0 else -self._step
        wanted = now.speed * (1.0 + share) ** now.beats
        return min(max(wanted, now.low), now.high)

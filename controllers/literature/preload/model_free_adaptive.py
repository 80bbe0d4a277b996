"""Model-free adaptive control of the preload, with full-form dynamic linearisation (FFDL-MFAC)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from controllers.literature.beat_quantities import Quantities
from controllers.literature.frame import LiteratureController, Moment, SpeedLaw
from controllers.operating_points import speed_limits
from controllers.protocol import Briefing
from plants.quantities import parameter_table

#: Differences of the output, and of the input, that the linearisation knows (Ly and Lu).
_OUTPUTS = _INPUTS = 3


class ModelFreeAdaptive(LiteratureController):
    """Holds the preload of the hand-over, with gains that it learns from what the speed does.

    Parameters
    ----------
    part, settings
        See :class:`controllers.literature.LiteratureController`.

    Notes
    -----
    With the output ``y``, the speed ``u``, ``dH(k) = [dy(k), dy(k-1), dy(k-2), du(k), du(k-1),
    du(k-2)]`` and the pseudo-gradient ``phi`` (six numbers):

    - ``phi(k) = phi(k-1) + eta dH(k-1) (dy(k) - phi(k-1)'dH(k-1)) / (mu + |dH(k-1)|^2)``;
    - ``phi(k)`` is ``phi(1)`` again where ``|phi(k)|`` or ``|dH(k-1)|`` is at most ``eps``, or the
      fourth of its numbers, that of the speed, has lost the sign of ``phi(1)``;
    - ``du(k) = phi_4 rho (y_d - y(k) - phi_1 dy(k) - phi_2 dy(k-1) - phi_3 dy(k-2)
      - phi_5 du(k-1) - phi_6 du(k-2)) / (lambda + phi_4^2)``.

    Published [1]_: the law, its settings (each ``rho`` is the same), and a target that is the
    preload at the hand-over. Ours: ``y`` is the preload with a minus, as it falls with speed while
    the published ``phi(1)`` is positive; the number whose sign is watched; the unit of the speed
    (not printed), a hundredth of its range.

    The differences of the speed are those of the speed in force, so that nothing winds up at a
    limit. Tier: all; the LV end-diastolic pressure at ``full``, the diastolic pulmonary-artery
    pressure at ``icu``, reconstructed at ``console``.

    References
    ----------
    .. [1] Fetanat M et al. (2021) IEEE Trans Biomed Eng 68:3029, equations 3 to 8 (FFDL-MFAC of
       a rotary blood pump).

    Examples
    --------
    >>> from controllers import load_controller
    >>> load_controller("model-free-adaptive").settings["rho"]
    0.05
    """

    NAME = "model-free-adaptive"
    SUMMARY = "preload of the hand-over by model-free adaptive control (Fetanat 2021)"
    PARAMETERS = PUBLISHED_PARAMETERS = parameter_table(
        ("gradient", "1", "each number of the first pseudo-gradient", 0.001, 100),
        ("eta", "1", "step of the estimator", 0, 1),
        ("mu", "1", "damping of the estimator", 0.001, 1000),
        ("rho", "1", "step of the speed", 0, 1),
        ("lambda", "1", "damping of the speed", 0.001, 1000),
        ("epsilon", "1", "size up to which the pseudo-gradient begins anew", 0, 0.1),
        ("unit", "1", "unit of the speed, share of its range", 0.0001, 0.1),
    )
    NEEDS = ("lvedp",)

    def law(self, briefing: Briefing) -> SpeedLaw:
        """See :class:`controllers.literature.LiteratureController`."""
        low, high = speed_limits(briefing.pump)
        return _Law(self.settings, high - low)


class _Law(SpeedLaw):
    def __init__(self, settings: Mapping[str, float], span: float):
        self._settings = settings
        self._unit = settings["unit"] * span
        self._first = np.full(_OUTPUTS + _INPUTS, settings["gradient"])

    def restart(self, speed: float) -> None:
        self._gradient = self._first
        self._dy, self._du = np.zeros(_OUTPUTS), np.zeros(_INPUTS)
        self._last: tuple[float, float] | None = None

    def hand_over(self, settled: Quantities, speed: float) -> None:
        self._target = -settled.lvedp

    def next_speed(self, now: Moment) -> float:
        output, speed = -now.beat.lvedp, now.speed / self._unit
        last_output, last_speed = self._last or (output, speed)
        self._last = output, speed
        self._du = np.array([speed - last_speed, *self._du[:-1]])
        self._learn(output - last_output)
        self._dy = np.array([output - last_output, *self._dy[:-1]])
        wanted = (speed + self._change(self._target - output)) * self._unit
        return min(max(wanted, now.low), now.high)

    def _learn(self, rise: float) -> None:
        """The pseudo-gradient by one more difference of the output."""
        s, known = self._settings, np.concatenate([self._dy, self._du])
        size = float(np.linalg.norm(known))
        miss = rise - float(self._gradient @ known)
        self._gradient = self._gradient + s["eta"] * miss / (s["mu"] + size**2) * known
        lost = self._gradient[_OUTPUTS] * self._first[_OUTPUTS] <= 0
        if lost or min(size, float(np.linalg.norm(self._gradient))) <= s["epsilon"]:
            self._gradient = self._first

    def _change(self, error: float) -> float:
        """The change of the speed, in its unit."""
        s, by_speed = self._settings, float(self._gradient[_OUTPUTS])
        past = float(self._gradient[:_OUTPUTS] @ self._dy)
        past += float(self._gradient[_OUTPUTS + 1 :] @ self._du[:-1])
        return by_speed * s["rho"] * (error - past) / (s["lambda"] + by_speed**2)

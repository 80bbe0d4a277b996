"""Systolic-pressure controller: the speed is proportional to the peak pressure of the ventricle."""

from __future__ import annotations

from controllers.literature.averages import MovingMean
from controllers.literature.beat_quantities import Quantities
from controllers.literature.frame import LiteratureController, Moment, SpeedLaw
from controllers.operating_points import speed_limits
from controllers.protocol import Briefing
from plants.quantities import parameter_table

#: Beats whose mean the peak pressure is.
_BEATS = 3


class SystolicPressure(LiteratureController):
    """Speed by the LV peak pressure, relative to the hand-over.

    Parameters
    ----------
    part, settings
        See :class:`controllers.literature.LiteratureController`.

    Notes
    -----
    ``N = k (SP - SP_ref) + N_ref``, with the peak pressure of the ventricle as a mean of three
    beats; ``SP_ref`` and ``N_ref`` are those of the hand-over. Published [1]_: the law. As a public
    re-implementation has it: 50 to 150 rpm/mmHg on a plant of 8 to 18 krpm, references at a state
    of calibration. Ours: the gain by range, 75 rpm/mmHg (published) and 150 on a CP.

    Tier: all; below ``full`` the peak pressure is the systolic aortic pressure less the head at the
    highest flow of the beat. A constant error of the pressure does no harm. Known weakness: a
    rise of the contractility is taken for one of the preload.

    References
    ----------
    .. [1] Petrou A et al. (2016) A physiological controller for turbodynamic ventricular assist
       devices based on left ventricular systolic pressure. Artif Organs 40:842 (title recalled).

    Examples
    --------
    >>> from controllers import load_controller
    >>> load_controller("systolic-pressure").name
    'systolic-pressure'
    """

    NAME = "systolic-pressure"
    SUMMARY = "speed by the LV peak pressure (Petrou 2016)"
    PARAMETERS = PUBLISHED_PARAMETERS = parameter_table(
        ("gain", "1/mmHg", "share of the range of the speed per pressure", 0, 0.5)
    )
    NEEDS = ("lv_peak_pressure",)

    def law(self, briefing: Briefing) -> SpeedLaw:
        """See :class:`controllers.literature.LiteratureController`."""
        low, high = speed_limits(briefing.pump)
        return _Law(self.settings["gain"] * (high - low))


class _Law(SpeedLaw):
    def __init__(self, gain: float):
        self._gain = gain
        self._mean = MovingMean(_BEATS)

    def restart(self, speed: float) -> None:
        self._mean.clear()

    def hand_over(self, settled: Quantities, speed: float) -> None:
        self._pressure, self._speed = settled.lv_peak_pressure, speed

    def next_speed(self, now: Moment) -> float:
        pressure = self._mean.add(now.beat.lv_peak_pressure)
        return self._gain * (pressure - self._pressure) + self._speed

"""Preload-responsive speed: the pump's power follows the end-diastolic volume."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from controllers.literature.beat_quantities import Quantities
from controllers.literature.frame import LiteratureController, Moment, SpeedLaw
from controllers.literature.preload.ventricle_law import VentricleLaw, measures_ventricle
from controllers.literature.reconstruction import flow_at_power
from controllers.operating_points import speed_limits
from controllers.protocol import Briefing
from plants.quantities import parameter_table

_LEAST_HEAD = 5.0  # mmHg: against less no flow is a power
_SPEEDS = 64  # in the table whose inverse gives the speed


class PreloadResponsive(LiteratureController):
    """Hydraulic power by the end-diastolic volume, as recruitable stroke work.

    Parameters
    ----------
    part, settings
        See :class:`controllers.literature.LiteratureController`.

    Notes
    -----
    ``P_wanted = k HR/60 (EDV - EDV_0)``: the work in a beat is linear in the volume, as that of a
    healthy ventricle. Recalled [1]_: this law. Ours: ``EDV_0`` is the volume at zero pressure of
    the believed patient; ``k`` keeps the speed of the hand-over; the speed that gives the power
    follows from the head-flow law at the measured head, through a first-order lag. (At the measured
    flow instead, the speed would feed back on itself with a factor of 0.97 on a CP in shock, where
    flow and speed rise together at a nearly constant head.) What the law and a beat's mean differ
    by at the hand-over is carried along.

    Tier: all; below ``full`` the volume is the estimate of the NMPC's filter.

    References
    ----------
    .. [1] Ochsner G et al. (2014) A physiological controller for turbodynamic ventricular assist
       devices based on a measurement of the left ventricular volume. Artif
       Organs (title recalled).

    Examples
    --------
    >>> from controllers import load_controller
    >>> load_controller("preload-responsive").settings["share"]
    1.0
    """

    NAME = "preload-responsive"
    SUMMARY = "pump power by the LV end-diastolic volume (Ochsner 2014)"
    PARAMETERS = parameter_table(
        ("share", "1", "wanted power over that of the hand-over's line", 0.3, 3),
        ("time_constant", "s", "lag of the speed", 0, 60),
    )
    NEEDS = ("head", "hydraulic_power")

    def needs(self, briefing: Briefing) -> tuple[str, ...]:
        """See :class:`controllers.literature.LiteratureController`."""
        return (*self.NEEDS, "lvedv") if measures_ventricle(briefing) else self.NEEDS

    def law(self, briefing: Briefing) -> SpeedLaw:
        """See :class:`controllers.literature.LiteratureController`."""
        return _Law(self.settings, briefing)


class _Law(VentricleLaw):
    def __init__(self, settings: Mapping[str, float], briefing: Briefing):
        super().__init__(briefing)
        self._settings = settings
        self._pump = briefing.pump
        self._speeds = np.linspace(*speed_limits(briefing.pump), _SPEEDS)
        self._unstressed = briefing.patient["lv_v0"]

    def restart(self, speed: float) -> None:
        super().restart(speed)
        self._lagged = speed

    def hand_over(self, settled: Quantities, speed: float) -> None:
        line = self.beats_per_second(settled) * max(settled.lvedv - self._unstressed, 1.0)
        self._gain = settled.hydraulic_power / line
        self._offset = speed - self._static_speed(settled.hydraulic_power, settled.head)

    def next_speed(self, now: Moment) -> float:
        beat = now.beat
        line = self.beats_per_second(beat) * (beat.lvedv - self._unstressed)
        power = self._settings["share"] * self._gain * line
        wanted = self._static_speed(power, beat.head) + self._offset
        wanted = min(max(wanted, self._speeds[0]), self._speeds[-1])
        lag = self._settings["time_constant"]
        share = 1.0 - math.exp(-now.seconds / lag) if lag else 1.0
        self._lagged += share * (wanted - self._lagged)
        return self._lagged

    def _static_speed(self, power: float, head: float) -> float:
        """Speed (rpm) at which the pump gives a power (W) at a head (mmHg)."""
        head = max(head, _LEAST_HEAD)
        flows = self._pump.flow_at(self._speeds, head)
        return float(np.interp(flow_at_power(power, head), flows, self._speeds))

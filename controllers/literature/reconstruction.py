"""What a beat was like, from the console's signals and the pump's own equations."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from controllers.suction import flow_from_current, open_inlet_flow
from plants import Pump
from plants.quantities import (
    J_PER_MMHG_ML,
    L_MIN_PER_ML_S,
    RPM_PER_KRPM,
    SECONDS_PER_MINUTE,
    number_parts,
    parameter_table,
)

_SHARES = parameter_table(
    ("lowest_flow_share", "1", "mean above lowest flow, a share of highest less lowest", 0, 1),
    ("end_diastolic_flow_share", "1", "mean above end-diastolic flow, the same share", 0, 1),
    ("diastolic_share", "1", "mean above lowest aortic pressure, a share of the pulse", 0, 1),
)
_LEAST_TOP = 0.3  # L/min: what shares are taken of at the lowest speeds
_RAD_S_PER_RPM = 2 * math.pi / SECONDS_PER_MINUTE
_W_PER_MMHG_L_MIN = J_PER_MMHG_ML / L_MIN_PER_ML_S


@functools.cache
def shares() -> Mapping[str, float]:
    """Where in the range of a beat moments lie that no metric tells (read once)."""
    path = Path(__file__).parents[1] / "data" / "literature" / "reconstruction.toml"
    return number_parts(path, {"parameters": _SHARES})["parameters"]


class Reconstruction:
    """A beat by the console's signals.

    The flow is taken from the motor current, whose slope with the flow is a constant at a given
    speed; the flow that the console displays may be wrong by as much as makes the head useless (on
    a CP the head falls by 130 mmHg per L/min). Whatever is not known is NaN.

    Parameters
    ----------
    pump : Pump
        The device, as its maker knows it.
    speed : float
        Mean rotor speed of the beat, rpm.
    current : float
        Mean motor current, mA.
    swing : float
        Highest less lowest motor current of the beat, mA.

    References
    ----------
    Chang et al. (2019) took the end-diastolic pressure from the loop of current and head; here the
    loop is known by its extremes only.
    """

    def __init__(self, pump: Pump, speed: float, current: float, swing: float):
        self._pump, self._speed, self._current = pump, speed, current
        usable = math.isfinite(speed) and 0 < speed <= pump.max_rpm
        self._usable = usable and math.isfinite(current)
        level = self._flow(current) if self._usable else math.nan
        #: Mean flow by the current, L/min.
        self.flow = level
        #: Highest less lowest flow of the beat, L/min. Backward flow draws no current and is left
        #: out of it.
        self.flow_range = self._flow(current + swing) - level if self._usable else math.nan

    def _flow(self, current: float) -> float:
        return float(flow_from_current(self._pump, np.array(current), np.array(self._speed)))

    def flow_below_mean(self, share: float) -> float:
        """The flow that lies below the mean by a share of the range, L/min."""
        return self.flow - share * self.flow_range

    @property
    def lowest_flow(self) -> float:
        """Lowest flow of the beat, L/min."""
        return self.flow_below_mean(shares()["lowest_flow_share"])

    @property
    def highest_flow(self) -> float:
        """Highest flow of the beat, L/min."""
        return self.lowest_flow + self.flow_range

    def head(self, flow: float) -> float:
        """Head at the speed of the beat and a flow (L/min), mmHg."""
        if not (self._usable and math.isfinite(flow)):
            return math.nan
        return float(self._pump.head(self._speed, flow))

    def end_diastolic_pressure(self, diastolic: float) -> float:
        """Left-ventricular end-diastolic pressure by the diastolic aortic pressure, mmHg."""
        flow = self.flow_below_mean(shares()["end_diastolic_flow_share"])
        return diastolic - self.head(flow)

    def peak_pressure(self, systolic: float) -> float:
        """Left-ventricular peak pressure by the systolic aortic pressure, mmHg."""
        return systolic - self.head(self.highest_flow)

    def inlet_shortfall(self, placement: float) -> float:
        """Mean flow below the least of an open inlet, a share of the flow against no head.

        Parameters
        ----------
        placement : float
            Mean placement signal, mmHg.
        """
        if not (self._usable and math.isfinite(placement)):
            return math.nan
        least, top = open_inlet_flow(self._pump, np.array([placement]), np.array([self._speed]))
        return float((least[0] - self.flow) / max(top[0], _LEAST_TOP))

    @property
    def head_pulsatility(self) -> float:
        """Highest less lowest head of the beat, mmHg."""
        return self.head(self.lowest_flow) - self.head(self.highest_flow)

    @property
    def shaft_power(self) -> float:
        """Torque times angular speed, W."""
        if not self._usable:
            return math.nan
        idle, per_ampere = self._pump["idle_current"], self._pump["torque_constant"]
        torque = 1e-3 * per_ampere * (self._current - idle)  # mN.m
        return 1e-3 * torque * self._speed * _RAD_S_PER_RPM


def hydraulic_power(head: float, flow: float) -> float:
    """Head (mmHg) times flow (L/min), W.

    Examples
    --------
    >>> from controllers.literature.reconstruction import hydraulic_power
    >>> round(hydraulic_power(90.0, 5.0), 3)
    1.0
    """
    return head * flow * _W_PER_MMHG_L_MIN


def flow_at_power(power: float, head: float) -> float:
    """Flow (L/min) with which a power (W) goes into a head (mmHg)."""
    return power / (head * _W_PER_MMHG_L_MIN)


def flow_per_speed(pump: Pump, speed: float, head: float = 60.0) -> float:
    """How much more a pump gives at a head (mmHg) for more speed, L/min per rpm; by differences.

    Parameters
    ----------
    pump : Pump
        The device.
    speed : float
        Speed at which it is asked, rpm.
    head : float
        Head that is held; by default one of full support.

    Examples
    --------
    >>> from controllers.literature.reconstruction import flow_per_speed
    >>> from plants import Pump
    >>> round(1000 * flow_per_speed(Pump.load("CP"), 42_000.0), 3)
    0.101
    """
    step = 0.1 * RPM_PER_KRPM
    low, high = pump.flow_at(np.array([speed - step, speed + step]), head)
    return float(high - low) / (2 * step)

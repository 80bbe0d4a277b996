"""Proportional-integral action that does not wind up at the limits of the speed."""

from __future__ import annotations

#: Longest time (s) over which one error is integrated: with a slow sensor or a long control period
#: the integral would otherwise overshoot at each value. Found with the gains of
#: :data:`controllers.pi.GAINS`.
LONGEST_STEP = 2.0


class ClampedPI:
    """Speed by an error and its integral, with conditional integration.

    Parameters
    ----------
    proportional : float
        Speed per unit of the error, rpm.
    integral : float
        Speed per unit of the error and second, rpm/s.

    Notes
    -----
    The integral is the speed that is held without an error. It stays within the limits, and does
    not grow in the direction in which the speed already lies on a limit [1]_.

    References
    ----------
    .. [1] Astrom KJ, Hagglund T (2006) Advanced PID Control. ISA (conditional integration).

    Examples
    --------
    >>> from controllers.clamped_pi import ClampedPI
    >>> action = ClampedPI(proportional=0.0, integral=100.0)
    >>> action.restart(40_000.0)
    >>> [action.next_speed(30.0, 1.0, 31_000.0, 46_000.0) for _ in range(3)]
    [43000.0, 46000.0, 46000.0]
    >>> action.next_speed(-10.0, 1.0, 31_000.0, 46_000.0)
    45000.0
    """

    def __init__(self, proportional: float, integral: float):
        self.proportional, self.integral = proportional, integral
        self._held = 0.0

    def restart(self, speed: float) -> None:
        """Begin again at a speed (rpm)."""
        self._held = speed

    def next_speed(self, error: float, seconds: float, low: float, high: float) -> float:
        """The speed within limits (rpm) by an error that has lasted for some seconds."""
        held = min(max(self._held + self.integral * seconds * error, low), high)
        wanted = held + self.proportional * error
        speed = min(max(wanted, low), high)
        if (wanted - speed) * self.integral * error <= 0:  # Not pushing further into a limit.
            self._held = held
        return speed

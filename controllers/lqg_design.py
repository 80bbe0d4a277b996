"""The matrices of the LQG controller, designed with python-control on the linearised beat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from controllers.linear import LinearBeat, linearise
from controllers.operating_point import OperatingPoint, operating_point
from controllers.protocol import Briefing
from plants import InputError, Plant, Sensor, Therapy, tier_table

Array = NDArray[np.float64]

#: What the controller regulates without offset.
REGULATED = "map"
#: Measured signals that the filter takes, where the tier shows them at every measurement.
OBSERVED = (
    "pump_speed",
    "placement_signal",
    "motor_current",
    "displayed_flow",
    "map",
    "pulse_pressure",
    "cvp",
    "mpap",
    "pcwp",
    "cardiac_output",
)
# Below this the price of a change of speed would leave the design without a solution, 1/krpm^2.
_LEAST_EFFORT = 1e-6


def _frozen(**values: float) -> Mapping[str, float]:
    return MappingProxyType(values)


@dataclass(frozen=True)
class LQGSettings:
    """Tuning of the controller; every number is a guess, checked on the built-in patients only.

    Attributes
    ----------
    integral_weight : float
        Share of a goal's weight that the sum of the errors over the beats has, per beat squared.
    rate_limit : float
        Fastest change of the speed command, rpm/s.
    walk : mapping of str to float
        Standard deviation of the drift of each disturbance in a beat: factors, and the blood
        volume in mL.
    return_share : float
        Share of a disturbance that is left after a beat: nearly a random walk, but what a tier
        cannot see stays bounded.
    state_noise : float
        Standard deviation of the model's own error in the state after a beat: mL, mL/s and krpm.
    model_share, model_floor : float
        Standard deviation of its error in a reading: a share of the reading, plus a share of the
        typical size (10 mmHg, 1 L/min) of its unit.
    """

    integral_weight: float = 0.01
    rate_limit: float = 4000.0
    walk: Mapping[str, float] = field(
        default_factory=lambda: _frozen(
            systemic_resistance=0.03,
            pulmonary_resistance=0.03,
            lv_contractility=0.02,
            blood_volume=5.0,
        )
    )
    return_share: float = 0.999
    state_noise: float = 0.3
    model_share: float = 0.03
    model_floor: float = 0.03

    def __post_init__(self) -> None:
        for name in ("integral_weight", "rate_limit", "state_noise", "model_floor"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > 0):
                raise InputError(name, value, "a positive number")
        if not 0 <= self.model_share < np.inf:
            raise InputError("model_share", self.model_share, "a number from 0 on")
        if not 0 < self.return_share <= 1:
            raise InputError("return_share", self.return_share, "above 0, at most 1")
        if "blood_volume" not in self.walk or min(self.walk.values()) <= 0:
            raise InputError("walk", dict(self.walk), "positive drifts, one of blood_volume")


# Typical sizes of readings in units other than mmHg.
_SIZES = {"L/min": 1.0, "mA": 100.0, "rpm": 3000.0}
_MMHG_SIZE = 10.0


@dataclass(frozen=True)
class Design:
    """What the controller needs at run time; deviations are from the operating point.

    The model's state is that of the beat at a constant blood volume, ``x``, and the disturbances
    ``w``, blood volume included; the input is the speed (krpm).

    Attributes
    ----------
    point : OperatingPoint
        Where the model is linear.
    observed : tuple of str
        Signals of the filter.
    start : ndarray, shape (n_observed,)
        Their values at the operating point.
    a, b, c, d : ndarray
        Beat of ``[x, w]``, and what is observed of it.
    noise : ndarray, shape (n_observed,)
        Variance of each reading.
    drift, covariance : ndarray
        Covariance of the process noise, and of the prediction in the steady state of the filter.
    gain : ndarray, shape (n_x + 2,)
        LQR gain on ``[x - x_s, u - u_s, sum of errors]``; the input it gives is a change of speed.
    state_by_speed, state_by_disturbance : ndarray
        Steady state of ``x`` by the speed and by the disturbances.
    map_by_speed, map_by_disturbance : float, ndarray
        The same of the regulated pressure.
    """

    point: OperatingPoint
    observed: tuple[str, ...]
    start: Array
    a: Array
    b: Array
    c: Array
    d: Array
    noise: Array
    drift: Array
    covariance: Array
    gain: Array
    state_by_speed: Array
    state_by_disturbance: Array
    map_by_speed: float
    map_by_disturbance: Array


def design(briefing: Briefing, settings: LQGSettings) -> Design:
    """Design filter and feedback for the believed patient at the best level of the therapy.

    Raises
    ------
    InputError
        The tier shows nothing the filter takes.
    PhysicsError
        The believed patient has no periodic beat.
    """
    sensors = [s for s in tier_table(briefing.tier) if s.signal in OBSERVED and s.interval == 0.0]
    point = operating_point(briefing.patient, briefing.pump, briefing.therapy)
    factors = [name for name in settings.walk if name != "blood_volume"]
    observed = [sensor.signal for sensor in sensors]
    goals = list(briefing.therapy.signals)
    beat = linearise(
        Plant(briefing.patient, briefing.pump),
        point.level.rpm,
        disturbances=factors,
        outputs=[*observed, REGULATED, *goals],
        steady=point.steady,
    )
    n, seen = len(beat.states) - 1, len(observed)
    # The blood volume, last of the states, joins the disturbances: no speed moves it.
    a, e = beat.a[:n, :n], np.hstack([beat.e[:n], beat.a[:n, n:]])
    c, f = beat.c[:, :n], np.hstack([beat.f, beat.c[:, n:]])
    b, d = beat.b[:n], beat.d
    k = e.shape[1]
    walk = np.array([*(settings.walk[name] for name in factors), settings.walk["blood_volume"]])
    drift = np.diag(np.concatenate([np.full(n, settings.state_noise), walk]) ** 2)
    both = np.block([[a, e], [np.zeros((k, n)), settings.return_share * np.eye(k)]])
    shown = np.hstack([c[:seen], f[:seen]])
    noise = np.array([_variance(s, beat, settings) for s in sensors])
    settled = np.linalg.solve(np.eye(n) - a, np.hstack([b, e]))
    to_map = c[seen] @ settled + np.concatenate([d[seen], f[seen]])
    return Design(
        point=point,
        observed=tuple(observed),
        start=beat.metrics[:seen],
        a=both,
        b=np.concatenate([b[:, 0], np.zeros(k)]),
        c=shown,
        d=d[:seen, 0],
        noise=noise,
        drift=drift,
        covariance=_prediction_covariance(both, shown, drift, noise),
        gain=_feedback(a, b, c[seen:], d[seen:], briefing.therapy, settings),
        state_by_speed=settled[:, 0],
        state_by_disturbance=settled[:, 1:],
        map_by_speed=float(to_map[0]),
        map_by_disturbance=to_map[1:],
    )


def _variance(sensor: Sensor, beat: LinearBeat, settings: LQGSettings) -> float:
    """Variance of a reading: the sensor's, its bias taken as noise, and the model's error."""
    from plants import SIGNALS

    size = _SIZES.get(SIGNALS[sensor.signal].unit, _MMHG_SIZE)
    value = beat.metrics[beat.outputs.index(sensor.signal)]
    share = 0.0 if sensor.signal == "pump_speed" else settings.model_share
    model = share * abs(value) + settings.model_floor * size
    return float(sensor.noise_sd**2 + sensor.bias_sd**2 + model**2)


def _prediction_covariance(a: Array, c: Array, drift: Array, noise: Array) -> Array:
    import control  # Takes more than a second to import.

    _, covariance, _ = control.dlqe(a, np.eye(len(a)), c, drift, np.diag(noise))
    return np.asarray(covariance)


def _feedback(
    a: Array, b: Array, c: Array, d: Array, therapy: Therapy, settings: LQGSettings
) -> Array:
    """LQR gain for changes of the speed, with the speed and the sum of errors as states.

    Rows of `c` and `d`: the regulated pressure, then the therapy's goals. A beat costs what the
    therapy asks for deviations of its goals and for the change of speed, and a share of the
    pressure's price for the sum of its errors.
    """
    import control

    n = len(a)
    moving = np.block([[a, b, np.zeros((n, 1))], [np.eye(1, n + 2, n)], [c[:1], d[:1], np.eye(1)]])
    change = np.vstack([b, [[1.0]], d[:1]])
    prices = np.array([goal.weight / goal.scale**2 for goal in therapy.goals])
    outputs = np.hstack([c[1:], d[1:], np.zeros((len(prices), 1))])
    state_cost = outputs.T @ (prices[:, None] * outputs)
    cross_cost = outputs.T @ (prices[:, None] * d[1:])
    effort = max(therapy.effort_weight, _LEAST_EFFORT)
    change_cost = d[1:].T @ (prices[:, None] * d[1:]) + effort
    own = [
        price for price, goal in zip(prices, therapy.goals, strict=True) if goal.signal == REGULATED
    ]
    state_cost[-1, -1] += settings.integral_weight * (own[0] if own else prices.max(initial=1e-3))
    gain, _, _ = control.dlqr(moving, change, state_cost, change_cost, cross_cost)
    return np.asarray(gain)[0]

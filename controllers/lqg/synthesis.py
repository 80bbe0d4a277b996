"""The matrices of the LQG controller, designed with python-control on the linearised beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import Field

from controllers.lqg.linearisation import LinearBeat, linearise
from controllers.operating_points import OperatingPoint, operating_point
from controllers.protocol import Briefing
from plants import SIGNALS, Sensor, Therapy, tier_table
from plants.plant import N_VOLUMES, STATES
from plants.quantities import Array, CheckedModel

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
# Drift of a state that hardly has one; a little keeps the filter's equation well posed.
_PUMP_STATE_NOISE = 1e-3
_VOLUMES = frozenset(STATES.names[:N_VOLUMES])


class LQGSettings(CheckedModel):
    """Tuning of the controller; every number is a guess, checked on the built-in patients only.

    Attributes
    ----------
    integral_weight : float
        Price of the sum of the errors over the control steps, as a share of that of an error.
    rate_limit : float
        Fastest change of the speed command, rpm/s.
    systemic_walk, pulmonary_walk, contractility_walk : float
        Standard deviation of the drift of each factor in a beat: of the systemic and the pulmonary
        resistance and of the left-ventricular contractility.
    volume_walk : float
        The same of the blood volume, mL.
    return_share : float
        Share of a disturbance that is left after a beat: nearly a random walk, but what a tier
        cannot see stays bounded.
    state_noise : float
        Standard deviation of the model's own error in each volume after a beat, mL.
    model_share, model_floor : float
        Standard deviation of its error in a reading: a share of the reading, plus a share of the
        typical size (10 mmHg, 1 L/min) of its unit.
    """

    integral_weight: float = Field(default=1.0, gt=0)
    rate_limit: float = Field(default=4000.0, gt=0)
    systemic_walk: float = Field(default=0.01, gt=0)
    pulmonary_walk: float = Field(default=0.01, gt=0)
    contractility_walk: float = Field(default=0.006, gt=0)
    volume_walk: float = Field(default=2.0, gt=0)
    return_share: float = Field(default=0.999, gt=0, le=1)
    state_noise: float = Field(default=0.3, gt=0)
    model_share: float = Field(default=0.06, gt=0)
    model_floor: float = Field(default=0.03, gt=0)


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
        LQR gain on state, speed and sum of errors; it gives (less) the change of speed.
    state_by_speed : ndarray, shape (n_x,)
        Where ``x`` settles by the speed.
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


def synthesise(briefing: Briefing, settings: LQGSettings) -> Design:
    """Design filter and feedback for the believed patient at the best level of the therapy.

    Raises
    ------
    InputError
        The tier shows nothing the filter takes.
    PhysicsError
        The believed patient has no periodic beat.
    """
    sensors = [s for s in tier_table(briefing.tier) if s.signal in OBSERVED and s.interval == 0.0]
    point = operating_point(
        briefing.patient, briefing.pump, briefing.therapy, briefing.right_pump, briefing.right_level
    )
    walk = {
        "systemic_resistance": settings.systemic_walk,
        "pulmonary_resistance": settings.pulmonary_walk,
        "lv_contractility": settings.contractility_walk,
    }
    observed = [sensor.signal for sensor in sensors]
    goals = list(briefing.therapy.signals)
    beat = linearise(
        briefing.plant,
        point.level.rpm,
        disturbances=walk,
        outputs=[*observed, REGULATED, *goals],
        steady=point.steady,
    )
    n, n_observed = len(beat.states) - 1, len(observed)
    beats = max(1, round(briefing.period / beat.period))
    # The blood volume, last of the states, joins the disturbances: no speed moves it.
    a, e = beat.a[:n, :n], np.hstack([beat.e[:n], beat.a[:n, n:]])
    c, f = beat.c[:, :n], np.hstack([beat.f, beat.c[:, n:]])
    b, d = beat.b[:n], beat.d
    k = e.shape[1]
    # The pump's own states are settled at the end of any beat: nothing of them drifts.
    state_noise = [
        settings.state_noise if s in _VOLUMES else _PUMP_STATE_NOISE for s in beat.states[:n]
    ]
    drift = np.diag(np.square([*state_noise, *walk.values(), settings.volume_walk]))
    both = np.block([[a, e], [np.zeros((k, n)), settings.return_share * np.eye(k)]])
    outputs = np.hstack([c[:n_observed], f[:n_observed]])
    noise = np.array([_variance(s, beat, settings) for s in sensors])
    controlled = _over_beats(a, b, c[n_observed:], d[n_observed:], beats)
    return Design(
        point=point,
        observed=tuple(observed),
        start=beat.metrics[:n_observed],
        a=both,
        b=np.concatenate([b[:, 0], np.zeros(k)]),
        c=outputs,
        d=d[:n_observed, 0],
        noise=noise,
        drift=drift,
        covariance=_prediction_covariance(both, outputs, drift, noise),
        gain=_feedback(*controlled, briefing.therapy, settings),
        state_by_speed=np.asarray(np.linalg.solve(np.eye(n) - a, b[:, 0]), dtype=np.float64),
    )


def _variance(sensor: Sensor, beat: LinearBeat, settings: LQGSettings) -> float:
    """Variance of a reading: the sensor's, its bias taken as noise, and the model's error."""
    size = _SIZES.get(SIGNALS[sensor.signal].unit, _MMHG_SIZE)
    value = beat.metrics[beat.outputs.index(sensor.signal)]
    share = 0.0 if sensor.signal == "pump_speed" else settings.model_share
    model = share * abs(value) + settings.model_floor * size
    return float(sensor.noise_sd**2 + sensor.bias_sd**2 + model**2)


def _prediction_covariance(a: Array, c: Array, drift: Array, noise: Array) -> Array:
    import control  # Takes more than a second to import.

    _, covariance, _ = control.dlqe(a, np.eye(len(a)), c, drift, np.diag(noise))
    return np.asarray(covariance)


def _over_beats(
    a: Array, b: Array, c: Array, d: Array, beats: int
) -> tuple[Array, Array, Array, Array]:
    """The beat carried over so many beats at a held speed, and the outputs of the last of them."""
    power, pushed = np.eye(len(a)), np.zeros_like(b)
    for _ in range(beats - 1):
        power, pushed = a @ power, a @ pushed + b
    return a @ power, a @ pushed + b, c @ power, c @ pushed + d


def _feedback(
    a: Array, b: Array, c: Array, d: Array, therapy: Therapy, settings: LQGSettings
) -> Array:
    """LQR gain for changes of the speed, with the speed and the sum of errors as states.

    Rows of `c` and `d`: the regulated pressure, then the therapy's goals. A control step costs what
    the therapy asks for deviations of its goals and for the change of speed, and a share of the
    pressure's price for the sum of its errors.
    """
    import control

    n = len(a)
    transition = np.block(
        [[a, b, np.zeros((n, 1))], [np.eye(1, n + 2, n)], [c[:1], d[:1], np.eye(1)]]
    )
    change = np.vstack([b, [[1.0]], d[:1]])
    prices = np.array([goal.weight / goal.scale**2 for goal in therapy.goals])
    outputs = np.hstack([c[1:], d[1:], np.zeros((len(prices), 1))])
    state_cost = outputs.T @ (prices[:, None] * outputs)
    cross_cost = outputs.T @ (prices[:, None] * d[1:])
    effort = max(therapy.effort_weight, _LEAST_EFFORT)
    change_cost = d[1:].T @ (prices[:, None] * d[1:]) + effort
    by_signal = dict(zip((goal.signal for goal in therapy.goals), prices, strict=True))
    price = by_signal.get(REGULATED, prices.max(initial=1e-3))
    state_cost[-1, -1] += settings.integral_weight * price
    gain, _, _ = control.dlqr(transition, change, state_cost, change_cost, cross_cost)
    return np.asarray(gain)[0]

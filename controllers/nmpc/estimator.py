"""State estimation on the plant's own beat map, augmented with what is not known of the patient.

An extended Kalman filter whose state is the plant's at the onset of a beat together with the
logarithms of four slowly drifting factors: systemic and pulmonary resistance, left- and
right-ventricular contractility. A patient who differs from the briefing, or who changes, shows up
in them (disturbance augmentation: Pannocchia G, Rawlings JB 2003, Disturbance models for
offset-free model predictive control, AIChE J 49:426). Blood gained or lost shows up in the venous
volume.
"""

from __future__ import annotations

import copy
import math

import numpy as np

from controllers.beat_clock import BeatClock
from controllers.kalman_correction import innovation_covariance, kalman_correction
from controllers.nmpc.horizon import StartDirections
from controllers.nmpc.settings import EstimatorSettings
from controllers.protocol import Briefing
from plants import METRICS, STATES, Beat, BeatMap, InputError, Measurement, steady_state, tier_table
from plants.plant import N_VOLUMES, PHASE, VALUES
from plants.quantities import Array, plausibility

#: Factors that are estimated, as disturbances of the plant.
FACTORS = ("systemic_resistance", "lv_contractility", "pulmonary_resistance", "rv_contractility")
#: Measured signals the filter can use, where a tier has them. Pressures that are extremes of a
#: waveform carry the same information as their means and pulsatility and are left out.
USABLE = (
    "placement_signal",
    "placement_pulsatility",
    "motor_current",
    "motor_current_pulsatility",
    "displayed_flow",
    "map",
    "pulse_pressure",
    "cvp",
    "mpap",
    "pa_diastolic",
    "cardiac_output",
    "pcwp",
)
_ESTIMATED = np.array([i for i in range(len(STATES)) if i != PHASE])
_N = len(_ESTIMATED)
_VEINS = STATES.index["systemic_vein_volume"]
_PUMP_STATES = slice(N_VOLUMES, _N)
_FACTOR_ROWS = np.array([VALUES.index[f"disturbance_{name}"] for name in FACTORS])


class BeatEstimator:
    """Extended Kalman filter over beats.

    Parameters
    ----------
    settings : EstimatorSettings, optional
        Tuning.

    Attributes
    ----------
    state : ndarray, shape (n_states,)
        Estimated state at the onset of the present beat.
    covariance : ndarray
        Of the free states and the log factors.
    innovation : float
        Normalised innovation squared per reading of the last update; about 1 when the filter's
        uncertainty is honest.

    Examples
    --------
    >>> from controllers import BeatEstimator, Briefing
    >>> from plants import Patient, Pump, Sensors, Simulator, Plant, Therapy
    >>> pump = Pump.load("CP")
    >>> simulator = Simulator(Plant("shock-d", pump))
    >>> simulator.reset(speed=40_000)
    >>> briefing = Briefing(Patient.load("shock-d"), pump, Therapy.default(), 1.0, "icu", 40_000)
    >>> estimator = BeatEstimator()
    >>> estimator.reset(briefing)
    >>> reading = Sensors("icu", seed=0).measure(0.0, simulator.metrics())
    >>> estimator.update(reading, speed=40_000, seconds=1.0)
    True
    >>> 0.7 < estimator.factors["systemic_resistance"] < 1.4
    True
    """

    def __init__(self, settings: EstimatorSettings | None = None):
        self.settings = settings or EstimatorSettings()

    def reset(self, briefing: Briefing) -> None:
        """Begin from the believed patient's steady state at the start speed.

        Raises
        ------
        InputError
            The tier has no signal the filter can use.
        """
        self._sensors = {s.signal: s for s in tier_table(briefing.tier) if s.signal in USABLE}
        if not self._sensors:
            raise InputError("tier", briefing.tier, "a tier with any of " + ", ".join(USABLE))
        self._plant = briefing.plant
        self.beats = BeatMap(self._plant, step=self.settings.step)
        self._moving = self.beats.moving_states(self.beats.values(briefing.start_speed))
        self._briefed_rate = briefing.patient["heart_rate"]
        self._clock = BeatClock(self._briefed_rate)
        self._rate_factor = 1.0
        self.restart(briefing.start_speed)

    def restart(self, speed: float) -> None:
        """Forget everything learned: a cold start at a speed (rpm)."""
        self.state = steady_state(self._plant, speed, beats=self.beats).state
        self._log_factors = np.zeros(len(FACTORS))
        s = self.settings
        sd = np.full(_N + len(FACTORS), 1.0)
        sd[:N_VOLUMES] = s.start_volume * np.maximum(self.state[:N_VOLUMES], 20.0)
        sd[_PUMP_STATES] = 1e-3
        sd[_N:] = s.start_factor
        self.covariance = np.diag(sd**2)
        self.innovation = float("nan")

    @property
    def sensors(self) -> tuple[str, ...]:
        """Signals of the tier that the filter takes in."""
        return tuple(self._sensors)

    @property
    def factors(self) -> dict[str, float]:
        """Estimated factors on the believed patient's parameters."""
        return dict(zip(FACTORS, map(float, np.exp(self._log_factors)), strict=True))

    @property
    def disturbances(self) -> dict[str, float]:
        """The estimated factors and the measured heart rate, as disturbances of the plant."""
        return {**self.factors, "heart_rate": self._rate_factor}

    def warm_up(self, speed: float) -> None:
        """Compile what an update at a speed (rpm) needs: the first takes no longer than others."""
        self._linearised(speed)

    def update(self, measurement: Measurement, *, speed: float, seconds: float) -> bool:
        """Take in a measurement and move on to the onset of the coming beat.

        Parameters
        ----------
        measurement : Measurement
            What was measured; missing values are left out, and with none left the filter coasts.
        speed : float
            Speed (rpm) at which the pump has run.
        seconds : float
            Time since the last update, s.

        Returns
        -------
        bool
            Whether any reading was usable.
        """
        self._update_heart_rate(measurement)
        readings = {
            name: measurement[name]
            for name in self._sensors
            if math.isfinite(measurement.get(name, math.nan))
        }
        beats = self._clock.advance(seconds)
        for k in range(beats):
            self._advance_beat(speed, readings if k == beats - 1 else {})
        return bool(readings)

    def _update_heart_rate(self, measurement: Measurement) -> None:
        rate = measurement.get("heart_rate", math.nan)
        if plausibility("heart_rate").believes(rate):
            # Half a beat's jitter must not move the model: the reading is smoothed.
            self._rate_factor += 0.5 * (rate / self._briefed_rate - self._rate_factor)
            self._clock.heart_rate = self._briefed_rate * self._rate_factor

    def _advance_beat(self, speed: float, readings: dict[str, float]) -> None:
        """One beat: its metrics against the readings, then its end as the next onset."""
        beat, slope, outputs = self._linearised(speed)
        if not (np.all(np.isfinite(beat.state)) and np.all(np.isfinite(slope))):
            self.restart(speed)  # The model left the physical range: nothing learned is left.
            return
        correction = np.zeros(_N + len(FACTORS))
        if readings:
            correction = self._correct(beat, outputs, readings)
        self.state = beat.state.copy()
        self.state[_ESTIMATED] += slope[:_N] @ correction
        self.state[PHASE] = 0.0
        self.state[:N_VOLUMES] = np.maximum(self.state[:N_VOLUMES], 1.0)
        limit = math.log(self.settings.factor_limit)
        self._log_factors = np.clip(self._log_factors + correction[_N:], -limit, limit)
        self.covariance = slope @ self.covariance @ slope.T + self._process_noise()
        self.covariance = 0.5 * (self.covariance + self.covariance.T)

    def ahead(self, speed: float, seconds: float) -> Array:
        """State at the onset of the beat that begins after some time, if nothing is corrected.

        Parameters
        ----------
        speed : float
            Speed (rpm) at which the pump will run.
        seconds : float
            Time from the last update, s.
        """
        state, values = self.state, self.beats.values(speed, self.disturbances)
        for _ in range(copy.copy(self._clock).advance(seconds)):
            state = self.beats.beat(state, values).state
        return state

    def directions(self) -> StartDirections:
        """Directions of :meth:`amounts`: of each state that acts on a beat, and each log factor."""
        return self._directions(self._moving)

    def amounts(self, state: Array, log_factors: Array) -> Array:
        """How far the estimate lies from a state and factors, along the directions."""
        moved = (self.state - state)[self._moving]
        return np.concatenate([moved, self.log_factors - log_factors])

    @property
    def log_factors(self) -> Array:
        """Logarithms of the factors, in the order of ``FACTORS``."""
        return self._log_factors

    def _directions(self, states: Array) -> StartDirections:
        count, n = len(states) + len(FACTORS), len(states)
        d_state = np.zeros((count, len(STATES)))
        d_state[np.arange(n), states] = 1.0
        d_values = np.zeros((count, len(VALUES)))
        d_values[n + np.arange(len(FACTORS)), _FACTOR_ROWS] = np.exp(self._log_factors)
        return StartDirections(d_state, d_values)

    def _linearised(self, speed: float) -> tuple[Beat, Array, Array]:
        """The beat, and the slopes of the augmented state and of the metrics of the beat."""
        values = self.beats.values(speed, self.disturbances)
        beat = self.beats.beat(self.state, values, *self._directions(_ESTIMATED))
        slope = np.eye(_N + len(FACTORS))
        slope[:_N] = beat.d_state[:, _ESTIMATED].T
        return beat, slope, beat.d_metrics.T

    def _correct(self, beat: Beat, outputs: Array, readings: dict[str, float]) -> Array:
        """Kalman correction of the augmented state at the onset of the beat."""
        rows = [METRICS.index[name] for name in readings]
        predicted, slope = beat.metrics[rows], outputs[rows]
        noise = np.array([self._variance(n, p) for n, p in zip(readings, predicted, strict=True)])
        spread = innovation_covariance(self.covariance, slope, noise)
        error = np.array(list(readings.values())) - predicted
        limit = self.settings.gate * np.sqrt(np.diag(spread))
        error = np.clip(error, -limit, limit)
        self.innovation = float(error @ np.linalg.solve(spread, error)) / len(error)
        gain, self.covariance = kalman_correction(self.covariance, slope, noise)
        return gain @ error

    def _variance(self, name: str, value: float) -> float:
        sensor, s = self._sensors[name], self.settings
        model = s.model_share * abs(value) + s.model_floor * _FLOOR_UNIT.get(name, 1.0)
        return sensor.noise_sd**2 + sensor.bias_sd**2 + model**2

    def _process_noise(self) -> Array:
        s = self.settings
        sd = np.zeros(_N + len(FACTORS))
        sd[:N_VOLUMES] = s.volume_noise
        sd[_VEINS] = s.vein_noise
        sd[_N:] = s.factor_noise
        # Readings far from what was expected: something has changed, and may change further.
        inflation = self.innovation if math.isfinite(self.innovation) else 1.0
        sd[_N:] *= min(max(inflation, 1.0), s.largest_inflation)
        return np.diag(sd**2)


# The floor of the model's error is in mmHg; these signals have other magnitudes.
_FLOOR_UNIT = {
    "displayed_flow": 0.2,
    "cardiac_output": 0.5,
    "motor_current": 20.0,
    "motor_current_pulsatility": 20.0,
}

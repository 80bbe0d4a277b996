"""Nonlinear model-predictive control on the plant's own beat map.

Every period the estimator gives the state and the factors of the believed patient; a plan of
speeds over the coming beats is improved by Gauss-Newton steps (sequential quadratic programming
with exact sensitivities, one shooting interval), warm-started from the last plan; its first speed
is applied.

By default there is one step a period (real-time iteration), in two phases. Once a command has been
sent the horizon is linearised about the last plan, from the state that is expected at the next
period, by the plan and by that state. The measurement then moves the linearised beats to the
estimated state, and a small quadratic programme is left.

References
----------
Diehl M et al. (2002) Real-time optimization and nonlinear model predictive control of processes
governed by differential-algebraic equations. J Process Control 12:577 (preparation and feedback).
Kerrigan EC, Maciejowski JM (2000) Soft constraints and exact penalty functions in model predictive
control. UKACC Control (slacks).
"""

from __future__ import annotations

import contextlib
import math
import time

import numpy as np

from controllers.nmpc.estimator import BeatEstimator
from controllers.nmpc.horizon import Horizon, Prediction, StartDirections
from controllers.nmpc.preparation import Preparation
from controllers.nmpc.quadratic_programme import PlanBounds, plan_step
from controllers.nmpc.reserve import with_reserve
from controllers.nmpc.settings import EstimatorSettings, NmpcSettings
from controllers.operating_points import speed_limits
from controllers.protocol import Briefing, Command, Outcome, SolveStatus, not_reset
from controllers.supervision import Reading, Supervisor, Used
from plants import Measurement, PhysicsError
from plants.quantities import KRPM_PER_RPM, Array

#: A plan that lies further out of its bounds than this, krpm, was not only rounded.
_ROUNDING = 1e-3


class NmpcController:
    """Nonlinear MPC with state estimation.

    It fails safely: a failed or non-finite step is never applied nor used as a warm start; the last
    good plan is shifted instead. After `max_failures` in a row, or without any reading for
    more than 1 s (:class:`controllers.supervision.Supervisor`), the therapy's fallback level is
    commanded and the estimator starts anew.

    A plan that the solver gives out of the range or the rate of the speed is clipped to them before
    anything is made of it; the status says so (``CLIPPED``). The result does not depend on the
    machine: iterations end a solve, and the clock only with ``NmpcSettings(time_limit=...)``. What
    has to be compiled is compiled at the reset.

    A loop that works in real time calls :meth:`prepare` once it has sent a command; ``NmpcSettings(
    scheme="converged")`` takes as many steps as the plan needs, all after the measurement.

    Parameters
    ----------
    settings : NmpcSettings, optional
        Tuning of the controller.
    estimator : EstimatorSettings, optional
        Tuning of its estimator.

    Examples
    --------
    >>> from controllers import Briefing, NmpcController
    >>> from plants import Patient, Plant, Pump, Sensors, Simulator, Therapy
    >>> pump = Pump.load("CP")
    >>> simulator = Simulator(Plant("shock-d", pump))
    >>> simulator.reset(speed=36_000)
    >>> controller = NmpcController()
    >>> controller.reset(
    ...     Briefing(Patient.load("shock-d"), pump, Therapy.default(), 1.0, "icu", 36_000))
    >>> command = controller.act(Sensors("icu", seed=0).measure(0.0, simulator.metrics()))
    >>> 36_000 < command.speed <= 46_000
    True
    """

    name = "nmpc"

    def __init__(
        self, settings: NmpcSettings | None = None, estimator: EstimatorSettings | None = None
    ):
        self.settings = settings or NmpcSettings()
        self.estimator = BeatEstimator(estimator)
        self._supervisor: Supervisor | None = None
        self._prepared: Preparation | None = None

    def reset(self, briefing: Briefing) -> None:
        """Begin a new run; see :class:`controllers.Controller`.

        Raises
        ------
        InputError
            The tier has no signal that can be used, or the pump is one for the right ventricle.
        """
        briefing.check_left_pump(self.name)
        s = self.settings
        self._briefing = briefing
        self.estimator.reset(briefing)
        therapy = with_reserve(briefing.therapy, s.suction_reserve)
        self._horizon = Horizon(self.estimator.beats, therapy, s.blocks, briefing.period)
        low, high = speed_limits(briefing.pump)
        self._bounds = PlanBounds(low * KRPM_PER_RPM, high * KRPM_PER_RPM, s.rate_limit)
        self._supervisor = Supervisor(
            self, briefing, Used(self.estimator.sensors), low=low, high=high
        )
        self._safe_speed = self._supervisor.fallback_speed
        self._failures = 0
        self._speed = briefing.start_speed
        self._reset_plan()
        self.estimator.warm_up(self._speed)
        # All is compiled now; the first period begins as every other.
        self.prepare()
        self._improved_plan(math.inf)
        self._prepared = None

    def _reset_plan(self) -> None:
        self._plan = np.full(len(self.settings.blocks), self._speed * KRPM_PER_RPM)
        self._prepared = None

    def act(self, measurement: Measurement) -> Command:
        """The command for the coming period; see :class:`controllers.Controller`.

        Raises
        ------
        RuntimeError
            The controller was not reset first.
        """
        if self._supervisor is None:
            raise not_reset()
        return self._supervisor.act(measurement)

    def advance(self, reading: Reading) -> Command:
        """The command by what is believed of the measurement."""
        begun, spent = time.perf_counter(), 0.0
        if self.settings.scheme == "real-time":
            if self._prepared is None:
                self.prepare()
            else:
                spent = self._prepared.milliseconds
        self.estimator.update(reading.values, speed=self._speed, seconds=reading.seconds)
        limit = self.settings.time_limit
        deadline = math.inf if limit is None else begun + limit * self._briefing.period
        improved = self._improved_plan if self._prepared is None else self._real_time_step
        plan, outcome, iterations = improved(deadline)
        if plan is None:
            self._failures += 1
            if self._failures >= self.settings.max_failures:
                self.restart(self._safe_speed)
                return Command(self._speed, _status(Outcome.FALLBACK, iterations, begun, spent))
            self._shift_plan()
        else:
            self._failures = 0
            self._plan = plan
        self._speed = float(self._plan[0] / KRPM_PER_RPM)
        return Command(self._speed, _status(outcome, iterations, begun, spent))

    def _shift_plan(self) -> None:
        """The last good plan, one block on; its end is held."""
        self._plan = np.append(self._plan[1:], self._plan[-1])

    def restart(self, speed: float) -> None:
        """A cold restart of estimator and plan at a speed (rpm)."""
        self._speed = speed
        self._failures = 0
        self._reset_plan()
        # A believed patient without a steady state at the speed: what was learned is kept.
        with contextlib.suppress(PhysicsError):
            self.estimator.restart(speed)

    def prepare(self) -> None:
        """Do beforehand what the next command needs: to be called once a command has been sent.

        The state ahead is predicted, and the horizon linearised from there. It changes no command:
        what has not been prepared is, by the next :meth:`act`, as its first thing.

        Raises
        ------
        RuntimeError
            The controller was not reset first.
        """
        if self._supervisor is None:
            raise not_reset()
        if self.settings.scheme != "real-time" or self._prepared is not None:
            return
        begun, estimator, speed = time.perf_counter(), self.estimator, self._speed
        plan = self._bounds.kept(self._plan, speed * KRPM_PER_RPM)
        with np.errstate(all="ignore"):
            state = estimator.ahead(speed, self._briefing.period)
        start = estimator.directions()
        prediction = self._predict(plan, slopes=True, state=state, start=start)
        self._prepared = Preparation(
            plan, state, estimator.log_factors, prediction, _milliseconds_since(begun)
        )

    def _predict(
        self,
        plan: Array,
        *,
        slopes: bool,
        state: Array | None = None,
        start: StartDirections | None = None,
    ) -> Prediction:
        with np.errstate(all="ignore"):  # A wild plan may overflow; `finite` tells.
            return self._horizon.predict(
                self.estimator.state if state is None else state,
                self.estimator.disturbances,
                plan / KRPM_PER_RPM,
                self._speed,
                slopes=slopes,
                start=start,
            )

    def _real_time_step(self, deadline: float) -> tuple[Array | None, Outcome, int]:
        """The plan one step on, or None; how it went; iterations.

        The horizon stands prepared: what was estimated moves its beats along their slopes, and a
        quadratic programme is left.
        """
        prepared, self._prepared = self._prepared, None
        assert prepared is not None
        plan = prepared.plan
        prediction = prepared.moved(self.estimator, self._horizon, self._speed)
        if not prediction.finite:  # The state ahead was none; the one estimated may be.
            prediction = self._predict(plan, slopes=True)
        if not prediction.finite:
            return None, Outcome.FAILED, 0
        step, clipped = self._step(prediction, plan)
        if step is None:
            return None, Outcome.FAILED, 1
        if clipped:
            return plan + step, Outcome.CLIPPED, 1
        late = time.perf_counter() > deadline
        return plan + step, Outcome.LATE if late else Outcome.SOLVED, 1

    def _step(self, prediction: Prediction, plan: Array) -> tuple[Array | None, bool]:
        """A Gauss-Newton step within the bounds, or None; whether it had to be clipped to them."""
        s, last = self.settings, self._speed * KRPM_PER_RPM
        step = plan_step(prediction, plan, last, self._bounds, penalty=s.penalty, damping=s.damping)
        if step is None:
            return None, False
        kept = self._bounds.kept(plan + step, last)
        clipped = np.max(np.abs(kept - plan - step)) > _ROUNDING
        return kept - plan, bool(clipped)

    def _merit(self, prediction: Prediction) -> float:
        if not prediction.finite:
            return np.inf
        worst = np.maximum(0.0, -prediction.margins).max(axis=0).sum()
        return prediction.cost + self.settings.penalty * float(worst)

    def _improved_plan(self, deadline: float) -> tuple[Array | None, Outcome, int]:
        """A better plan than the last, or None; how it went; iterations."""
        s = self.settings
        plan = self._bounds.kept(self._plan, self._speed * KRPM_PER_RPM)
        prediction = self._predict(plan, slopes=True)
        if not prediction.finite:
            return None, Outcome.FAILED, 0
        solved, late = Outcome.SOLVED, Outcome.LATE
        for iteration in range(1, s.max_iterations + 1):
            step, clipped = self._step(prediction, plan)
            if step is None:
                return None, Outcome.FAILED, iteration
            if clipped:
                solved = late = Outcome.CLIPPED
            if np.max(np.abs(step)) < s.tolerance:
                return plan + step, solved, iteration
            better = self._line_search(plan, step, self._merit(prediction))
            if better is None:  # No descent is left along an honest direction: a minimum.
                return plan, solved, iteration
            plan, prediction = better
            if time.perf_counter() > deadline:
                return plan, late, iteration
        return plan, late, s.max_iterations

    def _line_search(
        self, plan: Array, step: Array, merit: float
    ) -> tuple[Array, Prediction] | None:
        """The longest of the halved steps that lowers the merit: its plan and prediction."""
        # Nearly always the whole step is taken, so its slopes are computed at once.
        whole = self._predict(plan + step, slopes=True)
        if self._merit(whole) < merit - 1e-9:
            return plan + step, whole
        for length in (0.5, 0.25, 0.125):
            trial = plan + length * step
            if self._merit(self._predict(trial, slopes=False)) < merit - 1e-9:
                return trial, self._predict(trial, slopes=True)
        return None


def _status(outcome: Outcome, iterations: int, begun: float, spent: float) -> SolveStatus:
    return SolveStatus(outcome, iterations, _milliseconds_since(begun), spent)


def _milliseconds_since(begun: float) -> float:
    return 1e3 * (time.perf_counter() - begun)

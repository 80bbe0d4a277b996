"""Tuning of the nonlinear model-predictive controller and of its estimator."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from plants.quantities import CheckedModel


class NmpcSettings(CheckedModel):
    """Tuning of the controller; each number is a choice of ours.

    Attributes
    ----------
    blocks : tuple of int
        Beats over which each speed of the plan is held; their sum is the horizon.
    rate_limit : float
        Largest change of the speed from one block to the next, krpm.
    penalty : float
        Price of a unit (mmHg, L/min) outside a limit of the therapy.
    damping : float
        Levenberg-Marquardt term, per krpm squared.
    scheme : {"real-time", "converged"}
        One step a period, prepared before the measurement comes; or steps to convergence after it.
    max_iterations : int
        Gauss-Newton steps in a period, where they go to convergence.
    tolerance : float
        A step below it (krpm) ends the iteration.
    time_limit : float, optional
        Share of the period after which no further step is begun. By default the clock ends
        nothing: with a limit the result depends on how busy the machine is. The one step of the
        real-time iteration is told as late beyond it, but applied all the same.
    max_failures : int
        Failures in a row after which the safe speed and a cold restart follow.
    suction_reserve : float
        By how much the therapy's lower limit of the suction margin is tightened, mmHg: the plant
        falls into suction from a margin of about 2, and what is believed errs by as much.
    """

    blocks: tuple[Annotated[int, Field(ge=1)], ...] = Field(default=(2, 2, 4, 8), min_length=1)
    rate_limit: float = Field(default=3.0, gt=0)
    penalty: float = Field(default=5.0, gt=0)
    damping: float = Field(default=1e-4, ge=0)
    scheme: Literal["real-time", "converged"] = "real-time"
    max_iterations: int = Field(default=4, ge=1)
    tolerance: float = Field(default=0.02, gt=0)
    time_limit: float | None = Field(default=None, gt=0)
    max_failures: int = 3
    suction_reserve: float = Field(default=4.0, ge=0)


class EstimatorSettings(CheckedModel):
    """Tuning of the filter. Every number is a guess, checked on the built-in patients only.

    Attributes
    ----------
    step : float
        Integration step of the model, s; RK4 at 4 ms errs by 2.5e-4 of a beat mean.
    volume_noise, vein_noise : float
        Drift of a compartment and of the systemic veins in a beat, mL.
    factor_noise : tuple of float
        Drift of the logarithm of each of ``FACTORS`` in a beat. Pulmonary resistance is told apart
        from wedge pressure by few readings only, so that it is held tighter than the others.
    start_volume : float
        Standard deviation of a volume at the start, as a share of it.
    start_factor : tuple of float
        Standard deviation of the logarithm of each factor at the start.
    model_share, model_floor : float
        Standard deviation of the model's own error in a reading: a share of its value, plus a
        floor in the unit of the signal.
    gate : float
        Innovations beyond this many standard deviations are cut to it.
    largest_inflation : float
        The drift of the factors grows with the normalised innovation, at most this many times.
    factor_limit : float
        Largest factor, and its inverse the smallest.
    """

    step: float = 0.004
    volume_noise: float = 0.5
    vein_noise: float = 4.0
    factor_noise: tuple[float, ...] = (0.02, 0.015, 0.002, 0.005)
    start_volume: float = 0.03
    start_factor: tuple[float, ...] = (0.15, 0.15, 0.1, 0.15)
    model_share: float = 0.02
    model_floor: float = 0.2
    gate: float = 4.0
    largest_inflation: float = 10.0
    factor_limit: float = 8.0

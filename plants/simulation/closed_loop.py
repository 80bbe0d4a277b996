"""A course in time: a plant watched by sensors and driven through its device."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from plants.console import DeviceDriver
from plants.quantities import PhysicsError
from plants.sensors import Measurement, Sensors
from plants.simulation.conditions import SINUS
from plants.simulation.death_watch import DeathWatch, death_text
from plants.simulation.outcome import COMPLETED, DIED, failure_outcome
from plants.simulation.periods import period_lengths, time_lived
from plants.simulation.physical_range import check_finite
from plants.simulation.rollout import Recorder
from plants.simulation.simulator import Simulator
from plants.therapies import Death

if TYPE_CHECKING:
    import xarray


class HasSpeed(Protocol):
    """A command, as far as a course reads it: :class:`controllers.Command` is one."""

    @property
    def speed(self) -> float:
        """Speed command, rpm."""
        ...


Act = Callable[[Measurement], HasSpeed]


def run_course(
    simulator: Simulator,
    act: Act,
    sensors: Sensors,
    *,
    duration: float,
    period: float = 1.0,
    start_speed: float = 0.0,
    driver: DeviceDriver | None = None,
    death: Death | None = None,
    log_interval: float | None = 0.01,
    progress: Callable[[float], None] | None = None,
) -> xarray.Dataset:
    """Close the loop: at every period measure, act, drive, and let time pass.

    A course that ends before its time keeps what was until then. Where the duration is no whole
    number of control periods the last one is short.

    Parameters
    ----------
    simulator : Simulator
        The plant and its scenario; it is reset to the steady state of `start_speed`.
    act : callable
        From a measurement to a command; a controller's ``act``.
    sensors : Sensors
        What the controller sees; their seed makes the course reproducible.
    duration, period : float
        Length of the course and control period, s.
    start_speed : float
        Speed (rpm) whose steady state the course starts from.
    driver : DeviceDriver, optional
        What the device makes of a command; by default it limits the speed only.
    death : Death, optional
        The end of the patient's life, which ends the course; without it a course goes on as long
        as the plant does.
    log_interval : float, optional
        Interval (s) of the recorded waveforms; None records none.
    progress : callable, optional
        Called with the simulated time (s) after each period.

    Returns
    -------
    Rollout
        An xarray.Dataset; see :mod:`plants.simulation.rollout`. Its attribute ``outcome`` is
        ``"completed"``, ``"died"`` (by `death`, or bled empty) or ``"left the physical range"``;
        ``ended`` is empty, or says why the course ended before its time; ``failure`` is the kind of
        failure (:class:`~plants.quantities.FailureKind`) that ended it, if one did; ``beyond_life``
        names the values with which no patient lives.

    Raises
    ------
    InputError
        A duration or period that is not positive, or shorter than a period.
    PhysicsError
        There is no steady state to start from.
    """
    lengths = period_lengths(duration, period)
    plant = simulator.plant
    if plant.pump is not None and driver is None:
        driver = DeviceDriver(plant.pump)
    simulator.reset(speed=start_speed)
    if driver is not None:
        driver.reset(speed=start_speed)
    first_volume = simulator.blood_volume
    samples = 0 if log_interval is None else max(1, round(period / log_interval))
    slow = simulator.slow is not None
    recorder = Recorder(len(lengths), samples, period, sensors.signals, slow=slow)
    outcome, ended, failure = COMPLETED, "", ""
    watch = None if death is None else DeathWatch(death)
    for k, length in enumerate(lengths):
        truth = simulator.metrics()
        measurement = sensors.measure(k * period, truth)
        wanted = act(measurement).speed
        speed = driver.apply(wanted, k * period) if driver is not None else 0.0
        try:
            check_finite(truth, f"patient {plant.patient.name} at {simulator.time:.3f} s")
            waves = simulator.advance(speed, length, log_interval=log_interval)
        except PhysicsError as error:
            outcome, ended = failure_outcome(
                error, blood_volume=simulator.blood_volume, first_volume=first_volume
            )
            failure = error.kind.value
            break
        recorder.add(truth, measurement, speed, waves, length)
        if progress is not None:
            progress(time_lived(k + 1, duration, period))
        if watch is not None and watch.died(truth, length):
            outcome, ended = DIED, death_text(watch.death)
            break
    return recorder.rollout(
        patient=plant.patient.name,
        device=plant.device,
        left_pump=plant.left.name if plant.left is not None else "",
        right_pump=plant.right.name if plant.right is not None else "",
        right_speed=plant.right_speed,
        scenario=simulator.scenario.name if simulator.scenario is not None else "none",
        rhythm=simulator.rhythm.kind if simulator.rhythm is not None else SINUS,
        tier=sensors.tier,
        period=period,
        step=simulator.step,
        start_speed=start_speed,
        outcome=outcome,
        ended=ended,
        failure=failure,
    )

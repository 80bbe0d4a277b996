"""A simulated course: a plant in time, watched by sensors and driven through its device."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from plants.driver import DeviceDriver
from plants.errors import InputError, PhysicsError
from plants.measurement import Measurement
from plants.patient import Patient
from plants.plant import Plant
from plants.pump import Pump
from plants.rollout import Recorder
from plants.scenario import Scenario
from plants.sensors import Sensors
from plants.simulator import Simulator

if TYPE_CHECKING:
    import xarray


class HasSpeed(Protocol):
    """A command, as far as a course reads it: :class:`controllers.Command` is one."""

    @property
    def speed(self) -> float:
        """Speed command, rpm."""
        ...


Act = Callable[[Measurement], HasSpeed]


class _Held:
    """A command that never changes."""

    def __init__(self, speed: float):
        self.speed = speed


def run_course(
    simulator: Simulator,
    act: Act,
    sensors: Sensors,
    *,
    duration: float,
    period: float = 1.0,
    start_speed: float = 0.0,
    driver: DeviceDriver | None = None,
    log_interval: float | None = 0.01,
    progress: Callable[[float], None] | None = None,
) -> xarray.Dataset:
    """Close the loop: at every period measure, act, drive, and let time pass.

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
    log_interval : float, optional
        Interval (s) of the recorded waveforms; None records none.
    progress : callable, optional
        Called with the simulated time (s) after each period.

    Returns
    -------
    Rollout
        An xarray.Dataset; see :mod:`plants.rollout`. Its attribute ``ended`` is empty, or says why
        the course ended before its time.

    Raises
    ------
    InputError
        A duration or period that is not positive, or shorter than a period.
    PhysicsError
        There is no steady state to start from.
    """
    steps = _steps(duration, period)
    pump = simulator.plant.pump
    if pump is not None and driver is None:
        driver = DeviceDriver(pump)
    simulator.reset(speed=start_speed)
    if driver is not None:
        driver.reset(speed=start_speed)
    samples = 0 if log_interval is None else max(1, round(period / log_interval))
    recorder = Recorder(steps, samples, period, sensors.signals)
    ended = ""
    for k in range(steps):
        truth = simulator.metrics()
        measurement = sensors.measure(k * period, truth)
        wanted = act(measurement).speed
        speed = driver.apply(wanted, k * period) if driver is not None else 0.0
        try:
            waves = simulator.advance(speed, period, log_interval=log_interval)
        except PhysicsError as error:
            ended = str(error)
            break
        recorder.add(truth, measurement, speed, waves)
        if progress is not None:
            progress((k + 1) * period)
    return recorder.rollout(
        patient=simulator.plant.patient.name,
        device=pump.name if pump is not None else "none",
        scenario=simulator.scenario.name if simulator.scenario is not None else "none",
        tier=sensors.tier,
        period=period,
        step=simulator.step,
        start_speed=start_speed,
        ended=ended,
    )


def _steps(duration: float, period: float) -> int:
    if not 0 < period < float("inf"):
        raise InputError("period", period, "a positive number of seconds")
    if not period <= duration < float("inf"):
        raise InputError("duration", duration, f"at least one control period ({period:g} s)")
    return round(duration / period)


def simulate(
    patient: Patient | str = "shock-d",
    device: Pump | str | None = "CP",
    *,
    level: str | None = None,
    speed: float | None = None,
    scenario: Scenario | str | None = None,
    duration: float = 30.0,
    period: float = 1.0,
    tier: str = "full",
    seed: int = 0,
    log_interval: float | None = 0.01,
) -> xarray.Dataset:
    """Simulate a patient on a pump at a held speed.

    Parameters
    ----------
    patient, device : str or Patient, Pump
        Names of presets, paths of TOML files, or the objects; device None for no pump.
    level : str, optional
        P-level, for example ``"P-8"``; or give `speed`.
    speed : float, optional
        Speed, rpm; by default the pump stands still, and leaks.
    scenario : str or Scenario, optional
        What disturbs the patient.
    duration, period : float
        Length and interval of the beat metrics, s.
    tier : {"console", "icu", "full"}
        What is measured.
    seed : int
        Of the sensor noise.
    log_interval : float, optional
        Interval of the waveforms, s; None records none.

    Returns
    -------
    Rollout
        An xarray.Dataset with units in its attributes; see :mod:`plants.rollout`.

    Raises
    ------
    InputError
        An unknown name, or both a level and a speed.
    PhysicsError
        The patient has no periodic beat at that speed.

    Examples
    --------
    >>> from plants import simulate
    >>> rollout = simulate("shock-d", "CP", level="P-8", duration=3.0)
    >>> rollout["pump_flow"].attrs["units"]
    'L/min'
    """
    plant = Plant(patient, device)
    chosen = held_speed(plant.pump, level, speed)
    loaded = Scenario.load(scenario) if isinstance(scenario, str) else scenario
    held = _Held(chosen)
    return run_course(
        Simulator(plant, loaded),
        lambda _: held,
        Sensors(tier, seed=seed),
        duration=duration,
        period=period,
        start_speed=chosen,
        log_interval=log_interval,
    )


def held_speed(pump: Pump | None, level: str | None, speed: float | None) -> float:
    """The speed (rpm) meant by a level or a speed; 0 where neither is given.

    Raises
    ------
    InputError
        Both are given, the pump has no such level, the speed is outside its range, or there is no
        pump to run.
    """
    if level is None and speed is None:
        return 0.0
    if pump is None:
        value = level if level is not None else speed
        raise InputError("level", value, "none: without a device there is nothing to run")
    if level is not None and speed is not None:
        raise InputError("speed", speed, "either a level or a speed, not both")
    if level is not None:
        return pump.speed(level)
    assert speed is not None
    if not 0 <= speed <= pump.max_rpm:
        raise InputError("speed", speed, f"0 to {pump.max_rpm:g} rpm ({pump.name})")
    return float(speed)

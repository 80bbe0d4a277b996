"""A simulated course at a held speed: names in, labelled time series out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from plants.patients import Patient
from plants.pumps import Pump
from plants.quantities import InputError
from plants.scenarios import Scenario, check_blood_budget
from plants.sensors import Sensors
from plants.simulation.closed_loop import run_course
from plants.simulation.conditions import SINUS, Conditions
from plants.therapies import Therapy

if TYPE_CHECKING:
    import xarray


class _Held:
    """A command that never changes."""

    def __init__(self, speed: float):
        self.speed = speed


def simulate(
    patient: Patient | str = "shock-d",
    device: Pump | str | None = None,
    *,
    level: str | None = None,
    speed: float | None = None,
    right_level: str | None = None,
    scenario: Scenario | str | None = None,
    rhythm: str = SINUS,
    valve_disease: str | Sequence[str] = (),
    baroreflex: bool = False,
    slow: bool = False,
    access: str | None = None,
    artery_diameter: float | None = None,
    therapy: Therapy | str = "default",
    duration: float = 30.0,
    period: float = 1.0,
    tier: str = "full",
    seed: int = 0,
    log_interval: float | None = 0.01,
) -> xarray.Dataset:
    """Simulate a patient on a pump, or two, at a held speed.

    The death of the therapy ends the course, and so does a plant that leaves the physical range;
    neither raises. The attributes ``outcome`` and ``ended`` say which and why; ``beyond_life``
    names the metrics with which no patient lives, though the plant does.

    Parameters
    ----------
    patient, device : str or Patient, Pump
        Names of presets, paths of TOML files, or the objects; by default no pump, ``"CP+RP"`` for a
        left and a right one.
    level : str, optional
        P-level, for example ``"P-8"``; or give `speed`. Of two pumps it is the left one's.
    speed : float, optional
        Speed, rpm; by default the pump stands still, and leaks.
    right_level : str, optional
        P-level of a right pump beside a left one; by default that of :class:`plants.Plant`.
    scenario : str or Scenario, optional
        What disturbs the patient.
    rhythm : str
        A kind of :class:`plants.Rhythm`, seeded by `seed`.
    valve_disease : str or sequence of str
        For example ``"aortic-stenosis:severe"``; see :mod:`plants.patients.valve_disease`.
    baroreflex : bool
        Whether the baroreflex is at work; the slow clock then runs too.
    slow : bool
        Whether the slow clock runs, from beat to beat; its signals are then recorded.
    access : str, optional
        The way in of the pump; by default the first of its file.
    artery_diameter : float, optional
        Inner diameter (mm) of that vessel, which the pump must fit.
    therapy : str or Therapy
        Whose death ends the course.
    duration, period : float
        Length and interval of the beat metrics, s; where it is no whole number of periods the last
        is short.
    tier : {"console", "icu", "full"}
        What is measured.
    seed : int
        Of the sensor noise and of the rhythm.
    log_interval : float, optional
        Interval of the waveforms, s; None records none.

    Returns
    -------
    Rollout
        An xarray.Dataset with units in its attributes; see :mod:`plants.simulation.rollout`.

    Raises
    ------
    InputError
        An unknown name, or both a level and a speed; a pump that does not fit the vessel; a right
        pump alone for a failing left ventricle; a scenario that takes more blood than there is.
    PhysicsError
        The patient has no periodic beat at that speed.

    Examples
    --------
    >>> from plants import simulate
    >>> rollout = simulate("shock-d", "CP", level="P-8", duration=3.0)
    >>> rollout["pump_flow"].attrs["units"]
    'L/min'
    >>> both = simulate("biventricular-shock", "CP+RP", level="P-8", right_level="P-6",
    ...                 duration=3.0)
    >>> both.attrs["device"], both.attrs["outcome"], float(both["right_pump_flow_mean"][-1]) > 1
    ('CP+RP', 'completed', True)
    """
    diseases = (valve_disease,) if isinstance(valve_disease, str) else tuple(valve_disease)
    conditions = Conditions(
        right_level=right_level,
        rhythm=rhythm,
        valve_disease=diseases,
        baroreflex=baroreflex,
        slow=slow,
        access=access,
        artery_diameter=artery_diameter,
    )
    plant = conditions.plant(patient, device)
    chosen = held_speed(plant.pump, level, speed)
    loaded = Scenario.load(scenario) if isinstance(scenario, str) else scenario
    wanted = Therapy.load(therapy) if isinstance(therapy, str) else therapy
    check_blood_budget(plant.patient, loaded, duration)
    held = _Held(chosen)
    return run_course(
        conditions.simulator(plant, loaded, seed=seed),
        lambda _: held,
        Sensors(tier, seed=seed),
        duration=duration,
        period=period,
        start_speed=chosen,
        death=wanted.death,
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
        name, value = ("level", level) if level is not None else ("speed", speed)
        raise InputError(name, value, "only with a device")
    if level is not None and speed is not None:
        raise InputError("speed", speed, "either a level or a speed, not both")
    if level is not None:
        return pump.speed(level)
    assert speed is not None
    if not 0 <= speed <= pump.max_rpm:
        raise InputError("speed", speed, f"0 to {pump.max_rpm:g} rpm ({pump.name})")
    return float(speed)

"""The plants of a batch and what disturbs them: what is read of each lane at every block."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from plants.batch.disturbances import BatchDisturbances, MeanDisturbances
from plants.batch.start import PlantKey, StartRequest
from plants.beat import USUAL_PARTS, PlantParts
from plants.plant import Plant
from plants.quantities import Array
from plants.scenarios import DISTURBANCES, Scenario
from plants.simulation import integration_step


class LanePlants:
    """Plants of lanes, each with its scenario, its step and the speeds it can be given.

    Parameters
    ----------
    plants : tuple of Plant
        One for each lane.
    scenarios : sequence of Scenario or None
        One for each lane.
    step : float, optional
        Integration step, s; by default what each plant allows.

    Attributes
    ----------
    plants : tuple of Plant
        The plants as they are now.
    steps : ndarray, shape (n,)
        Longest integration step of each lane while nothing disturbs it, s.
    heart_rates : ndarray, shape (n,)
        Heart rate of each lane while nothing disturbs it, 1/min.
    changes_rate : ndarray of bool, shape (n,)
        Whether the scenario of a lane acts on its heart rate.
    max_speeds : ndarray, shape (n,)
        Highest speed of each driven pump, rpm; 0 where there is none.

    Raises
    ------
    InputError
        The step is too long for a plant.
    """

    def __init__(
        self, plants: tuple[Plant, ...], scenarios: Sequence[Scenario | None], step: float | None
    ):
        count = len(plants)
        self.plants, self._wanted_step = plants, step
        self.steps, self.max_speeds = np.zeros(count), np.zeros(count)
        self.heart_rates, self.changes_rate = np.zeros(count), np.zeros(count, bool)
        self._drives_right = np.zeros(count, bool)
        self._right_speeds = np.zeros(count)
        self._keys = [PlantKey(plant) for plant in plants]
        self._parts = [USUAL_PARTS] * count
        self._limits: list[tuple[MeanDisturbances | None, float]] = [(None, 0.0)] * count
        self._disturbances = BatchDisturbances(scenarios)
        self._look_at_scenarios()
        for lane in range(count):
            self._set(lane)

    def _look_at_scenarios(self) -> None:
        self._disturbed = self._disturbances.lanes()
        scenarios = self._disturbances.scenarios
        self.changes_rate[:] = [bool(s and s.acts_on("heart_rate")) for s in scenarios]

    def _set(self, lane: int) -> None:
        plant = self.plants[lane]
        self.steps[lane] = integration_step(plant, self._wanted_step, f"plants[{lane}]")
        self.max_speeds[lane] = plant.pump.max_rpm if plant.pump else 0.0
        self.heart_rates[lane] = plant.heart_rate()
        self._drives_right[lane] = plant.left is None
        self._right_speeds[lane] = plant.right_speed
        self._keys[lane] = PlantKey(plant)
        self._parts[lane] = PlantParts.of(plant.values(0.0, None, 0.0))
        self._limits[lane] = (None, 0.0)

    @property
    def parts(self) -> PlantParts:
        """What any plant has."""
        return functools.reduce(PlantParts.with_those_of, set(self._parts))

    def replace(self, lanes: NDArray[np.intp], plants: Sequence[Plant]) -> None:
        """Give lanes other plants; all of them, or none where one is refused."""
        replaced = list(self.plants)
        for lane, plant in zip(lanes, plants, strict=True):
            integration_step(plant, self._wanted_step, f"plants[{lane}]")
            replaced[lane] = plant
        self.plants = tuple(replaced)
        for lane in lanes:
            self._set(int(lane))

    def assign(self, lanes: NDArray[np.intp], scenarios: Sequence[Scenario | None]) -> None:
        """Give lanes other scenarios."""
        for lane, scenario in zip(lanes, scenarios, strict=True):
            self._disturbances.assign(int(lane), scenario)
        self._look_at_scenarios()

    def start_request(self, lane: int, speed: float, state: Array | None) -> StartRequest:
        """What a lane asks for to begin at a speed (rpm), from a state or its steady one."""
        at = None if state is None else state.tobytes()
        return StartRequest(self._keys[lane], self.steps[lane], speed, at)

    def pump_speeds(self, commands: Array) -> tuple[Array, Array]:
        """Speeds of the left and of the right pumps at commands, rpm."""
        left = np.where(self._drives_right, 0.0, commands)
        return left, np.where(self._drives_right, commands, self._right_speeds)

    def disturbed(self, moving: NDArray[np.bool_]) -> NDArray[np.intp]:
        """The moving lanes that have a scenario."""
        return self._disturbed[moving[self._disturbed]]

    def rate_factors(self, lanes: NDArray[np.intp], times: Array) -> Array:
        """Factors on the heart rate now of lanes that have a scenario, shape (len(lanes),)."""
        over = self._disturbances.over
        now = ((int(lane), float(times[lane])) for lane in lanes)
        return np.array([over(lane, time, 0.0).by_name["heart_rate"] for lane, time in now])

    def disturbances(
        self, lanes: NDArray[np.intp], times: Array, seconds: Array
    ) -> tuple[Array, Array]:
        """Mean disturbances over a stretch of time from now on.

        Parameters
        ----------
        lanes : ndarray of int, shape (m,)
            Lanes that have a scenario.
        times : ndarray, shape (n,)
            Now in every lane, s.
        seconds : ndarray, shape (n,)
            Length of the stretch in every lane, s.

        Returns
        -------
        rows : ndarray, shape (m, n_disturbances)
            The disturbances of these lanes.
        longest : ndarray, shape (n,)
            The longest step that each of all lanes allows, s.
        """
        longest, rows = self.steps.copy(), np.empty((len(lanes), len(DISTURBANCES)))
        for k, lane in enumerate(lanes.tolist()):
            mean = self._disturbances.over(lane, float(times[lane]), float(seconds[lane]))
            before, limit = self._limits[lane]
            if before is not mean:
                limit = self.plants[lane].largest_step(mean.by_name)
                self._limits[lane] = (mean, limit)
            longest[lane] = min(longest[lane], limit)
            rows[k] = mean.vector
        return rows, longest

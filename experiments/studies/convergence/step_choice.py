"""The step that the errors ask for: the largest within all limits."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.statistics import DataFrame
from plants import Patient, PhysicsError, Plant, Pump

#: Share of the step by which a plant with a low stability limit may shorten it.
LARGEST_SHORTENING = 0.05


@dataclass(frozen=True)
class Choice:
    """The scheme and step that the plant should use, and what speaks for it.

    Attributes
    ----------
    scheme : str
        Name of the scheme.
    step : float
        Largest studied step (s) that meets both limits in every case and is stable for every
        built-in patient on every built-in pump, but for those that shorten it by
        :data:`LARGEST_SHORTENING` at the most.
    stable_step : float
        Smallest stability limit (s) of all built-in patients on all built-in pumps.
    mean_error, extreme_error : float
        Worst relative errors at that step.
    """

    scheme: str
    step: float
    stable_step: float
    mean_error: float
    extreme_error: float


def chosen_step(table: DataFrame, scheme: str = "RK4") -> Choice:
    """The largest step of a scheme within all limits.

    A plant whose own stability limit is lower than the step takes that limit, so that a step a
    little above the lowest limit is what nearly all of them run with.

    Raises
    ------
    PhysicsError
        No studied step is.
    """
    stable = min(
        Plant(patient, device).largest_step()
        for patient in Patient.names()
        for device in (None, *Pump.names())
    )
    mine = table[table["scheme"] == scheme]
    for step_ms in sorted(mine["step_ms"].unique(), reverse=True):
        rows = mine[mine["step_ms"] == step_ms]
        if rows["within_limits"].all() and step_ms * (1 - LARGEST_SHORTENING) <= 1e3 * stable:
            worst_mean, worst_extreme = rows["mean_error"].max(), rows["extreme_error"].max()
            return Choice(
                scheme, 1e-3 * float(step_ms), stable, float(worst_mean), float(worst_extreme)
            )
    raise PhysicsError(f"no studied step of {scheme} meets the limits in every case")


def worst_table(integration: DataFrame) -> DataFrame:
    """Worst errors over all cases, a row for each scheme and step; NaN where one is unstable."""
    grouped = integration.groupby(["scheme", "step_ms"], sort=False)
    worst = grouped.agg(
        mean_error=("mean_error", lambda x: x.max(skipna=False)),
        extreme_error=("extreme_error", lambda x: x.max(skipna=False)),
        unstable_cases=("mean_error", lambda x: int(x.isna().sum())),
        within_limits=("within_limits", "all"),
    )
    return worst.reset_index()

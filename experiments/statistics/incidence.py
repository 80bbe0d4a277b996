"""Cumulative incidence with competing risks."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

import numpy as np

from plants import InputError
from plants.quantities import Array

_CENSORED, _ASKED_FOR, _COMPETING = 0, 1, 2


def cumulative_incidence(
    events: Sequence[str], hours: Sequence[float], event: str
) -> tuple[Array, Array]:
    """Aalen-Johansen estimate of the cumulative incidence of one of several events.

    Parameters
    ----------
    events : sequence of str
        First event of each patient; "" where the observation ended without one (censored).
    hours : sequence of float
        When, h. Of what falls on the same time, the events come before the censored.
    event : str
        Which incidence is asked for.

    Returns
    -------
    times, incidence : ndarray of shape (k,)
        Steps: from each time on the incidence is that. The first time is 0.

    Raises
    ------
    InputError
        lifelines is not installed.

    References
    ----------
    Aalen and Johansen 1978 Scand J Stat: the increment at t is the survival from every event just
    before t times the share of those at risk to whom the event comes at t.

    Examples
    --------
    >>> from experiments.statistics import cumulative_incidence
    >>> times, incidence = cumulative_incidence(["a", "", "b", "a"], [1.0, 2.0, 3.0, 4.0], "a")
    >>> incidence.tolist()
    [0.0, 0.25, 0.25, 0.625]
    """
    fitter = _aalen_johansen()
    when, named = np.asarray(hours, float), np.asarray(events, str)
    times = np.unique(when[named != ""])
    if not len(times):
        return np.zeros(1), np.zeros(1)
    kinds = np.select([named == "", named == event], [_CENSORED, _ASKED_FOR], _COMPETING)
    # lifelines moves what is tied at random. The estimate only depends on the order, and events of
    # the same time may come in any: ranks in place of times give that of tied events exactly.
    order = np.lexsort((kinds == _CENSORED, when))
    fitter.fit(1.0 + np.arange(len(order)), kinds[order], event_of_interest=_ASKED_FOR)
    incidence = fitter.cumulative_density_.iloc[:, 0]
    last = np.searchsorted(when[order], times, side="right").astype(float)
    return np.append(0.0, times), np.append(0.0, incidence.loc[last].to_numpy())


def check_lifelines() -> None:
    """Refuse to begin a study whose incidences could not be estimated at its end.

    Raises
    ------
    InputError
        lifelines is not installed.
    """
    if importlib.util.find_spec("lifelines") is None:
        allowed = "lifelines installed: pip install 'impellab[statistics]'"
        raise InputError("lifelines", "(not installed)", allowed)


def _aalen_johansen() -> Any:
    check_lifelines()
    from lifelines import AalenJohansenFitter  # Only where an incidence is asked for.

    return AalenJohansenFitter(calculate_variance=False)

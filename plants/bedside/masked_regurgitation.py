"""The mitral valve of a patient whose regurgitation full support hides."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from plants.bedside.bedside import SETTLING_TIME, Bedside
from plants.bedside.events import HourEvent, HourScenario
from plants.cohorts import PatientRefused, VirtualPatient
from plants.pumps import FULL_SUPPORT_LEVEL, LOWEST_LEVEL, Pump
from plants.quantities import clipped
from plants.slow import SLOW_PARAMETERS, SlowParameters
from plants.slow.laws import end_diastolic_stretch, excess_of, tethering_of

# Share of the way between the two levels, without a leak, at which the search for the stretch that
# closes the valve begins; how steeply the valve leaks follows from it. Guess; another than that of
# plants.slow.laws.hidden_regurgitation, because what that one places no course moves afterwards.
_FIRST_CLOSED = 0.3
#: Kind of the refusal of a patient who dies before a leak could hide.
DIES_BEFORE = "dies before a leak could hide"
# Regurgitant fraction below which a leak is hidden: an echo shows a trace at most. Guess.
_HIDDEN = 0.05
# Relative error of the leak at the low level, and courses that are tried.
_NEAR, _TRIES = 0.1, 8
# Arteries that take any pump, mm.
_WIDE = 9.0


def masked_regurgitation_parameters(
    patient: VirtualPatient, leak: float, pump: Pump, hours: float
) -> dict[str, float]:
    """Parameters of a mitral valve that is tight at P-8 and leaks at P-2, some days on.

    How steeply the leak grows is taken from the beats of both levels without a leak and with the
    one wanted, imposed: the leak fills the ventricle that pulls the valve open, and grows less
    steeply than would hold it open by itself. Where the valve begins to leak is searched for on the
    patient's own course, because a valve that leaks on arrival changes all that follows: what is
    given, what recovers, how large the ventricle is in the end.

    Parameters
    ----------
    patient : VirtualPatient
        As he or she is, but for the leak.
    leak : float
        Leak at P-2, mL/s/mmHg.
    pump : Pump
        The device.
    hours : float
        How long support at P-8 has lasted, h.

    Returns
    -------
    dict of str to float
        The first with which the leak is about the one wanted at P-2 and hidden at P-8 before and
        after; of a patient for whom there is none, those with which it changes most.

    Raises
    ------
    InputError
        A parameter of the patient is out of its range, or the leak is not below its limit.
    PatientRefused
        The patient dies before.
    """
    begin = hours + 2 * SETTLING_TIME
    leaking = HourScenario("leak", (HourEvent("mitral_leak", leak, begin),))
    tight = _courses(
        patient,
        pump,
        (FULL_SUPPORT_LEVEL, hours),
        (LOWEST_LEVEL, 2 * SETTLING_TIME),
        (LOWEST_LEVEL, SETTLING_TIME),
        events=leaking,
    )
    if tight is None:
        raise _dies_before(patient)
    full, low, leaky = tight
    p = SlowParameters.load()
    weight, limit = p["mitral_pressure_weight"], p["mitral_leak_limit"]
    at_full, at_low, at_leak = (end_diastolic_stretch(m, weight) for m in (full, low, leaky))
    closing = at_full + _FIRST_CLOSED * (at_low - at_full)
    # Stretch beyond the closing one at which it leaks as wanted, and how much of it is the leak's.
    # The steepest valve that there is needs some.
    steepest = excess_of(leak, SLOW_PARAMETERS["mitral_tethering"].high, limit)
    beyond, by_leak = max(at_leak - closing, steepest, 1.0), max(at_leak - at_low, 1.0)
    tethering = min(tethering_of(leak, beyond, limit), SLOW_PARAMETERS["mitral_tethering"].high)
    pressure = clipped(full["lvedp"], SLOW_PARAMETERS["mitral_competent_pressure"])
    search = _ClosingSearch(closing, 0.2 * by_leak)
    best: tuple[float, dict[str, float]] = -math.inf, {}
    for _ in range(_TRIES):
        volume = search.closing - weight * pressure
        volume = clipped(volume, SLOW_PARAMETERS["mitral_competent_volume"])
        search.closing = volume + weight * pressure
        parameters = {
            "mitral_competent_volume": volume,
            "mitral_competent_pressure": pressure,
            "mitral_tethering": tethering,
        }
        leaks = replace(patient, slow=dict(patient.slow) | parameters)
        course = _courses(leaks, pump, *_wean_and_back(hours))
        if course is None:  # Dies of the leak.
            search.move(1.0, search.closing + by_leak)
            continue
        before, shown, after = course
        hidden = max(beat["mitral_regurgitant_fraction"] for beat in (before, after))
        error = shown["functional_leak"] / leak - 1.0
        if hidden < _HIDDEN and abs(error) < _NEAR:
            return parameters
        change = shown["mitral_regurgitant_fraction"] - hidden
        best = max(best, (change, parameters), key=lambda pair: pair[0])
        # Where it would close with the leak wanted, by this course.
        wanted = end_diastolic_stretch(shown, weight) - error * by_leak - beyond
        search.move(max(error, _NEAR) if hidden >= _HIDDEN else error, wanted)
    if not best[1]:
        raise _dies_before(patient)
    return best[1]


@dataclass
class _ClosingSearch:
    """Search for the stretch up to which a valve closes: false position, once it is bracketed.

    Attributes
    ----------
    closing : float
        Stretch to be tried next, mL.
    least : float
        Least step before it is bracketed, mL.
    leaky, tight : tuple of float, optional
        The last stretch with too large a leak and with too small a one, with the errors.
    """

    closing: float
    least: float
    leaky: tuple[float, float] | None = None
    tight: tuple[float, float] | None = None

    def move(self, error: float, wanted: float) -> None:
        """Go on from the relative error of the leak; unbracketed, towards a stretch (mL)."""
        if error > 0.0:
            self.leaky = self.closing, error
            wanted = max(wanted, self.closing + self.least)
        else:
            self.tight = self.closing, error
            wanted = min(wanted, self.closing - self.least)
        if self.leaky is None or self.tight is None:
            self.closing = wanted
            return
        (low, much), (high, little) = self.leaky, self.tight
        share = min(max(much / (much - little), 0.2), 0.8)  # Of the way, never to its ends.
        self.closing = low + share * (high - low)


def _wean_and_back(hours: float) -> tuple[tuple[str, float], ...]:
    """Full support for some hours, the low level, and full support again."""
    settled = 2 * SETTLING_TIME
    return (FULL_SUPPORT_LEVEL, hours), (LOWEST_LEVEL, settled), (FULL_SUPPORT_LEVEL, settled)


def _courses(
    patient: VirtualPatient,
    pump: Pump,
    *stays: tuple[str, float],
    events: HourScenario | None = None,
) -> list[dict[str, float]] | None:
    """The truth at the end of each stay (level, hours) of a course on a pump that fits anyhow.

    None of a patient who dies before the end.
    """
    # The look ahead is no matter of access.
    placed = replace(patient, artery_diameter=_WIDE, axillary_diameter=_WIDE, access="").on(pump)
    bedside = Bedside(placed, pump, events=events, complications=False, beyond_label=True)
    truths = []
    for level, hours in stays:
        bedside.advance(hours, level)
        if bedside.outcome is not None:
            return None
        truths.append(dict(bedside.truth()))
    return truths


def _dies_before(patient: VirtualPatient) -> PatientRefused:
    allowed = "a patient who lives long enough on the pump for a leak to hide"
    return PatientRefused(
        "case", "masked-regurgitation", allowed, kind=DIES_BEFORE, source=patient.patient.name
    )

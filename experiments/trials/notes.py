"""What is not as it may seem in a simulation, in words."""

from __future__ import annotations

from experiments.trials.trial import TrialRun
from plants import InputError, LabelClock, PhysicsError, Scenario, indication
from plants.cohorts import access_numbers
from plants.quantities import SECONDS_PER_HOUR
from plants.simulation import time_lived


def notes(ran: TrialRun) -> tuple[str, ...]:
    """Values beyond life, events that never set in, unusable commands, limits and signs."""
    texts = [_beyond_life(ran), _late(ran), _held(ran), _slow(ran), _boost(ran), *_label(ran)]
    texts += [_anatomy(ran), _indication(ran)]
    return tuple(text for text in texts if text)


def _beyond_life(ran: TrialRun) -> str:
    beyond = ran.rollout.attrs["beyond_life"]
    return f"no patient lives with what the plant came to: {beyond}" if beyond else ""


def _seconds(ran: TrialRun) -> float:
    """How long the course was, s."""
    return time_lived(ran.rollout.sizes["step_time"], ran.trial.duration, ran.trial.period)


def _late(ran: TrialRun) -> str:
    end = _seconds(ran)
    late = [event for event in Scenario.load(ran.trial.scenario).events if event.onset >= end]
    if not late:
        return ""
    first = min(event.onset for event in late)
    return (
        f"{len(late)} of the events of {ran.rollout.attrs['scenario']} never set in: the first "
        f"would at {first:g} s, the run ends at {end:g} s"
    )


def _held(ran: TrialRun) -> str:
    if not ran.held_commands:
        return ""
    return (
        f"{ran.held_commands} of {ran.rollout.sizes['step_time']} commands were no finite speed; "
        "the device held the last one"
    )


def _slow(ran: TrialRun) -> str:
    if not ran.act_overruns:
        return ""
    longest = 1e-3 * max(ran.act_milliseconds)
    return (
        f"{ran.act_overruns} of {len(ran.act_milliseconds)} commands took the controller longer "
        f"than its period of {ran.trial.period:g} s, up to {longest:.2g} s: they come too late"
    )


def _boost(ran: TrialRun) -> str:
    boost = None if ran.pump is None else ran.pump.boost
    # The device comes down in the period in which the time would run out.
    if boost is None or ran.boosted + ran.trial.period <= boost.seconds:
        return ""
    return (
        f"{ran.boosted:g} s above the highest level that may be held: {boost.level} is for at "
        f"most {boost.seconds:g} s, and the device came down"
    )


def _label(ran: TrialRun) -> list[str]:
    plant, messages = ran.simulator.plant, []
    for pump in (plant.left, plant.right):
        if pump is None:
            continue
        try:
            clock = LabelClock(pump)
        except InputError:  # The device has no label for shock.
            continue
        clock.advance(_seconds(ran) / SECONDS_PER_HOUR)
        if clock.exceeded:
            messages.append(clock.message)
    return messages


def _anatomy(ran: TrialRun) -> str:
    fit = ran.trial.conditions.anatomy(ran.simulator.plant)
    if fit is None or not fit.limb_at_risk:
        return ""
    return (
        f"the sheath is {fit.sheath_artery_ratio:.2f} times as wide as the femoral artery: from "
        f"{access_numbers()['ischemia_ratio'].value:g} on the limb is at risk (Hayashida 2011)"
    )


def _indication(ran: TrialRun) -> str:
    right = ran.simulator.plant.right
    if right is None:
        return ""
    try:
        signs = indication(ran.patient)
    except PhysicsError:  # Without a pump there is no life, and so no sign.
        return ""
    if signs.right_signs:
        return ""
    return (
        f"no sign of right-ventricular failure without a pump asks for the {right.name}: "
        f"{signs.text}"
    )

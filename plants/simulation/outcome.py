"""How a course ends, and what a simulation that cannot go on means for the patient."""

from __future__ import annotations

from plants.quantities import FailureKind, PhysicsError

#: How a course ends.
COMPLETED, DIED, LEFT = "completed", "died", "left the physical range"
#: Share of the blood whose loss makes a circulation that leaves the physical range one that was
#: bled empty; a guess: less is borne, and the reason then lies elsewhere.
BLED_SHARE = 0.1
#: Failures of the circulation itself: it has no equilibrium any more in which a patient could live.
#: The others are failures of the model, which then knows nothing of the patient: where beats are
#: integrated one by one, a patient who dies is seen to die before.
FATAL = frozenset(
    {
        FailureKind.NO_PERIODIC_BEAT,
        FailureKind.COMPARTMENT_EMPTY,
        FailureKind.REFLEX_UNSETTLED,
        FailureKind.SLOW_STATE_OUT_OF_RANGE,
        FailureKind.DIED,
    }
)


def is_fatal(error: PhysicsError) -> bool:
    """Whether the patient dies of what kept a simulation from going on.

    Examples
    --------
    >>> from plants.quantities import FailureKind, PhysicsError
    >>> from plants.simulation import is_fatal
    >>> is_fatal(PhysicsError("at 33000 rpm", kind=FailureKind.NO_PERIODIC_BEAT))
    True
    >>> is_fatal(PhysicsError("cvp is nan", kind=FailureKind.NOT_FINITE))
    False
    """
    return error.kind in FATAL


def failure_outcome(
    error: PhysicsError, *, blood_volume: float = 1.0, first_volume: float = 1.0
) -> tuple[str, str]:
    """Outcome and reason of a course that cannot go on.

    A patient dies of a failure that is :func:`is_fatal`, and of any other one who has been bled
    empty.

    Parameters
    ----------
    error : PhysicsError
        What kept the simulation from going on.
    blood_volume, first_volume : float
        Blood in the circuit now and at the begin, mL; by default none was lost.

    Returns
    -------
    outcome : {"died", "left the physical range"}
        What is to be said of the patient.
    reason : str
        Why, in words.
    """
    lost = first_volume - blood_volume
    if lost > BLED_SHARE * first_volume:
        text = f"bled empty: {lost:.0f} mL of {first_volume:.0f} mL of blood lost; {error}"
        return DIED, text
    return (DIED if is_fatal(error) else LEFT), str(error)

"""A reserve of the suction margin: a limit tightened before it is planned with."""

from __future__ import annotations

from plants import Therapy


def with_reserve(therapy: Therapy, reserve: float) -> Therapy:
    """The therapy with its lower limit of the suction margin tightened (mmHg).

    Suction sets in at once, from a margin of some mmHg, so that a plan that ends at the limit is in
    suction where the patient differs from the believed one (constraint tightening).
    """
    limits = tuple(
        limit.changed(low=limit.low + reserve)
        if limit.signal == "suction_margin" and limit.low is not None
        else limit
        for limit in therapy.limits
    )
    return therapy.changed(limits=limits)

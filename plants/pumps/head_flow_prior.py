"""How uncertain a head-flow law is, as a prior to sample from.

The laws were fitted to tables that leave the head of the lower flows open; other assumptions give
other laws, the uncertainty rows of a device. A draw takes one of them by chance and goes a share
of the way to it, from the device's own law. The coefficients and the inertance of a draw are those
of two fits mixed in the same shares, so they are correlated as the fits are: the law is linear in
a, b and c, and the head of a draw lies between the heads of the two fits at every speed and flow.

That rows are equally likely and shares uniform is a guess. So is this: a device with no rows but
the fit that its law came from borrows those of the CP, as ratios to the CP's own law.
"""

from __future__ import annotations

from plants.pumps.levels import HeadFlow
from plants.pumps.parameters import DEVICE_PARAMETERS
from plants.pumps.pump import Pump
from plants.quantities import Parameter, check_number, check_seed, clipped, stream

#: The device whose spread others borrow.
LENDER = "CP"
_LAW = ("head_a", "head_b", "head_c", "inertance")
_SHARE = Parameter("share", "1", "share of the way to the other law", 0, 1)


def alternative_head_flow_laws(pump: Pump) -> tuple[HeadFlow, ...]:
    """The laws between which and the device's own a law is drawn.

    Parameters
    ----------
    pump : Pump
        The device.

    Returns
    -------
    tuple of HeadFlow
        Its uncertainty rows; where it has none but its reference fit, those of the
        :data:`LENDER` besides, scaled to its own law. The source of a row says so.

    Examples
    --------
    >>> from plants.pumps import alternative_head_flow_laws
    >>> from plants import Pump
    >>> [len(alternative_head_flow_laws(Pump.load(name))) for name in ("CP", "RP")]
    [4, 3]
    >>> alternative_head_flow_laws(Pump.load("RP"))[0].source
    'guess: relative spread borrowed from the CP: derived fit, assumed high head 80 mmHg: Q0 4.37'
    """
    rows = pump.head_flow_uncertainty
    if any(not row.reference for row in rows):
        return rows
    lender = Pump.load(LENDER)
    borrowed = (
        _borrowed(pump, lender, row) for row in lender.head_flow_uncertainty if not row.reference
    )
    return (*rows, *borrowed)


def mix_head_flow(pump: Pump, other: HeadFlow, share: float, *, name: str | None = None) -> Pump:
    """The device with a law a share of the way from its own to another one.

    Parameters
    ----------
    pump : Pump
        The device.
    other : HeadFlow
        One of :func:`alternative_head_flow_laws`.
    share : float
        0 gives the device's own law, 1 the other one.
    name : str, optional
        Name of the copy; by default the device's.

    Raises
    ------
    InputError
        The share is not from 0 to 1.

    Examples
    --------
    >>> from plants.pumps.head_flow_prior import mix_head_flow
    >>> from plants.pumps import alternative_head_flow_laws
    >>> from plants import Pump
    >>> cp = Pump.load("CP")
    >>> mix_head_flow(cp, alternative_head_flow_laws(cp)[0], 1.0)["head_a"]
    0.0994
    """
    share = check_number(share, _SHARE, "share", None)
    values = {}
    for key in _LAW:
        mixed = (1 - share) * pump[key] + share * getattr(other, key)
        # A row may have no quadratic term at all; the law of a pump must keep a trace of it.
        values[key] = clipped(mixed, DEVICE_PARAMETERS[key])
    source = f"guess: {share:.3f} of the way from the device's law to: {other.source}"
    return pump.replace(name, source=source, tag="X", **values)


def sample_head_flow(pump: Pump, seed: int) -> Pump:
    """The device with a law drawn from the prior.

    Parameters
    ----------
    pump : Pump
        The device.
    seed : int
        The same seed gives the same law.

    Returns
    -------
    Pump
        Named after device and seed, ``"CP/7"``; only head_a, head_b, head_c and inertance differ.

    Raises
    ------
    InputError
        The seed is refused.

    Examples
    --------
    >>> from plants import sample_head_flow
    >>> from plants import Pump
    >>> drawn = sample_head_flow(Pump.load("CP"), 7)
    >>> drawn.name, 0.0994 < drawn["head_a"] < 0.1625
    ('CP/7', True)
    """
    seed = check_seed(seed)
    random = stream("head flow", seed)
    laws = alternative_head_flow_laws(pump)
    other = laws[int(random.integers(len(laws)))]
    return mix_head_flow(pump, other, float(random.uniform()), name=f"{pump.name}/{seed}")


def _borrowed(pump: Pump, lender: Pump, row: HeadFlow) -> HeadFlow:
    """A row of the lender, scaled to the device; its head_b stays, for the lender has none."""
    return HeadFlow(
        head_a=pump["head_a"] * row.head_a / lender["head_a"],
        head_b=pump["head_b"],
        head_c=pump["head_c"] * row.head_c / lender["head_c"],
        inertance=pump["inertance"] * row.inertance / lender["inertance"],
        source=f"guess: relative spread borrowed from the {lender.name}: {row.source}",
        tag="X",
    )

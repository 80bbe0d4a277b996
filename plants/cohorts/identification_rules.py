"""Which parameters the targets of a patient move: a rule by target, and what they tell apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from plants.quantities import Array, read_only

#: Parameters that a target without a rule of its own may move, in this order.
ESTIMATED_PARAMETERS = (
    "lv_ees",
    "lv_alpha",
    "rv_ees",
    "r_systemic",
    "r_pulmonary",
    "vu_systemic_veins",
)
_LV_OUTPUT = ("lv_ees", "rv_ees", "vu_systemic_veins")
_ARTERIES = ("r_systemic", "c_systemic_arteries")
_LUNG = ("r_pulmonary", "c_pulmonary_arteries")
_RV_EMPTYING = ("rv_ees", "rv_alpha", "rv_v0")
#: Which parameter each target moves: the first that no target before it has taken and that moves
#: the targets otherwise than those together. No more parameters may move than targets tell of.
MOVED_BY: Mapping[str, tuple[str, ...]] = read_only(
    {
        "map": ("r_systemic",),
        "diastolic": _ARTERIES,
        "systolic": _ARTERIES,
        "pulse_pressure": ("c_systemic_arteries", "c_aorta"),
        "mpap": ("r_pulmonary",),
        "pa_diastolic": _LUNG,
        "pa_systolic": _LUNG,
        "papi": ("c_pulmonary_arteries",),
        "pcwp": ("lv_alpha",),
        "ejection_fraction": ("lv_ees", "lv_v0"),
        "lvedv": ("lv_ees", "lv_v0", "lv_alpha"),
        "lvesv": ("lv_ees", "lv_v0"),
        "cvp": ("vu_systemic_veins", "rv_ees", "rv_alpha", "r_venous"),
        "cardiac_output": _LV_OUTPUT,
        "native_flow": _LV_OUTPUT,
        "stroke_volume": _LV_OUTPUT,
        "cardiac_index": _LV_OUTPUT,
        "rvedv": ("rv_alpha", "rv_v0"),
        "rvesv": _RV_EMPTYING,
        "rv_ejection_fraction": _RV_EMPTYING,
        "lvedp": ("lv_alpha", "la_ees"),
        "la_volume_max": ("la_v0", "la_alpha"),
        "la_volume_min": ("la_ees", "la_v0"),
        "mitral_regurgitant_fraction": ("leak_mitral",),
        "mitral_regurgitant_volume": ("leak_mitral",),
        "aortic_regurgitant_fraction": ("leak_aortic",),
    }
)
#: Share of a parameter's effect on the targets that those chosen before it must leave unexplained.
#: A choice: what targets tell apart has 0.2 and more in every built-in patient, what follows from
#: the other targets 0.04 and less.
INDEPENDENT = 0.05
# A relative change of the targets, for a change by the whole of a parameter, that is none.
_NO_EFFECT = 1e-3


def candidates(targets: Sequence[str], held: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Parameters that each target may move, the targets in the order of the rules."""
    order = [*MOVED_BY, *targets]
    ranked = sorted(targets, key=order.index)
    return tuple(
        tuple(
            name
            for name in dict.fromkeys((*MOVED_BY.get(target, ()), *ESTIMATED_PARAMETERS))
            if name not in held
        )
        for target in ranked
    )


def told_apart(choices: Sequence[Sequence[str]], effects: Mapping[str, Array]) -> tuple[str, ...]:
    """A parameter for each target, the first that moves the targets in a way of its own, or none.

    Parameters
    ----------
    choices : sequence of sequences of str
        From :func:`candidates`.
    effects : mapping of str to ndarray, shape (n_targets,)
        Relative change of the targets by a change of each parameter by the whole of it.

    Examples
    --------
    >>> import numpy as np
    >>> from plants.cohorts.identification_rules import told_apart
    >>> effects = {"r": np.array([1.0, 0.5]), "c": np.array([2.0, 1.0]), "v": np.array([0.0, 1.0])}
    >>> told_apart([("r", "c"), ("r", "c", "v")], effects)
    ('r', 'v')
    """
    taken: dict[str, Array] = {}  # each with the direction that it adds
    for names in choices:
        for name in names:
            effect = effects[name]
            size = float(np.linalg.norm(effect))
            own = effect - sum((way * (way @ effect) for way in taken.values()), 0.0 * effect)
            share = float(np.linalg.norm(own))
            if name not in taken and size > _NO_EFFECT and share > INDEPENDENT * size:
                taken[name] = own / share
                break
    return tuple(taken)

"""Effects of the slow clock on the circulation: what each must do, and why.

As in :mod:`experiments.studies.effects.heart`, directions and least sizes are what physiology
lets expect.

References
----------
Ursino M (1998) Am J Physiol 275:H1733 (baroreflex). Leier CV et al. (1978) Circulation 58:466
(dobutamine). Levy B et al. (2018) J Am Coll Cardiol 72:173 (norepinephrine). Carabello BA (2008)
J Am Coll Cardiol 52:319 (functional regurgitation).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from experiments.studies.effects.effect import (
    EVERYTHING,
    UNMOVED,
    Condition,
    Effect,
    falls,
    rises,
    stays,
)

_RATE, _BLOOD = UNMOVED


def _reflex() -> Iterable[Effect]:
    off = Condition(
        "healthy", slow={"baroreflex_gain": 0.0}, window=(80.0, 90.0), scenario="hemorrhage"
    )
    yield Effect(
        "baroreflex",
        "healthy, 500 mL lost from 20 to 50 s, beats at 80 to 90 s",
        off,
        replace(off, slow={"baroreflex_gain": 1.0}),
        (
            rises("heart_rate", 5.0, "less firing of the carotid sinus: the vagus lets go"),
            rises("map", 3.0, "resistance, contractility and venous tone defend the pressure"),
            _BLOOD,
        ),
        reshaped=(replace(off, slow={"baroreflex_gain": 0.0, "gain_venous_volume": -100.0}),),
    )
    rest = replace(off, scenario="none")
    yield Effect(
        "baroreflex at rest",
        "healthy, undisturbed, beats at 80 to 90 s",
        rest,
        replace(rest, slow={"baroreflex_gain": 1.0}),
        (stays(EVERYTHING, 1e-3, "the patient was identified with the reflex at work"),),
    )


def _mitral() -> Iterable[Effect]:
    off = Condition("shock-d", "CP", "P-2", slow={}, hours=6.0)
    valve = {"mitral_competent_volume": 110.0}
    yield Effect(
        "functional mitral regurgitation",
        "shock-d, CP P-2 for 6 h",
        off,
        replace(off, slow={**valve, "mitral_tethering": 0.03}),
        (
            rises("functional_leak", 0.3, "a large, full ventricle pulls the leaflets apart"),
            rises("mitral_regurgitant_fraction", 0.1, "a valve that leaks"),
            rises("pcwp", 0.3, "systolic flow into the left atrium"),
            falls("cardiac_output", 0.05, "forward flow is lost"),
            stays("aortic_regurgitant_fraction", 1e-3, "the aortic valve is not concerned"),
            *UNMOVED,
        ),
        reshaped=(replace(off, slow=valve), replace(off, slow={"mitral_time": 1.0})),
    )


def _drugs() -> Iterable[Effect]:
    off = Condition("shock-d", "CP", "P-4", slow={}, hours=2.0)
    yield Effect(
        "inotrope",
        "shock-d, CP P-4, 5 ug/kg/min for 2 h",
        off,
        replace(off, inputs={"inotrope": 5.0}),
        (
            rises("cardiac_output", 0.2, "contractility up, resistance down"),
            rises("heart_rate", 3.0, "beta-1 receptors of the sinus node"),
            falls("lvedp", 0.5, "a stronger ventricle ends emptier"),
            _BLOOD,
        ),
        reshaped=(replace(off, slow={"inotrope_contractility": 2.0, "inotrope_time": 20.0}),),
    )
    yield Effect(
        "vasopressor",
        "shock-d, CP P-4, 0.2 ug/kg/min for 2 h",
        off,
        replace(off, inputs={"vasopressor": 0.2}),
        (
            rises("map", 5.0, "alpha-1 receptors of the arterioles"),
            rises("cvp", 0.3, "alpha-1 receptors of the veins"),
            *UNMOVED,
        ),
        reshaped=(replace(off, slow={"vasopressor_resistance": 3.0, "vasopressor_time": 20.0}),),
    )


def _myocardium() -> Iterable[Effect]:
    days = Condition("shock-d", "CP", "P-8", slow={}, hours=96.0)
    recovering = replace(days, slow={"recoverable": 1.5})
    yield Effect(
        "recovery",
        "shock-d, CP P-8 for 4 d",
        days,
        recovering,
        (
            rises("lv_peak_pressure", 3.0, "stunned myocardium contracts again"),
            rises("ejection_fraction", 0.02, "stunned myocardium contracts again"),
            falls("lvedp", 0.3, "a stronger ventricle ends emptier"),
            *UNMOVED,
        ),
    )
    start = "what could recover has not yet done so"
    yield Effect(
        "recovery, first minute",
        "shock-d, CP P-8 for 1 min",
        replace(days, hours=1 / 60),
        replace(recovering, hours=1 / 60),
        (stays(EVERYTHING, 1e-5, start),),
    )
    alone = Condition("shock-e", slow={}, hours=24.0)
    yield Effect(
        "infarction",
        "shock-e, no pump for 24 h",
        replace(alone, slow={"infarct_loss": 0.0}),
        alone,
        (
            falls("cardiac_output", 0.02, "what is infarcted no longer contracts"),
            rises("lvedp", 0.1, "what is infarcted no longer contracts"),
            *UNMOVED,
        ),
    )


def slow_effects() -> Iterable[Effect]:
    """The effects, in the order of tables."""
    for make in (_reflex, _drugs, _mitral, _myocardium):
        yield from make()

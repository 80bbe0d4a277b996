"""Effects of seconds to days, those of the slow clock: what each must do, and why.

As in :mod:`experiments.effects_cases`, directions and least sizes were stated before the model was
asked.

References
----------
Ursino M (1998) Am J Physiol 275:H1733 (baroreflex). Levraut J et al. (1998) Am J Respir Crit Care
Med 157:1021 (lactate). Lathem W (1959) J Clin Invest 38:652 (haptoglobin). Leier CV et al. (1978)
Circulation 58:466 (dobutamine). Levy B et al. (2018) J Am Coll Cardiol 72:173 (norepinephrine).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from experiments.effect import (
    CIRCULATION,
    EVERYTHING,
    LEFT_ALONE,
    Condition,
    Effect,
    falls,
    rises,
    stays,
)

_RATE, _BLOOD = LEFT_ALONE
# Where two runs take other outer steps, their rounding differs by less than this share.
_ROUNDING = 1e-7


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
        silent=(replace(off, slow={"baroreflex_gain": 0.0, "gain_venous_volume": -100.0}),),
    )
    rest = replace(off, scenario="none")
    yield Effect(
        "baroreflex at rest",
        "healthy, undisturbed, beats at 80 to 90 s",
        rest,
        replace(rest, slow={"baroreflex_gain": 1.0}),
        (stays(EVERYTHING, 1e-4, "the patient was identified with the reflex at work"),),
    )


def _hemolysis() -> Iterable[Effect]:
    on = Condition("shock-d", "CP", "P-8", slow={}, hours=6.0, disturbances={"inlet_depth": 20.0})
    what = "the plasma acts on no pressure and no flow"
    yield Effect(
        "hemolysis by position",
        "shock-d, CP P-8, outlet in the valve for 6 h",
        replace(on, pump={"position_hemolysis_factor": 1.0}),
        on,
        (
            rises("pfhb", 2.0, "more is released than is cleared"),
            falls("haptoglobin", 5.0, "it leaves with the hemoglobin that it binds"),
            stays(CIRCULATION, _ROUNDING, what, but=("hemolysis_rate",)),
        ),
    )
    day = Condition("shock-d", "CP", "P-8", slow={}, hours=24.0)
    yield Effect(
        "release of hemoglobin",
        "shock-d, CP P-8 for 24 h",
        replace(day, pump={"hemolysis_reference_rate": 0.0}),
        day,
        (
            rises("pfhb", 0.5, "shear breaks cells"),
            rises("hemolysis_dose", 10.0, "shear breaks cells"),
            falls("haptoglobin", 5.0, "it leaves with the hemoglobin that it binds"),
            stays(CIRCULATION, _ROUNDING, what, but=("hemolysis_rate",)),
            stays("lactate", 1e-3, "the hemoglobin lost is a trace of that in the cells"),
        ),
    )
    misplaced = replace(on, hours=24.0)
    yield Effect(
        "haptoglobin",
        "shock-d, CP P-8, outlet in the valve for 24 h",
        replace(misplaced, slow={"haptoglobin_initial": 0.0}),
        misplaced,
        (
            falls("unbound_hemoglobin", 1.0, "what is bound is not free"),
            rises("haptoglobin", 1.0, "there is some"),
            stays("hemolysis_dose", _ROUNDING, "binding does not change the release"),
            stays(CIRCULATION, _ROUNDING, what),
        ),
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
            *LEFT_ALONE,
        ),
        silent=(replace(off, slow=valve), replace(off, slow={"mitral_time": 1.0})),
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
        silent=(replace(off, slow={"inotrope_contractility": 2.0, "inotrope_time": 20.0}),),
    )
    yield Effect(
        "vasopressor",
        "shock-d, CP P-4, 0.2 ug/kg/min for 2 h",
        off,
        replace(off, inputs={"vasopressor": 0.2}),
        (
            rises("map", 5.0, "alpha-1 receptors of the arterioles"),
            rises("cvp", 0.3, "alpha-1 receptors of the veins"),
            *LEFT_ALONE,
        ),
        silent=(replace(off, slow={"vasopressor_resistance": 3.0, "vasopressor_time": 20.0}),),
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
            *LEFT_ALONE,
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
            *LEFT_ALONE,
        ),
    )


def _limb() -> Iterable[Effect]:
    narrow = {"artery_diameter": 5.5, "sheath_french": 14.0}
    off = Condition("shock-d", "CP", "P-6", slow=narrow, hours=6.0)
    what = "the leg acts on no pressure and no flow"
    yield Effect(
        "distal perfusion catheter",
        "shock-d, CP P-6 by a 5.5 mm artery for 6 h",
        off,
        replace(off, inputs={"distal_perfusion": 1.0}),
        (
            rises("limb_perfusion", 0.2, "a way past the sheath"),
            falls("limb_ischemia", 0.1, "the leg is perfused"),
            stays(EVERYTHING, _ROUNDING, what,
                  but=("limb_perfusion", "limb_ischemia", "limb_hazard")),
        ),
        silent=(replace(off, slow={**narrow, "catheter_conductance": 9.0}),),
    )  # fmt: skip
    axillary = replace(off, slow={**narrow, "femoral": 0.0})
    yield Effect(
        "sheath in the femoral artery",
        "shock-d, CP P-6 by a 5.5 mm artery for 6 h, against axillary access",
        axillary,
        off,
        (
            falls("limb_perfusion", 0.1, "the sheath fills the artery"),
            rises("sheath_artery_ratio", 0.5, "the sheath is as wide as the artery"),
            rises("limb_hazard", 1e-4, "femoral access and an ischemic leg"),
            stays(CIRCULATION, _ROUNDING, what),
        ),
        silent=(replace(axillary, slow={**narrow, "femoral": 0.0, "artery_diameter": 8.0}),),
    )


def _blood() -> Iterable[Effect]:
    base = Condition("shock-d", "CP", "P-4", slow={}, hours=6.0)
    given = "what goes in less what comes out, to the mL"
    yield Effect(
        "bleeding",
        "shock-d, CP P-4, 100 mL/h for 6 h",
        base,
        replace(base, inputs={"bleeding": 100.0}),
        (
            falls("blood_volume", 599.99, given, most=600.01),
            falls("map", 1.0, "the heart is less full"),
            falls("cvp", 0.5, "the veins are less full"),
            stays("hemoglobin", 1e-3, "whole blood is lost: what is left is as red"),
            _RATE,
        ),
    )
    yield Effect(
        "fluid",
        "shock-d, CP P-4, 100 mL/h for 6 h",
        base,
        replace(base, inputs={"fluid": 100.0}),
        (
            rises("blood_volume", 599.99, given, most=600.01),
            falls("hemoglobin", 1.0, "diluted from 5 to 5.6 L"),
            rises("cvp", 0.5, "the veins are fuller"),
            _RATE,
        ),
    )
    yield Effect(
        "transfusion",
        "shock-d, CP P-4, 50 mL/h of red cells for 6 h",
        base,
        replace(base, inputs={"transfusion": 50.0}),
        (
            rises("blood_volume", 299.99, given, most=300.01),
            rises("hemoglobin", 0.3, "red cells hold 19 g/dL against 12 g/dL"),
            rises("oxygen_delivery", 5.0, "redder blood, and more of it"),
            _RATE,
        ),
    )
    bled = replace(base, inputs={"bleeding": 100.0}, hours=12.0)
    yield Effect(
        "regulation of the blood volume",
        "shock-d, CP P-4, bleeding 100 mL/h for 12 h",
        bled,
        replace(bled, slow={"volume_regulation": 1.0}),
        (
            rises("blood_volume", 30.0, "fluid comes in from the tissues"),
            falls("hemoglobin", 0.05, "it dilutes the blood"),
            _RATE,
        ),
        silent=(replace(bled, slow={"volume_regulation_limit": 50.0}),),
    )


def _organs() -> Iterable[Effect]:
    alone = Condition("shock-e", slow={}, hours=12.0)
    what = "lactate acts on no pressure and no flow"
    yield Effect(
        "lactate of oxygen debt",
        "shock-e, no pump for 12 h",
        replace(alone, slow={"lactate_debt_production": 0.0}),
        alone,
        (
            rises("lactate", 1.0, "demand that delivery does not meet"),
            stays(EVERYTHING, _ROUNDING, what, but=("lactate",)),
        ),
    )
    weights = {
        f"{organ}_{kind}_weight": 0.0
        for organ in ("renal", "hepatic")
        for kind in ("pressure", "congestion", "delivery")
    }
    yield Effect(
        "injury of organs",
        "shock-e, no pump for 12 h",
        replace(alone, slow={**weights, "renal_hemoglobin_weight": 0.0}),
        alone,
        (
            rises("renal_injury", 0.03, "low pressure, congestion and too little oxygen"),
            rises("hepatic_injury", 0.03, "low pressure, congestion and too little oxygen"),
            rises("lactate", 0.02, "an injured liver clears less"),
            stays(EVERYTHING, _ROUNDING, "organs act on no pressure and no flow",
                  but=("renal_injury", "hepatic_injury", "lactate")),
        ),
    )  # fmt: skip
    day = Condition("shock-d", "CP", "P-8", slow={}, hours=24.0)
    struck = ("bleeding_hazard", "malposition_hazard", "vwf_loss")
    yield Effect(
        "hazards of a device",
        "shock-d, CP P-8 for 24 h",
        replace(day, slow={"pump_french": 0.0}),
        day,
        (
            rises("bleeding_hazard", 5e-3, "wound, anticoagulation and shear"),
            rises("malposition_hazard", 1e-4, "a running pump may move"),
            rises("vwf_loss", 0.1, "shear cleaves large multimers"),
            stays(EVERYTHING, _ROUNDING, "a hazard is no event", but=struck),
        ),
    )


def slow_effects() -> Iterable[Effect]:
    """The effects, in the order of tables."""
    for make in (_reflex, _drugs, _mitral, _myocardium, _hemolysis, _blood, _organs, _limb):
        yield from make()

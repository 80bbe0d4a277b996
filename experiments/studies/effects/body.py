"""Effects on blood, organs and limb over hours: what each must do, and why.

As in :mod:`experiments.studies.effects.heart`, directions and least sizes are what physiology
lets expect.

References
----------
Levraut J et al. (1998) Am J Respir Crit Care Med 157:1021 (lactate). Lathem W (1959) J Clin Invest
38:652 (haptoglobin). Roberts N et al. (2020) Int J Artif Organs (obstructed outlet).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from experiments.studies.effects.effect import (
    CIRCULATION,
    EVERYTHING,
    UNMOVED,
    Condition,
    Effect,
    falls,
    rises,
    stays,
)

_RATE = UNMOVED[0]
# Where two runs take other outer steps, their errors differ by less than this share.
_STEPS = 1e-5


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
            stays(CIRCULATION, _STEPS, what, may_move=("hemolysis_rate",)),
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
            stays(CIRCULATION, _STEPS, what, may_move=("hemolysis_rate",)),
            stays("lactate", 0.02, "the hemoglobin lost is 0.2 % of that in the cells"),
        ),
    )
    yield Effect(
        "haptoglobin",
        "shock-d, CP P-8, outlet in the valve for 6 h",
        replace(on, slow={"haptoglobin_initial": 0.0}),
        on,
        (
            falls("unbound_hemoglobin", 1.0, "what is bound is not free"),
            rises("haptoglobin", 1.0, "there is some"),
            stays("hemolysis_dose", _STEPS, "binding does not change the release"),
            stays(CIRCULATION, _STEPS, what),
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
            stays(
                EVERYTHING,
                _STEPS,
                what,
                may_move=("limb_perfusion", "limb_ischemia", "limb_hazard"),
            ),
        ),
        reshaped=(replace(off, slow={**narrow, "catheter_conductance": 9.0}),),
    )
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
            stays(CIRCULATION, _STEPS, what),
        ),
        reshaped=(replace(axillary, slow={**narrow, "femoral": 0.0, "sheath_french": 21.0}),),
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
            falls("blood_volume", 599.99, given, at_most=600.01),
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
            rises("blood_volume", 599.99, given, at_most=600.01),
            falls("hemoglobin", 1.0, "diluted from 5 to 5.6 L"),
            rises("cvp", 0.5, "the veins are fuller"),
            _RATE,
        ),
    )
    anemic = replace(base, parameters={"blood_volume": 4400.0}, slow={"hemoglobin_initial": 7.0})
    yield Effect(
        "transfusion",
        "shock-d with 4.4 L of blood at 7 g/dL, CP P-4, 50 mL/h of red cells for 6 h",
        anemic,
        replace(anemic, inputs={"transfusion": 50.0}),
        (
            rises("blood_volume", 299.99, given, at_most=300.01),
            rises("hemoglobin", 0.5, "red cells hold 19 g/dL against 7 g/dL"),
            rises("oxygen_delivery", 20.0, "redder blood"),
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
        reshaped=(replace(bled, slow={"volume_regulation_limit": 50.0}),),
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
            stays(EVERYTHING, _STEPS, what, may_move=("lactate",)),
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
            stays(
                EVERYTHING,
                _STEPS,
                "organs act on no pressure and no flow",
                may_move=("renal_injury", "hepatic_injury", "lactate"),
            ),
        ),
    )
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
            stays(EVERYTHING, _STEPS, "a hazard is no event", may_move=struck),
        ),
    )


def body_effects() -> Iterable[Effect]:
    """The effects, in the order of tables."""
    for make in (_hemolysis, _blood, _organs, _limb):
        yield from make()

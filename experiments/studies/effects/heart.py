"""Effects of heart, vessels and what lies around them: what each must do, and why.

The directions and least sizes are those that physiology and the literature let expect, written down
before the model was asked; the sizes are cautious guesses, well below what is usually reported.

References
----------
Guyton AC, Hall JE, Textbook of Medical Physiology (venous return, atrial kick; recalled).
Zoghbi WA et al. (2017) J Am Soc Echocardiogr 30:303; Baumgartner H et al. (2017) J Am Soc
Echocardiogr 30:372 (valve disease; recalled). Smith BW et al. (2004) Med Eng Phys 26:131
(ventricular interaction).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from experiments.studies.effects.effect import (
    SPREAD,
    UNMOVED,
    Condition,
    Effect,
    Expectation,
    falls,
    rises,
    stays,
)

_BLOOD = UNMOVED[1]


def _interaction() -> Iterable[Effect]:
    for name, patient, expectations in (
        (
            "septum",
            "rv-failure",
            (
                falls("septum_shift", 1.0, "the failing RV is fuller than the LV and pushes it"),
                falls("lvedv", 2.0, "the septum takes the room of the LV: interdependence"),
                falls("cardiac_output", 0.1, "an LV that fills less ejects less"),
            ),
        ),
        (
            "septum, failing LV",
            "shock-d",
            (
                rises("septum_shift", 1.0, "the LV's pressure is the higher one"),
                rises("lvedv", 1.0, "the septum gives way to the full LV"),
                falls("rvedv", 1.0, "by as much as it takes from the RV"),
            ),
        ),
    ):
        off = Condition(patient, parameters={"septum_coupling": 0.0})
        shaped = [("septum_ees", 20.0), ("septum_volume", 8.0), ("septum_pressure", 3.0)]
        yield Effect(
            name,
            f"{patient}, no pump",
            off,
            Condition(patient),
            (*expectations, *UNMOVED),
            reshaped=tuple(
                replace(off, parameters={"septum_coupling": 0.0, key: value})
                for key, value in (*shaped, ("septum_lambda", 0.2))
            ),
        )
    off = Condition("biventricular-shock", parameters={"pericardium_coupling": 0.0})
    yield Effect(
        "pericardium",
        "biventricular-shock, no pump",
        off,
        Condition("biventricular-shock"),
        (
            rises("pericardial_pressure", 3.0, "two full ventricles stretch it"),
            rises("lvedp", 2.0, "its pressure adds to that of the wall"),
            rises("cvp", 0.3, "so it does on the right side"),
            falls("lvedv", 3.0, "a heart in a tight sac fills less"),
            falls("rvedv", 3.0, "a heart in a tight sac fills less"),
            falls("cardiac_output", 0.05, "and ejects less"),
            *UNMOVED,
        ),
        reshaped=tuple(
            replace(off, parameters={"pericardium_coupling": 0.0, key: value})
            for key, value in (
                ("pericardium_volume", 260.0),
                ("pericardium_lambda", 0.01),
                ("pericardium_pressure", 2.0),
            )
        ),
    )


def _around_the_heart() -> Iterable[Effect]:
    yield Effect(
        "intrathoracic pressure",
        "healthy, no pump, 8 mmHg around the heart",
        Condition("healthy"),
        Condition("healthy", disturbances={"intrathoracic_pressure": 8.0}),
        (
            rises("cvp", 2.0, "the pressure in the chest adds to that of the veins in it"),
            falls("lvedv", 3.0, "less blood returns into the chest"),
            falls("rvedv", 3.0, "less blood returns into the chest"),
            falls("cardiac_output", 0.2, "a heart that fills less ejects less"),
            *UNMOVED,
        ),
    )
    window = (30.0, 34.0)
    yield Effect(
        "Valsalva maneuver",
        "hfref, no pump, 40 mmHg from 20 s on, beats at 30 to 34 s",
        Condition("hfref", window=window),
        Condition("hfref", window=window, scenario="valsalva"),
        (
            rises("cvp", 10.0, "the pressure in the chest adds to that of the veins in it"),
            falls("lvedv", 5.0, "less blood returns into the chest"),
            falls("cardiac_output", 0.3, "strain phase: a heart that fills less ejects less"),
            *UNMOVED,
        ),
    )
    off = Condition(
        "healthy", parameters={"abdominal_share": 0.0}, disturbances={"abdominal_pressure": 15.0}
    )
    yield Effect(
        "abdominal pressure",
        "healthy, no pump, 15 mmHg in the abdomen",
        off,
        Condition("healthy", disturbances={"abdominal_pressure": 15.0}),
        (
            rises("cvp", 0.5, "veins that are pressed hold less: their blood goes to the heart"),
            rises("cardiac_output", 0.1, "the heart is fuller"),
            *UNMOVED,
        ),
        reshaped=(
            replace(off, disturbances={"abdominal_pressure": 30.0}),
            replace(off, disturbances={}),
        ),
    )


def _rhythm() -> Iterable[Effect]:
    yield Effect(
        "atrial contraction",
        "healthy, no pump",
        Condition("healthy", disturbances={"atrial_contractility": 0.0}),
        Condition("healthy"),
        (
            rises("lvedp", 1.0, "the a wave at the end of diastole"),
            rises("lvedv", 3.0, "the atria give a sixth to a quarter of the filling"),
            rises("cardiac_output", 0.2, "the atria give a sixth to a quarter of the filling"),
            *UNMOVED,
        ),
    )
    sinus = Condition("healthy", window=(20.0, 80.0))
    steady = stays("map", 0.1, "the mean interval stays, and the arteries even out what varies")
    yield Effect(
        "atrial fibrillation",
        "healthy, no pump, beats at 20 to 80 s",
        sinus,
        replace(sinus, rhythm="atrial-fibrillation"),
        (
            rises(SPREAD, 3.0, "beats of unequal filling"),
            falls("cardiac_output", 0.2, "the atrial kick is lost"),
            falls("lvedv", 2.0, "the atrial kick is lost"),
            stays("heart_rate", 0.12, "the mean interval stays; the mean of rates is higher"),
            _BLOOD,
        ),
    )
    yield Effect(
        "ectopic beats",
        "healthy, no pump, beats at 20 to 80 s",
        sinus,
        replace(sinus, rhythm="ectopic"),
        (
            rises(SPREAD, 2.0, "a premature beat is weak, the one after its pause strong"),
            steady,
            stays("cardiac_output", 0.1, "the pause makes up for the premature beat"),
            _BLOOD,
        ),
    )


def _valves() -> Iterable[Effect]:
    tight = stays("mitral_regurgitant_fraction", 1e-3, "the mitral valve is not concerned")
    shut = stays("aortic_regurgitant_fraction", 1e-3, "the aortic valve does not leak")
    diseases: Mapping[str, tuple[Expectation, ...]] = {
        "aortic stenosis": (
            rises("lv_peak_pressure", 30.0, "a mean gradient above 40 mmHg defines severe"),
            rises("lvedp", 0.5, "the ventricle is left fuller"),
            falls("cardiac_output", 0.1, "afterload rises"),
            tight,
            shut,
        ),
        "aortic regurgitation": (
            rises("aortic_regurgitant_fraction", 0.3, "severe is above 50 %"),
            falls("diastolic", 15.0, "the aorta empties backwards"),
            rises("pulse_pressure", 5.0, "large strokes, low diastolic pressure"),
            rises("lvedv", 10.0, "volume overload"),
            falls("coronary_perfusion_pressure", 10.0, "diastolic pressure low, LVEDP high"),
            tight,
        ),
        "mitral regurgitation": (
            rises("mitral_regurgitant_fraction", 0.3, "severe is above 50 %"),
            rises("pcwp", 4.0, "systolic flow into the left atrium"),
            rises("lvedv", 5.0, "volume overload"),
            falls("cardiac_output", 0.3, "forward flow is lost"),
            shut,
        ),
        "mitral stenosis": (
            rises("pcwp", 4.0, "a gradient above 10 mmHg defines severe"),
            falls("lvedp", 2.0, "the ventricle behind it fills less"),
            falls("lvedv", 5.0, "the ventricle behind it fills less"),
            falls("cardiac_output", 0.3, "inflow limits output"),
            tight,
            shut,
        ),
        "tricuspid regurgitation": (
            rises("cvp", 0.3, "systolic flow into the right atrium"),
            falls("pcwp", 0.5, "less blood reaches the left side"),
            falls("cardiac_output", 0.1, "forward flow is lost"),
            tight,
            shut,
        ),
    }
    for name, expectations in diseases.items():
        yield Effect(
            name,
            "healthy, no pump, severe",
            Condition("healthy"),
            Condition("healthy", disease=name.replace(" ", "-")),
            (*expectations, *UNMOVED),
        )


def heart_effects() -> Iterable[Effect]:
    """The effects, in the order of tables."""
    for make in (_interaction, _around_the_heart, _rhythm, _valves):
        yield from make()

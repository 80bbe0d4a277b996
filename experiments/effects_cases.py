"""The effects within a beat: what each must do, and why.

The directions and least sizes are those that physiology and the literature let expect, stated
before the model was asked; the sizes are cautious guesses, well below what is usually reported.

References
----------
Guyton AC, Hall JE, Textbook of Medical Physiology (venous return, atrial kick; recalled).
Zoghbi WA et al. (2017) J Am Soc Echocardiogr 30:303; Baumgartner H et al. (2017) J Am Soc
Echocardiogr 30:372 (valve disease; recalled). Smith BW et al. (2004) Med Eng Phys 26:131
(ventricular interaction). Roberts N et al. (2020) Int J Artif Organs (obstructed outlet).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from experiments.effects_study import (
    CIRCULATION,
    EVERYTHING,
    SPREAD,
    Condition,
    Effect,
    Expectation,
)


def rises(signal: str, by: float, reason: str, *, most: float = float("inf")) -> Expectation:
    """The signal rises by at least so much."""
    return Expectation(signal, "rises", by, reason, most=most)


def falls(signal: str, by: float, reason: str, *, most: float = float("inf")) -> Expectation:
    """The signal falls by at least so much."""
    return Expectation(signal, "falls", by, reason, most=most)


def stays(signal: str, by: float, reason: str, *, but: tuple[str, ...] = ()) -> Expectation:
    """The signal or group stays, within a share of itself."""
    return Expectation(signal, "stays", by, reason, but=but)


_RATE = stays("heart_rate", 0.0, "nothing here reaches the sinus node: the reflex is off")
_BLOOD = stays("blood_volume", 1e-9, "blood is neither made nor lost")
_LEFT_ALONE = (_RATE, _BLOOD)


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
            (*expectations, *_LEFT_ALONE),
            silent=tuple(
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
            *_LEFT_ALONE,
        ),
        silent=tuple(
            replace(off, parameters={"pericardium_coupling": 0.0, key: value})
            for key, value in (
                ("pericardium_volume", 260.0),
                ("pericardium_lambda", 0.01),
                ("pericardium_pressure", 2.0),
            )
        ),
    )


def _around_the_heart() -> Iterable[Effect]:
    window = (30.0, 34.0)
    yield Effect(
        "intrathoracic pressure",
        "healthy, Valsalva of 40 mmHg from 20 s on, beats at 30 to 34 s",
        Condition("healthy", window=window),
        Condition("healthy", window=window, scenario="valsalva"),
        (
            rises("cvp", 10.0, "the pressure in the chest adds to that of the veins in it"),
            falls("lvedv", 5.0, "less blood returns into the chest"),
            falls("cardiac_output", 0.3, "less blood returns into the chest"),
            falls("pulse_pressure", 4.0, "strain phase: the stroke volume falls"),
            *_LEFT_ALONE,
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
            *_LEFT_ALONE,
        ),
        silent=(
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
            *_LEFT_ALONE,
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
            (*expectations, *_LEFT_ALONE),
        )


def _pumps() -> Iterable[Effect]:
    on = Condition("shock-d", "CP", "P-9", parameters={"blood_volume": 4000.0})
    off = replace(on, pump={"suction_resistance": 0.0})
    occluded = ("suction", "suction_occlusion", "hemolysis_rate", "suction_margin")
    yield Effect(
        "suction",
        "shock-d with 4 L of blood, CP P-9",
        off,
        on,
        (
            falls("pump_flow", 0.2, "an occluded inlet lets less through"),
            rises("lvesv", 1.0, "what is not drawn stays in the ventricle"),
            falls("motor_current", 10.0, "less flow asks for less torque"),
            *_LEFT_ALONE,
        ),
        silent=(
            replace(off, pump={"suction_resistance": 0.0, "suction_hysteresis": 6.0}),
            replace(off, pump={"suction_resistance": 0.0, "suction_pressure": 4.0}),
        ),
        heard=occluded,
    )
    full = Condition("shock-d", "CP", "P-4")
    yield Effect(
        "suction, full ventricle",
        "shock-d, CP P-4",
        replace(full, pump={"suction_resistance": 0.0}),
        full,
        (stays(EVERYTHING, 1e-5, "a full ventricle is not sucked onto the inlet"),),
    )
    yield Effect(
        "stopped pump",
        "shock-d, CP P-0 against no pump",
        Condition("shock-d"),
        Condition("shock-d", "CP", "P-0"),
        (
            falls("pump_flow", 0.2, "blood leaks back through a rotor that stands"),
            falls("cardiac_output", 0.05, "forward flow is lost"),
            falls("diastolic", 0.5, "the aorta empties backwards"),
            *_LEFT_ALONE,
        ),
    )
    alone = Condition("biventricular-shock", "CP", "P-6")
    yield Effect(
        "right pump",
        "biventricular-shock, CP P-6 with RP against CP alone",
        alone,
        replace(alone, device="CP+RP"),
        (
            rises("right_pump_flow", 1.0, "it runs at the middle of its range"),
            falls("cvp", 1.0, "it takes from the right atrium"),
            rises("mpap", 1.0, "it delivers into the pulmonary artery"),
            rises("cardiac_output", 0.1, "the left side gets more to pump"),
            stays("pump_speed", 1e-6, "the left motor is not concerned"),
            *_LEFT_ALONE,
        ),
    )


def _positions() -> Iterable[Effect]:
    well = Condition("shock-d", "CP", "P-8")

    def placed(**where: float) -> Condition:
        return replace(well, disturbances=where)

    case = "shock-d, CP P-8"
    yield Effect(
        "inlet slightly too deep",
        f"{case}, 5 mm too deep",
        well,
        placed(inlet_depth=5.0),
        (stays(EVERYTHING, 0.0, "both windows still lie on their own sides"),),
    )
    yield Effect(
        "outlet in the valve",
        f"{case}, 20 mm too deep",
        well,
        placed(inlet_depth=20.0),
        (
            falls("pump_flow", 1.0, "the outflow is blocked"),
            falls("map", 2.0, "support is lost"),
            rises("hemolysis_rate", 4.0, "the index of hemolysis rises 6.7 times"),
            falls("motor_current", 50.0, "less flow asks for less torque"),
            stays("mitral_regurgitant_fraction", 1e-3, "the mitral valve is not touched"),
            *_LEFT_ALONE,
        ),
    )
    for name, depth, place, more in (
        (
            "both windows in the ventricle", 60.0, "60 mm too deep",
            (rises("placement_pulsatility", 20.0, "the sensor shows a ventricular waveform"),),
        ),
        (
            "both windows in the aorta", -60.0, "60 mm too shallow",
            (rises("placement_pulsatility", 5.0, "the sensor shows the pulse of the aorta"),),
        ),
    ):  # fmt: skip
        yield Effect(
            name,
            f"{case}, {place}",
            well,
            placed(inlet_depth=depth),
            (
                falls("pump_flow", 3.0, "blood goes round between the windows"),
                rises("malposition", 0.99, "no window is where it belongs"),
                falls("motor_current_pulsatility", 20.0, "no pressure difference: flat current"),
                *more,
                *_LEFT_ALONE,
            ),
        )
        seen = ("pump_speed", "motor_current", "placement_signal", "displayed_flow", "malposition",
                "motor_current_pulsatility", "placement_pulsatility", "hemolysis_rate",
                "suction_occlusion", "suction", "suction_margin", "pump_head")  # fmt: skip
        yield Effect(
            f"{name}, against none",
            f"{case}, {place}, against no pump",
            Condition("shock-d"),
            placed(inlet_depth=depth),
            (stays(CIRCULATION, 1e-5, "a pump that delivers nothing supports nothing", but=seen),),
        )
    yield Effect(
        "wall contact",
        case,
        well,
        placed(wall_contact=1.0),
        (
            rises("suction", 0.1, "the wall is sucked onto the inlet"),
            falls("suction_margin", 4.0, "suction sets in at a higher pressure"),
            falls("pump_flow", 0.5, "an occluded inlet lets less through"),
            rises("hemolysis_rate", 0.5, "blood is sheared in the narrow inlet"),
            stays("mitral_regurgitant_fraction", 1e-3, "the mitral valve is not touched"),
            *_LEFT_ALONE,
        ),
    )
    yield Effect(
        "mitral contact",
        case,
        well,
        placed(mitral_contact=1.0),
        (
            rises("suction", 0.1, "the leaflet lies over the inlet"),
            falls("pump_flow", 0.5, "an occluded inlet lets less through"),
            rises("hemolysis_rate", 1.5, "blood is sheared at the leaflet"),
            rises("mitral_regurgitant_fraction", 0.02, "the leaflet no longer closes"),
            *_LEFT_ALONE,
        ),
    )
    yield Effect(
        "position without a pump",
        "shock-d, no pump",
        Condition("shock-d"),
        Condition("shock-d", disturbances={
            "inlet_depth": 60.0, "wall_contact": 1.0, "mitral_contact": 1.0}),
        (stays(EVERYTHING, 0.0, "what is not there lies nowhere"),),
    )  # fmt: skip


_ALL = (_interaction, _around_the_heart, _rhythm, _valves, _pumps, _positions)
#: The effects within a beat, by name.
EFFECTS: Mapping[str, Effect] = {effect.name: effect for make in _ALL for effect in make()}

"""Effects of the pumps and of where they lie: what each must do, and why.

As in :mod:`experiments.studies.effects.heart`, directions and least sizes are what physiology
lets expect.

References
----------
Roberts N et al. (2020) Int J Artif Organs (index of hemolysis with an obstructed outlet). The
console's signals by position are those of the manufacturer's instructions for use.
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


def _pumps() -> Iterable[Effect]:
    on = Condition("shock-d", "CP", "P-9", parameters={"blood_volume": 3550.0})
    off = replace(on, pump={"suction_resistance": 0.0})
    occluded = ("suction", "suction_occlusion", "hemolysis_rate", "suction_margin")
    yield Effect(
        "suction",
        "shock-d with 3.55 L of blood, CP P-9",
        off,
        on,
        (
            falls("pump_flow", 0.2, "an occluded inlet lets less through"),
            rises("lvesv", 1.0, "what is not drawn stays in the ventricle"),
            falls("motor_current", 10.0, "less flow asks for less torque"),
            *UNMOVED,
        ),
        reshaped=(
            replace(off, pump={"suction_resistance": 0.0, "suction_hysteresis": 6.0}),
            replace(off, pump={"suction_resistance": 0.0, "suction_pressure": 4.0}),
        ),
        reshaped_may_move=occluded,
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
            *UNMOVED,
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
            *UNMOVED,
        ),
    )


def _positions() -> Iterable[Effect]:
    well = Condition("shock-d", "CP", "P-8")

    def placed(**where: float) -> Condition:
        return replace(well, disturbances=where)

    case = "shock-d, CP P-8"
    for word, depth in (("deep", 5.0), ("shallow", -5.0)):
        yield Effect(
            f"inlet slightly too {word}",
            f"{case}, 5 mm too {word}",
            well,
            placed(inlet_depth=depth),
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
            *UNMOVED,
        ),
    )
    for name, depth, place, more in (
        (
            "both windows in the ventricle",
            60.0,
            "60 mm too deep",
            (rises("placement_pulsatility", 20.0, "the sensor shows a ventricular waveform"),),
        ),
        (
            "both windows in the aorta",
            -60.0,
            "60 mm too shallow",
            (rises("placement_pulsatility", 5.0, "the sensor shows the pulse of the aorta"),),
        ),
    ):
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
                *UNMOVED,
            ),
        )
        of_the_pump = (
            "pump_speed",
            "motor_current",
            "placement_signal",
            "displayed_flow",
            "malposition",
            "motor_current_pulsatility",
            "placement_pulsatility",
            "hemolysis_rate",
            "suction_occlusion",
            "suction",
            "suction_margin",
            "pump_head",
        )
        yield Effect(
            f"{name}, against none",
            f"{case}, {place}, against no pump",
            Condition("shock-d"),
            placed(inlet_depth=depth),
            (
                stays(
                    CIRCULATION,
                    1e-5,
                    "a pump that delivers nothing supports nothing",
                    may_move=of_the_pump,
                ),
            ),
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
            *UNMOVED,
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
            *UNMOVED,
        ),
    )
    yield Effect(
        "position without a pump",
        "shock-d, no pump",
        Condition("shock-d"),
        Condition(
            "shock-d",
            disturbances={"inlet_depth": 60.0, "wall_contact": 1.0, "mitral_contact": 1.0},
        ),
        (
            stays(
                EVERYTHING,
                0.0,
                "what is not there lies nowhere",
                may_move=("placement_signal", "placement_pulsatility", "suction_margin"),
            ),
        ),
    )


def device_effects() -> Iterable[Effect]:
    """The effects, in the order of tables."""
    yield from _pumps()
    yield from _positions()

"""The plant as CasADi functions over symbolic states, inputs and parameters.

One set of functions serves every patient and every pump, because the parameters are symbols: a
cohort never recompiles. The functions share the vectors ``x`` and ``v`` of
:mod:`plants.plant.equations`.
"""

from __future__ import annotations

import functools
from collections.abc import Sized
from dataclasses import dataclass
from types import MappingProxyType

import casadi as ca

from plants.circulation import activation_shape, end_systolic_phase, interaction
from plants.plant import metrics as beats
from plants.plant.equations import N_VOLUMES, PHASE, STATES, VALUES, equations, held_values
from plants.plant.structures import FreeWall, Onset
from plants.quantities import SECONDS_PER_MINUTE, WAVEFORMS

#: By how much of a beat before its end a step may end it, by precision: rounding of the phase must
#: not let a beat end a step late. The sums of the beat are taken to its exact end all the same.
BEAT_SLACK = MappingProxyType({"double": 1e-6, "single": 1e-4})


@dataclass(frozen=True)
class PlantModel:
    """The plant's CasADi functions; build it with :func:`plant_model`.

    Attributes
    ----------
    derivative : Function
        ``(x, v) -> (dx/dt, waveforms, integrands)``.
    observe : Function
        ``(x, v) -> waveforms`` in the order of ``WAVEFORMS``, flows in L/min.
    slope : Function
        ``(x, v) -> (dx/dt, integrands, extremes)``: what a stage of the integrator needs.
    within_beat : Function
        ``(acc, x, after, mean, extremes, v) -> acc``: the accumulator after a step inside a beat,
        with the mean integrands of the step.
    at_beat_end : Function
        ``(acc, x, after, mean, before, later, old, new, v) -> (ended, begun)``: the accumulators
        of both beats after a step that ends one; integrands and extremes at its two ends.
    begin : Function
        ``(x, v) -> acc``, the accumulator of a beat that starts at x.
    beat_step : Function
        ``(b, v) -> b`` with ``b = [x, acc]``: one Runge-Kutta step inside a beat.
    run_step : Function
        ``(z, v) -> z`` with ``z = [x, acc, last]``: one step of any length of time; at the end of
        a beat its accumulator becomes ``last`` and a new one begins.
    metrics : Function
        ``(acc, x, v) -> metrics`` in the order of ``METRICS``.
    free_wall : Function
        ``(x, v) -> volume`` (mL) that the free wall of the left ventricle holds.
    end_systole : Function
        ``v -> phase`` at which that volume is taken as the end-systolic one.
    """

    derivative: ca.Function
    observe: ca.Function
    slope: ca.Function
    within_beat: ca.Function
    at_beat_end: ca.Function
    begin: ca.Function
    beat_step: ca.Function
    run_step: ca.Function
    metrics: ca.Function
    free_wall: ca.Function
    end_systole: ca.Function


_LAYOUTS: dict[str, Sized] = {
    **dict.fromkeys(("x", "after"), STATES),
    **dict.fromkeys(("mean", "before", "later"), beats.INTEGRALS),
    **dict.fromkeys(("extremes", "old", "new"), beats.EXTREMES),
    **dict.fromkeys(("acc", "last"), beats.ACCUMULATOR),
    "v": VALUES,
}


def _symbols(*names: str) -> list[ca.SX]:
    """Arguments of the functions by name."""
    return [ca.SX.sym(name, len(_LAYOUTS[name])) for name in names]


def _runge_kutta(x: ca.SX, v: ca.SX, derivative: ca.Function) -> tuple[ca.SX, ca.SX]:
    """One classical fourth-order step: the new state and the mean integrands of the step."""
    step = v[VALUES.index["step"]]
    k1, _, g1, _ = derivative(x, v)
    k2, _, g2, _ = derivative(x + 0.5 * step * k1, v)
    k3, _, g3, _ = derivative(x + 0.5 * step * k2, v)
    k4, _, g4, _ = derivative(x + step * k3, v)
    after = x + step / 6 * (k1 + 2 * (k2 + k3) + k4)
    # The phase moves at a constant rate. Writing it as in the last stage lets the activation of
    # that stage serve the end of the step too.
    after[PHASE] = (x + step * k3)[PHASE]
    return after, (g1 + 2 * (g2 + g3) + g4) / 6


@functools.cache
def plant_model() -> PlantModel:
    """Build the functions of the plant (once per process).

    Examples
    --------
    >>> from plants import STATES, plant_model
    >>> plant_model().observe.size1_in(0) == len(STATES)
    True
    """
    x, v = _symbols("x", "v")
    outputs = rates, waves, integrands, extremes = equations(x, v)
    names = ["rates", "waveforms", "integrands", "extremes"]
    derivative = ca.Function("derivative", [x, v], list(outputs), ["x", "v"], names)
    observe = ca.Function("observe", [x, v], [waves])
    onset = _onset(x, waves[WAVEFORMS.index("lv_pressure")])
    first = beats.begin_beat(extremes, onset, _free_wall(x, v).volume)
    within_beat, at_beat_end = _within_beat(), _at_beat_end()
    return PlantModel(
        derivative=derivative,
        observe=observe,
        slope=ca.Function("slope", [x, v], [rates, integrands, extremes], {"cse": True}),
        within_beat=within_beat,
        at_beat_end=at_beat_end,
        begin=ca.Function("begin", [x, v], [first]),
        beat_step=_beat_step(derivative, within_beat),
        run_step=_run_step(derivative, within_beat, at_beat_end),
        metrics=_metrics(),
        free_wall=ca.Function("free_wall", [x, v], [ca.densify(_free_wall(x, v).volume)]),
        end_systole=ca.Function("end_systole", [v], [_end_systole(v)]),
    )


def _period(v: ca.SX) -> ca.SX:
    held = held_values(v)
    return SECONDS_PER_MINUTE / (held.p.heart_rate * held.d.heart_rate)


def _free_wall(x_vector: ca.SX, v: ca.SX) -> FreeWall:
    """Phase and the volume (mL) that the free wall of the LV holds."""
    x = STATES.symbols(x_vector)
    shift = interaction.septum_shift(x, held_values(v).p)
    return FreeWall(phase=x.phase, volume=x.lv_volume - shift)


def _end_systole(v: ca.SX) -> ca.SX:
    return end_systolic_phase(_period(v), activation_shape(held_values(v).p))


def _onset(x_vector: ca.SX, lv_pressure: ca.SX) -> Onset:
    """What is sampled of a state in which a beat begins."""
    x = STATES.symbols(x_vector)
    return Onset(
        lv_pressure=lv_pressure,
        coronary_supply=x.coronary_supply,
        coronary_demand=x.coronary_demand,
    )


def _within_beat() -> ca.Function:
    """The accumulator after a step that ends no beat."""
    arguments = acc, x, after, mean, extremes, v = _symbols(
        "acc", "x", "after", "mean", "extremes", "v"
    )
    moved = beats.add_integrals(acc, v[VALUES.index["step"]], mean)
    moved = beats.add_extremes(moved, extremes)
    moved = beats.add_end_systole(moved, _free_wall(x, v), _free_wall(after, v), _end_systole(v))
    return ca.Function("within_beat", arguments, [moved], {"cse": True})


def _at_beat_end() -> ca.Function:
    """The accumulators of both beats after a step that ends one.

    The step is shared between the two by the phase at which the boundary is crossed.
    """
    arguments = acc, x, after, mean, before, later, old, new, v = _symbols(
        "acc", "x", "after", "mean", "before", "later", "old", "new", "v"
    )
    step = v[VALUES.index["step"]]
    share = (ca.floor(x[PHASE]) + 1 - x[PHASE]) / (after[PHASE] - x[PHASE])

    def at_boundary(first: ca.SX, second: ca.SX) -> ca.SX:
        return first + share * (second - first)

    pressure = beats.INTEGRALS.index("lv_pressure")
    ended = beats.add_integrals(acc, share * step, mean)
    begun = beats.begin_beat(
        at_boundary(old, new),
        _onset(at_boundary(x, after), at_boundary(before[pressure], later[pressure])),
        at_boundary(_free_wall(x, v).volume, _free_wall(after, v).volume),
    )
    begun = beats.add_extremes(beats.add_integrals(begun, (1 - share) * step, mean), new)
    return ca.Function("at_beat_end", arguments, [ended, begun], {"cse": True})


def _beat_step(derivative: ca.Function, within_beat: ca.Function) -> ca.Function:
    x, acc, v = _symbols("x", "acc", "v")
    after, mean = _runge_kutta(x, v, derivative)
    _, _, _, extremes = derivative(after, v)
    kept = within_beat(acc, x, after, mean, extremes, v)
    carry, moved = ca.vertcat(x, acc), ca.vertcat(after, kept)
    return ca.Function("beat_step", [carry, v], [moved], {"cse": True})


def _run_step(
    derivative: ca.Function, within_beat: ca.Function, at_beat_end: ca.Function
) -> ca.Function:
    x, acc, last, v = _symbols("x", "acc", "last", "v")
    after, mean = _runge_kutta(x, v, derivative)
    _, _, before, old = derivative(x, v)
    _, _, later, new = derivative(after, v)
    slack = BEAT_SLACK["double"]
    crosses = after[PHASE] + slack >= ca.floor(x[PHASE] + slack) + 1
    kept = within_beat(acc, x, after, mean, new, v)
    ended, begun = at_beat_end(acc, x, after, mean, before, later, old, new, v)
    both = ca.if_else(crosses, begun, kept), ca.if_else(crosses, ended, last)
    carry, moved = ca.vertcat(x, acc, last), ca.vertcat(after, *both)
    return ca.Function("run_step", [carry, v], [moved], {"cse": True})


def _metrics() -> ca.Function:
    acc, x, v = _symbols("acc", "x", "v")
    held = held_values(v)
    metrics = beats.beat_metrics(acc, held.p, held.left, held.right, held.d, ca.sum1(x[:N_VOLUMES]))
    return ca.Function("metrics", [acc, x, v], [metrics])

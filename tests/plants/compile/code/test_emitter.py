"""Emitted C beside CasADi: every operation, the time loop over lanes, and its sensitivities."""

from __future__ import annotations

import ctypes
import itertools

import casadi as ca
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plants import METRICS, STATES, BeatMap, Plant, plant_model, steady_state
from plants.beat import plant_functions, run_kernel
from plants.beat.time_loop import beat_kernel
from plants.compile import (
    BlockKernel,
    BuildError,
    InterpretedLaneFunctions,
    LaneFunctions,
    PlantKernel,
    find_compiler,
    load_library,
)
from plants.compile.code import Part, elementary_functions, emit_functions, one_lane_source
from plants.compile.code.packs import packs_text
from plants.compile.expressions import (
    CONSTANT,
    INPUT,
    OPERATIONS,
    UnsupportedOperationError,
    graph_of,
    needed,
    scheduled,
    simplified,
    with_reciprocals,
)
from plants.compile.expressions.schedule import PACKED
from plants.plant import ACCUMULATOR, PHASE, VALUES

pytestmark = pytest.mark.skipif(find_compiler() is None, reason="no C compiler here")

NAMES = {getattr(ca, key): key.lower() for key in dir(ca) if key.startswith("OP_")}
LEAST, LEAST_SINGLE = np.exp(-690.0), np.exp(-85.0)
EXTREME = np.array(
    [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        -0.5,
        2.0,
        -2.0,
        3.0,
        -3.0,
        2.5,
        -2.5,
        np.inf,
        -np.inf,
        np.nan,
        5e-324,
        -5e-324,
        1e-310,
        2.2250738585072014e-308,
        1.7976931348623157e308,
        -1.7976931348623157e308,
        800.0,
        -800.0,
        709.0,
        690.0,
        -690.0,
        1e-9,
        -1e-9,
        1e5,
        -1e5,
        85.0,
    ]
)


def random_numbers():
    rng = np.random.default_rng(0)
    sizes = 10.0 ** rng.uniform(-300, 300, 200) * rng.choice([-1, 1], 200)
    return np.concatenate([rng.normal(size=300), rng.normal(size=300) * 100, sizes])


def symbolic(number):
    """A function of one operation."""
    x, y = ca.SX.sym("x"), ca.SX.sym("y")
    if OPERATIONS[number].operands == 1:
        return ca.Function("f", [x], [ca.SX.unary(number, x)])
    return ca.Function("f", [x, y], [ca.SX.binary(number, x, y)])


def inputs_of(function, dtype):
    numbers = random_numbers()
    with np.errstate(over="ignore", under="ignore"):
        if function.n_in() == 1:
            return [np.concatenate([EXTREME, numbers]).astype(dtype)]
        pairs = np.array(list(itertools.product(EXTREME, EXTREME)))
        others = np.column_stack([numbers, np.random.default_rng(1).permutation(numbers)])
        return list(np.concatenate([pairs, others]).T.astype(dtype))


@pytest.fixture(scope="module", params=["double", "single"])
def emitted(request):
    single = request.param == "single"
    every = {NAMES[number]: symbolic(number) for number in OPERATIONS}
    return LaneFunctions(every, 8, single=single), np.float32 if single else np.float64


def known_differences(name, inputs, expected, least):
    """Where the emitted C is not CasADi's: documented in plants.compile.code.vector_math.

    Results of exp and pow below exp(-690), or exp(-85) in single precision, are held there. Powers
    are those of finite numbers: not of a negative infinite base, nor of -1, 1 or a negative base to
    an infinite exponent; and 0 has no sign, and to an exponent that is no number is infinite.
    """
    if name == "op_exp":
        return expected < least
    if name in ("op_pow", "op_constpow"):
        base, exponent = inputs
        unit = (np.abs(base) == 1) & ~np.isfinite(exponent)
        zero = (base == 0) & (np.isnan(exponent) | (exponent < 0))
        infinite = (base == -np.inf) | ((base < 0) & np.isinf(exponent))
        return (np.abs(expected) < least) | unit | zero | infinite
    return np.zeros(len(expected), bool)


@pytest.mark.parametrize("number", list(OPERATIONS), ids=lambda number: NAMES[number])
def test_an_operation_is_that_of_casadi(emitted, number):
    lanes, dtype = emitted
    function, name = symbolic(number), NAMES[number]
    inputs = inputs_of(function, dtype)
    count = len(inputs[0])
    padded = [np.concatenate([numbers, np.ones(-count % 8, dtype)]) for numbers in inputs]
    (blocks,) = lanes(name, *(numbers.reshape(-1, 1, 8) for numbers in padded))
    results = blocks.ravel()[:count]
    columns = [numbers[None, :].astype(np.float64) for numbers in inputs]
    with np.errstate(all="ignore"):
        exact = np.asarray(function.map(count)(*columns)).ravel()
        expected = exact.astype(dtype)
    least = LEAST_SINGLE if dtype == np.float32 else LEAST
    usual = ~known_differences(name, inputs, exact, least)
    assert usual.sum() > 0.3 * count
    # exp magnifies the rounding error of y log(x) by its size, up to 700 or 88.
    tolerance = {"op_pow": 400, "op_constpow": 400}.get(name, 4) * np.finfo(dtype).eps
    tiny = np.finfo(dtype).tiny
    np.testing.assert_allclose(results[usual], expected[usual], rtol=tolerance, atol=tiny)


def test_the_exponential_is_held_where_numbers_would_be_subnormal():
    x = ca.SX.sym("x")
    exp = LaneFunctions({"exp": ca.Function("f", [x], [ca.exp(x)])}, 4)
    (results,) = exp("exp", np.array([[[-690.0, -691.0, -1e5, -np.inf]]]))
    assert results.ravel() == pytest.approx([LEAST] * 4, rel=1e-15, abs=0.0)


@pytest.mark.parametrize("expression", [ca.sin, ca.erf, ca.atan])
def test_an_operation_that_is_not_known_is_refused_by_name(expression):
    x = ca.SX.sym("x")
    function = ca.Function("strange", [x], [expression(x)])
    name = expression.__name__.upper()
    with pytest.raises(UnsupportedOperationError, match=f"strange holds OP_{name}"):
        graph_of(function, ("x",))
    with pytest.raises(BuildError, match=name):
        LaneFunctions({"f": function}, 4)


def small():
    """x scaled by what is held, and a part that depends on the phase."""
    x, v = ca.SX.sym("x", 2), ca.SX.sym("v", 2)
    k = ca.vertcat(x[0] / (v[0] + v[1]), ca.exp(x[1]) / v[1] + x[0] / 3)
    return ca.Function("f", [x, v], [k])


def test_divisions_by_what_is_held_become_products():
    graph = graph_of(small(), ("x", "v"), parts={"x": {1: "phase"}})
    assert sum(node.operation == ca.OP_DIV for node in graph.nodes) == 3
    changed = with_reciprocals(graph, frozenset({"v"}))
    assert not any(node.operation == ca.OP_DIV for node in changed.nodes)
    inverses = [node for node in changed.nodes if node.operation == ca.OP_INV]
    assert [node.depends for node in inverses] == [frozenset({"v"})] * 2
    constants = {node.value for node in changed.nodes if node.operation == CONSTANT}
    assert 1 / 3 in constants
    for number, node in enumerate(changed.nodes):
        assert node.operation == INPUT or all(i < number for i in node.operands)


def test_what_is_divided_by_something_that_moves_stays():
    x, v = ca.SX.sym("x"), ca.SX.sym("v")
    graph = graph_of(ca.Function("f", [x, v], [v / x, 1 / v]), ("x", "v"))
    changed = with_reciprocals(graph, frozenset({"v"}))
    assert sum(node.operation == ca.OP_INV for node in changed.nodes) >= 1
    assert sum(node.operation == ca.OP_DIV for node in changed.nodes) == 1


def test_only_what_is_needed_is_computed():
    graph = graph_of(small(), ("x", "v"))
    first = graph.outputs[0][0]
    used = needed(graph, [first])
    assert used == sorted(used)
    assert not any(graph.nodes[i].operation == ca.OP_EXP for i in used)


def test_equal_operations_are_one_and_squares_have_no_sign():
    x, y = ca.SX.sym("x"), ca.SX.sym("y")
    graph = graph_of(ca.Function("f", [x, y], [(x - y) ** 2 + (y - x) ** 2]), ("x", "y"))
    assert sum(node.operation == ca.OP_SQ for node in graph.nodes) == 1


def test_parts_hold_what_they_may():
    graph = with_reciprocals(
        graph_of(small(), ("x", "v"), parts={"x": {1: "phase"}}), frozenset({"v"})
    )
    parts = [
        Part("held", frozenset({"v"})),
        Part("beat", frozenset({"v", "phase"})),
        Part("whole", frozenset({"v", "phase", "x"})),
    ]
    text = emit_functions(graph, parts, ("k",))
    assert text.sizes == {"held": 2, "beat": 1}
    held, beat, whole = text.source.split("static void")[1:]
    assert "exp" not in held + whole
    assert "ik_exp(x[1 * W + w])" in beat
    assert "/" not in whole
    assert (
        emit_functions(graph, parts, ("k",), without=("k",), only_last="nothing").source.count("=")
        < 4
    )


HELD = frozenset({"v"})


@st.composite
def expressions(draw):
    """A function of x and v from sums, products, powers and roots, all in each other."""
    x, v = ca.SX.sym("x", 2), ca.SX.sym("v", 2)
    terms = [*ca.vertsplit(x), *ca.vertsplit(v), ca.SX(0.5), ca.SX(-3.0)]
    for _ in range(draw(st.integers(4, 30))):
        a, b = (terms[draw(st.integers(0, len(terms) - 1))] for _ in range(2))
        kind = draw(st.sampled_from(["+", "-", "*", "/", "neg", "root", "power", "exp"]))
        terms.append(
            {
                "+": lambda a=a, b=b: a + b,
                "-": lambda a=a, b=b: a - b,
                "*": lambda a=a, b=b: a * b,
                "/": lambda a=a, b=b: a / (2.0 + b * b),
                "neg": lambda a=a: -a,
                "root": lambda a=a: ca.sqrt(0.1 + a * a),
                "power": lambda a=a: (0.7 * ca.sqrt(1.0 + a * a)) ** 1.9,
                "exp": lambda a=a: ca.exp(-ca.sqrt(1.0 + a * a)),
            }[kind]()
        )
        # Kept small, so that rounding errors are not magnified.
        terms[-1] = terms[-1] / ca.sqrt(1.0 + terms[-1] ** 2 * 0.01)
    return ca.Function("f", [x, v], [ca.vertcat(*terms[-3:])], {"cse": True})


def value_of(graph, inputs):
    """Outputs of a graph, each operation by CasADi."""
    values = []
    for node in graph.nodes:
        if node.operation == INPUT:
            values.append(inputs[node.operands[0]][node.operands[1]])
        elif node.operation == CONSTANT:
            values.append(node.value)
        else:
            operands = [float(values[i]) for i in node.operands]
            values.append(float(symbolic(node.operation)(*operands)))
    return np.array([values[i] for i in graph.outputs[0]])


@settings(max_examples=15, deadline=None)
@given(expressions(), st.integers(0, 2**32 - 1))
def test_a_simplified_graph_gives_the_same(function, seed):
    rng = np.random.default_rng(seed)
    graph = with_reciprocals(graph_of(function, ("x", "v")), HELD)
    simpler = simplified(graph, (HELD,))
    inputs = rng.uniform(-2, 2, 2), rng.uniform(0.5, 2, 2)
    expected = value_of(graph, inputs)
    np.testing.assert_allclose(value_of(simpler, inputs), expected, rtol=1e-11, atol=1e-11)
    for number, node in enumerate(simpler.nodes):
        if node.operation not in (INPUT, CONSTANT):
            assert all(i < number for i in node.operands)
            # Held arrays have a slot for each lane; what depends on nothing would have one for all.
            assert any(simpler.nodes[i].operation != CONSTANT for i in node.operands)


def test_a_simplified_graph_has_fewer_operations():
    x, v = ca.SX.sym("x"), ca.SX.sym("v", 2)
    a, b = x - v[0], v[0] - x
    powers = (2.5 * x * v[1]) ** 1.9 * (3.0 * x * v[1]) ** 21.9
    function = ca.Function("f", [x, v], [a * ca.sqrt(1 + b * b) - 0.5 * (v[1] * b) + powers])
    graph = graph_of(function, ("x", "v"))
    simpler = simplified(graph, (HELD,))
    kinds = [simpler.nodes[i].operation for i in needed(simpler, simpler.outputs[0])]
    assert kinds.count(ca.OP_SUB) == 1  # a and b
    assert ca.OP_NEG not in kinds
    bases = {node.operands[0] for node in simpler.nodes if node.operation == ca.OP_CONSTPOW}
    assert len(bases) == 1
    # Half of v[1] is multiplied by x - v[0], which changes, last.
    half = [n for n in simpler.nodes if n.operation == ca.OP_MUL and n.depends == HELD]
    assert any(simpler.nodes[n.operands[0]].value == 0.5 for n in half)


@settings(max_examples=15, deadline=None)
@given(expressions(), st.booleans())
def test_a_schedule_has_every_operation_after_its_operands(function, packed):
    graph = graph_of(function, ("x", "v"))
    body = [i for i in needed(graph, graph.outputs[0]) if graph.nodes[i].operation >= 0]
    done: set[int] = set()
    for row in scheduled(graph, body, packed=packed):
        for number in row:
            assert all(
                i in done or graph.nodes[i].operation < 0 for i in graph.nodes[number].operands
            )
        assert len(row) == 1 or {graph.nodes[i].operation for i in row} < PACKED | {None}
        assert len({graph.nodes[i].operation for i in row}) == 1
        assert not done & set(row)
        done.update(row)
    assert done == set(body)


def test_what_the_longest_chain_waits_for_comes_first():
    x = ca.SX.sym("x", 4)
    late = ca.sqrt(ca.sqrt(1 + ca.exp(x[3])))
    function = ca.Function("f", [x], [x[0] * x[1] + x[2] + late])
    graph = graph_of(function, ("x",))
    body = [i for i in needed(graph, graph.outputs[0]) if graph.nodes[i].operation >= 0]
    order = [graph.nodes[row[0]].operation for row in scheduled(graph, body)]
    assert order[0] == ca.OP_EXP
    assert order.index(ca.OP_MUL) > order.index(ca.OP_SQRT)


@pytest.mark.parametrize("plain", [False, True], ids=["vectors", "arrays"])
@pytest.mark.parametrize("single", [False, True], ids=["double", "single"])
def test_packs_are_the_functions_they_stand_for(single, plain):
    head = (
        ("#define IK_PLAIN\n" if plain else "") + elementary_functions(single=single) + packs_text()
    )
    loop = """
void pack(const real *x, long n, real *out) {
  long i;
  for (i = 0; i < n; i += 4, x += 4, out += 16) {
    IK_EXP4(p, x[0], x[1], x[2], x[3]);
    IK_SQRT4(q, x[0], x[1], x[2], x[3]);
    IK_EXP2(r, x[0], x[1]);
    IK_SQRT2(s, x[2], x[3]);
    int k;
    for (k = 0; k < 4; ++k) { out[k] = p[k]; out[4 + k] = q[k]; }
    for (k = 0; k < 2; ++k) { out[8 + k] = r[k]; out[10 + k] = s[k]; }
    for (k = 0; k < 4; ++k) out[12 + k] = ik_exp(x[k]);
  }
}
"""
    dtype = np.float32 if single else np.float64
    with np.errstate(over="ignore"):
        numbers = np.concatenate([EXTREME, random_numbers()])[:828].astype(dtype)
    out = np.empty((len(numbers) // 4, 16), dtype)
    call = load_library(head + loop).pack
    call.argtypes, call.restype = [ctypes.c_void_p, ctypes.c_long, ctypes.c_void_p], None
    call(numbers.ctypes.data, len(numbers), out.ctypes.data)
    four = numbers.reshape(-1, 4)
    with np.errstate(all="ignore"):
        roots = np.sqrt(four)
    # The compiler may contract sums and products differently.
    near = {"rtol": 4 * np.finfo(dtype).eps, "atol": 0.0}
    np.testing.assert_allclose(out[:, :4], out[:, 12:], **near)
    np.testing.assert_array_equal(out[:, 4:8], roots)
    np.testing.assert_allclose(out[:, 8:10], out[:, 12:14], **near)
    np.testing.assert_array_equal(out[:, 10:12], roots[:, 2:])


def test_lanes_are_those_of_the_virtual_machine():
    model, rng = plant_model(), np.random.default_rng(0)
    every = {"begin": model.begin, "metrics": model.metrics, "observe": model.observe}
    state, values = rng.uniform(1, 2, (3, len(STATES), 4)), rng.uniform(1, 2, (3, len(VALUES), 4))
    acc = rng.uniform(1, 2, (3, len(ACCUMULATOR), 4))
    carry = np.concatenate([state, acc], axis=1)  # the functions take parts of it
    inputs = {
        "begin": (carry[:, : len(STATES)], values),
        "metrics": (carry[:, len(STATES) :], carry[:, : len(STATES)], values),
        "observe": (carry[:, : len(STATES)], values),
    }
    emitted, interpreted = LaneFunctions(every, 4), InterpretedLaneFunctions(every)
    for name, arrays in inputs.items():
        (ours,), (other,) = emitted(name, *arrays), interpreted(name, *arrays)
        np.testing.assert_allclose(ours, other, rtol=1e-12, atol=1e-12)
    with pytest.raises(ValueError, match="blocks of lanes"):
        emitted("observe", state[:, :, ::2], values)
    with pytest.raises(ValueError, match="blocks of lanes"):
        emitted("observe", state.astype(np.float32), values)


CASES = [
    ("shock-d", "CP", 44_000),
    ("healthy", None, 0),
    ("shock-c", "5.5", 30_000),
    ("rv-failure", "CP", 37_000),
    ("shock-e", "2.5", 40_000),
]


def starts(cases=CASES, factors=None):
    """What each of the cases carries at the onset of a beat, and its held values."""
    carries, values = [], []
    for k, (patient, device, speed) in enumerate(cases):
        plant = Plant(patient, device)
        state = steady_state(plant, speed).state
        held = plant.values(0.9 * speed, {"systemic_resistance": 1.2}, 0.002 - 1e-4 * (k % 3))
        acc = np.asarray(plant_model().begin(state, held)).ravel()
        carries.append(np.concatenate([state, acc, acc]))
        values.append(held)
    return np.array(carries), np.array(values)


def in_blocks(rows, width, dtype=np.float64):
    """(lanes, n) as (blocks, n, width); the last lane fills the last block up."""
    padded = rows[np.minimum(np.arange(-(-len(rows) // width) * width), len(rows) - 1)]
    return np.ascontiguousarray(
        padded.reshape(-1, width, rows.shape[1]).transpose(0, 2, 1).astype(dtype)
    )


def from_blocks(array, count):
    return array.transpose(0, 2, 1).reshape(-1, array.shape[1])[:count]


def advanced(width, steps, *, right=False, single=False, carries=None, values=None):
    """What the cases carry after so many steps each of a block."""
    carry, held = starts() if carries is None else (carries, values)
    block = BlockKernel(plant_functions(right), width, single=single)
    array, count = in_blocks(carry, width, block.dtype), len(carry)
    each = in_blocks(np.broadcast_to(steps, count)[:, None], width, np.int64)[:, 0]
    block.run(array, in_blocks(held, width, block.dtype), np.ascontiguousarray(each), wrap=True)
    return from_blocks(array, count)


def on_the_virtual_machine(steps):
    carry, held = starts()
    kernel = run_kernel("virtual-machine")
    for row, values, count in zip(carry, held, np.broadcast_to(steps, len(carry)), strict=True):
        if count:
            kernel.run(row, values, int(count))
    return carry


def relative_difference(ours, other):
    # Flows through closed valves are differences of large numbers: their scale is 1 mL.
    return np.max(np.abs(ours - other) / np.maximum(1.0, np.abs(other)))


@pytest.mark.parametrize("steps", [1, 286, 900, [0, 1, 286, 700, 900]], ids=str)
@pytest.mark.parametrize("width", [1, 4])
def test_a_block_is_the_virtual_machine(width, steps):
    """Over several beats: 286 steps end the first beat of one of the cases, 900 that of all."""
    expected = on_the_virtual_machine(steps)
    after = advanced(width, steps)
    if np.max(steps) == 900:
        assert (np.floor(expected[:, PHASE]).max()) >= 3
    assert relative_difference(after, expected) < 1e-12


@pytest.mark.parametrize("right", [False, True])
def test_the_loop_of_one_plant_is_that_of_lanes(right):
    """Over any number of steps; what it computes ahead or later ends with the call."""
    for steps in (0, 1, 2, 3, 4, 5, 9, 286, 900):
        assert (
            relative_difference(advanced(1, steps, right=right), advanced(8, steps, right=right))
            < 1e-12
        )


def test_the_loop_of_one_plant_goes_on_where_it_ended():
    carry, held = starts(CASES[:1])
    whole, parts = carry.copy(), carry.copy()
    kernel = PlantKernel(plant_functions(False), wrap=True)
    kernel.run(whole[0], held[0], 430)
    for steps in (1, 2, 5, 300, 122):
        kernel.run(parts[0], held[0], steps)
    assert relative_difference(parts, whole) < 1e-12


def test_the_loop_of_one_plant_needs_no_vector_types():
    carry, held = starts(CASES[:2])
    source = "#define IK_PLAIN\n" + one_lane_source(plant_functions(False))
    call = load_library(source).impellab_blocks
    long, pointer = ctypes.c_long, ctypes.c_void_p
    call.argtypes = [pointer] * 4 + [long, long, long, pointer, long, ctypes.c_int]
    after, steps = carry.copy(), np.full(2, 500, dtype=np.int64)
    call(
        after.ctypes.data,
        np.ascontiguousarray(held).ctypes.data,
        steps.ctypes.data,
        steps.ctypes.data,
        2,
        after.shape[1],
        0,
        None,
        0,
        1,
    )
    assert relative_difference(after, advanced(8, 500, carries=carry, values=held)) < 1e-12


def test_with_and_without_a_right_pump_are_equal():
    """The equations without it are those with it when it is absent."""
    assert relative_difference(advanced(4, 900, right=True), advanced(4, 900)) < 1e-12


def test_single_precision_is_close():
    after, expected = advanced(8, 500, single=True), advanced(8, 500)
    states = len(STATES)
    assert after.dtype == np.float32
    scale = np.maximum(10.0, np.abs(expected[:, :states]))
    assert np.max(np.abs(after[:, :states] - expected[:, :states]) / scale) < 1e-4


def test_a_lane_that_is_no_number_leaves_the_others_bit_identical():
    carries, values = starts()
    expected = advanced(8, 700)
    for place, row in ((2, 0), (0, 9)):
        spoiled = carries.copy()
        spoiled[place, row] = np.nan
        after = advanced(8, 700, carries=spoiled, values=values)
        others = [k for k in range(len(CASES)) if k != place]
        assert np.array_equal(after[others], expected[others])
        assert np.isnan(after[place]).any()


def test_signals_are_recorded_at_their_steps():
    carry, held = starts(CASES[:1])
    logs = []
    for backend in ("compiled", "virtual-machine"):
        row = carry[0].copy()
        logs.append(run_kernel(backend).run(row, held[0], 400, 7))
    assert logs[0].shape == logs[1].shape == (58, plant_model().observe.size1_out(0))
    assert relative_difference(logs[0], logs[1]) < 1e-12


def seeds(rng, held, count=5):
    d_carry = rng.normal(size=(count, len(STATES) + len(ACCUMULATOR)))
    d_values = rng.normal(size=(count, len(held))) * 1e-3 * np.abs(held)
    # A pump that is not there has no effect, and the emitted equations none of its directions.
    d_carry[:, [i for i, name in enumerate(STATES.names) if name.startswith("right_")]] = 0.0
    d_values[:, [i for i, name in enumerate(VALUES.names) if name.startswith("right_")]] = 0.0
    return d_carry, d_values


def test_sensitivities_are_those_of_the_virtual_machine():
    plant = Plant("shock-d", "CP")
    held = BeatMap(plant).values(40_000)
    state = steady_state(plant, 44_000).state
    acc = np.asarray(plant_model().begin(state, held)).ravel()
    d_carry, d_values = seeds(np.random.default_rng(0), held)
    ends, directions = [], []
    for kernel in (PlantKernel(plant_functions(False), wrap=False), beat_kernel("virtual-machine")):
        carry, moved = np.concatenate([state, acc]), d_carry.copy()
        kernel.tangent(carry, held, 120, moved, d_values)
        ends.append(carry)
        directions.append(moved)
    assert relative_difference(*ends) < 1e-12
    scale = np.maximum(1.0, np.abs(directions[1]).max(axis=1, keepdims=True))
    assert np.max(np.abs(directions[0] - directions[1]) / scale) < 1e-12


def test_sensitivities_are_the_slope_of_finite_differences():
    plant = Plant("shock-c", "CP")
    beats = BeatMap(plant)
    state, values = steady_state(plant, 40_000).state, beats.values(42_000)
    rng = np.random.default_rng(1)
    d_state = rng.normal(size=(1, len(STATES)))
    d_state[:, PHASE] = 0.0
    d_values = np.zeros((1, len(values)))
    d_values[0, VALUES.index["speed_command"]] = 1000.0
    d_values[0, VALUES.index["r_systemic"]] = 0.1
    exact = beats.beat(state, values, d_state, d_values)
    h = 1e-5
    up, down = (beats.beat(state + s * d_state[0], values + s * d_values[0]) for s in (h, -h))
    slope = (up.state - down.state) / (2 * h)
    assert exact.d_state[0] == pytest.approx(slope, rel=1e-5, abs=1e-5)
    smooth = METRICS.index["map"], METRICS.index["cardiac_output"], METRICS.index["stroke_work"]
    for row in smooth:
        slope = (up.metrics[row] - down.metrics[row]) / (2 * h)
        assert exact.d_metrics[0, row] == pytest.approx(slope, rel=1e-5, abs=1e-6)

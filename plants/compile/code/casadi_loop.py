"""C source of a kernel: CasADi's generated step and a loop around it."""

from __future__ import annotations

import casadi as ca

from plants.compile.code.template import filled

# The loops run whole stretches of time inside C, so that no Python runs per integration step.
# `values` are held over the stretch; `carry` is updated in place.
# Static: an exported `step` would be bound to the C library's own function of that name.
_HEAD = "#define CASADI_SYMBOL_EXPORT static\n"


def casadi_loop_source(step: ca.Function, observe: ca.Function, tangent: ca.Function | None) -> str:
    """Self-contained C99 of the kernel: the generated functions and the loops around them."""
    renamed = [_renamed(step, "step"), _renamed(observe, "observe")]
    if tangent is not None:
        renamed.append(_renamed(tangent, "tangent"))
    generator = ca.CodeGenerator("kernel.c", {"with_header": False, "casadi_int": "long"})
    for function in renamed:
        generator.add(function)
    sizes = {
        "n_carry": step.size1_in(0),
        "n_state": observe.size1_in(0),
        "n_out": observe.size1_out(0),
        "n_values": step.size1_in(1),
        "size_w": max(f.sz_w() for f in renamed) + 1,
        "size_iw": max(f.sz_iw() for f in renamed) + 1,
        "size_arg": max(f.sz_arg() for f in renamed) + 1,
        "size_res": max(f.sz_res() for f in renamed) + 1,
    }
    source = _HEAD + generator.dump() + filled("casadi_loop.c", **sizes)
    return source + filled("casadi_tangent.c", **sizes) if tangent is not None else source


def _renamed(function: ca.Function, name: str) -> ca.Function:
    """The same function under the name that the loops call."""
    inputs = [ca.SX.sym(f"i{k}", function.size1_in(k)) for k in range(function.n_in())]
    return ca.Function(name, inputs, [function(*inputs)], {"cse": True})

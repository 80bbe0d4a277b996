"""C source of a kernel: CasADi's generated step and a loop around it."""

from __future__ import annotations

import casadi as ca

# The loops run whole stretches of time inside C, so that no Python runs per integration step.
# `values` are held over the stretch; `carry` is updated in place.
# Static: an exported `step` would be bound to the C library's own function of that name.
_HEAD = "#define CASADI_SYMBOL_EXPORT static\n"
_RUN = """
#include <string.h>
#define N_CARRY {n_carry}
#define N_STATE {n_state}
#define N_OUT {n_out}
#define N_VALUES {n_values}

/* Advance `carry` by n steps; every `stride` steps (0: never) a row of signals goes to `log`. */
int impellab_run(double *carry, const double *values, long n, long stride, double *log) {{
  double w[{sz_w}], next[N_CARRY];
  casadi_int iw[{sz_iw}];
  const double *arg[{sz_arg}];
  double *res[{sz_res}];
  long i, row = 0;
  for (i = 0; i < n; ++i) {{
    if (stride > 0 && i % stride == 0) {{
      arg[0] = carry; arg[1] = values; res[0] = log + (row++) * N_OUT;
      if (observe(arg, res, iw, w, 0)) return 1;
    }}
    arg[0] = carry; arg[1] = values; res[0] = next;
    if (step(arg, res, iw, w, 0)) return 1;
    memcpy(carry, next, sizeof(next));
  }}
  return 0;
}}
"""

_RUN_TANGENT = """
/* The same, with m directional derivatives: row j of `d_carry` is moved along with row j of
   `d_values`. */
int impellab_tangent(double *carry, const double *values, long n, long m,
                     double *d_carry, const double *d_values) {{
  double w[{sz_w}], next[N_CARRY];
  casadi_int iw[{sz_iw}];
  const double *arg[{sz_arg}];
  double *res[{sz_res}];
  long i, j;
  for (i = 0; i < n; ++i) {{
    for (j = 0; j < m; ++j) {{
      arg[0] = carry; arg[1] = values; arg[2] = d_carry + j * N_CARRY;
      arg[3] = d_values + j * N_VALUES; res[0] = next;
      if (tangent(arg, res, iw, w, 0)) return 1;
      memcpy(d_carry + j * N_CARRY, next, sizeof(next));
    }}
    arg[0] = carry; arg[1] = values; res[0] = next;
    if (step(arg, res, iw, w, 0)) return 1;
    memcpy(carry, next, sizeof(next));
  }}
  return 0;
}}
"""


def tangent_of(step: ca.Function) -> ca.Function:
    """``(carry, values, d_carry, d_values) -> d_carry``: one directional derivative of a step."""
    carry, values = ca.SX.sym("c", step.size1_in(0)), ca.SX.sym("v", step.size1_in(1))
    d_carry, d_values = ca.SX.sym("dc", step.size1_in(0)), ca.SX.sym("dv", step.size1_in(1))
    moved = ca.jtimes(step(carry, values), ca.vertcat(carry, values), ca.vertcat(d_carry, d_values))
    return ca.Function("tangent", [carry, values, d_carry, d_values], [moved], {"cse": True})


def c_source(step: ca.Function, observe: ca.Function, tangent: ca.Function | None) -> str:
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
        "sz_w": max(f.sz_w() for f in renamed) + 1,
        "sz_iw": max(f.sz_iw() for f in renamed) + 1,
        "sz_arg": max(f.sz_arg() for f in renamed) + 1,
        "sz_res": max(f.sz_res() for f in renamed) + 1,
    }
    source = _HEAD + generator.dump() + _RUN.format(**sizes)
    return source + _RUN_TANGENT.format(**sizes) if tangent is not None else source


def _renamed(function: ca.Function, name: str) -> ca.Function:
    """The same function under the name that the loops call."""
    inputs = [ca.SX.sym(f"i{k}", function.size1_in(k)) for k in range(function.n_in())]
    return ca.Function(name, inputs, [function(*inputs)], {"cse": True})

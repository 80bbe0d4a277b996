"""A graph of scalar operations as the text of a Python function.

The same text serves every library whose functions go by these names: what is called ``where`` or
``fmin`` in it is looked up in the namespace that it is run in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import casadi as ca

from plants.compile.graph import CONSTANT, INPUT, Graph, needed

#: By CasADi's number; the operands stand for {a} and {b}. Names are those of NumPy where there is
#: one; ``less`` and its like give 1.0 or 0.0.
PYTHON: Mapping[int, str] = {
    ca.OP_ASSIGN: "{a}",
    ca.OP_ADD: "{a} + {b}",
    ca.OP_SUB: "{a} - {b}",
    ca.OP_MUL: "{a} * {b}",
    ca.OP_DIV: "{a} / {b}",
    ca.OP_NEG: "-{a}",
    ca.OP_INV: "1.0 / {a}",
    ca.OP_SQ: "{a} * {a}",
    ca.OP_TWICE: "{a} + {a}",
    ca.OP_SQRT: "sqrt({a})",
    ca.OP_EXP: "exp({a})",
    ca.OP_LOG: "log({a})",
    ca.OP_POW: "{a} ** {b}",
    ca.OP_CONSTPOW: "{a} ** {b}",
    ca.OP_TANH: "tanh({a})",
    ca.OP_FLOOR: "floor({a})",
    ca.OP_CEIL: "-floor(-{a})",
    ca.OP_FABS: "abs({a})",
    ca.OP_SIGN: "sign({a})",
    ca.OP_FMIN: "fmin({a}, {b})",
    ca.OP_FMAX: "fmax({a}, {b})",
    ca.OP_LT: "where({a} < {b}, 1.0, 0.0)",
    ca.OP_LE: "where({a} <= {b}, 1.0, 0.0)",
    ca.OP_EQ: "where({a} == {b}, 1.0, 0.0)",
    ca.OP_NE: "where({a} != {b}, 1.0, 0.0)",
    ca.OP_NOT: "where({a} == 0.0, 1.0, 0.0)",
    ca.OP_AND: "where(({a} != 0.0) & ({b} != 0.0), 1.0, 0.0)",
    ca.OP_OR: "where(({a} != 0.0) | ({b} != 0.0), 1.0, 0.0)",
    ca.OP_IF_ELSE_ZERO: "where({a} != 0.0, {b}, 0.0)",
}

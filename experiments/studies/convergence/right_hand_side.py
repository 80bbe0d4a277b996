"""The plant's differential equation for general-purpose solvers, compiled."""

from __future__ import annotations

import ctypes

import casadi as ca
import numpy as np

from plants import STATES, plant_model
from plants.compile import BuildError, load_library
from plants.plant import INTEGRALS, VALUES
from plants.quantities import Array

_CALL = """
int impellab_rhs(const double *y, const double *v, double *dy) {
  double w[SZ_W];
  casadi_int iw[SZ_IW];
  const double *arg[SZ_ARG];
  double *res[SZ_RES];
  arg[0] = y; arg[1] = v; res[0] = dy;
  return rhs(arg, res, iw, w, 0);
}
"""


def rhs_function(*, integrals: bool) -> ca.Function:
    """``(y, v) -> dy/dt``, where y is the state, with the beat's integrals behind it if wanted."""
    extra = len(INTEGRALS) if integrals else 0
    y, v = ca.SX.sym("y", len(STATES) + extra), ca.SX.sym("v", len(VALUES))
    rates, _, integrands, _ = plant_model().derivative(y[: len(STATES)], v)
    out = ca.vertcat(rates, integrands) if integrals else rates
    return ca.Function("rhs", [y, v], [out], {"cse": True})


class RightHandSide:
    """``f(t, y) -> dy/dt`` as C, called through ctypes; by CasADi where there is no C compiler.

    Parameters
    ----------
    values : ndarray
        The held values of the plant; see :meth:`plants.Plant.values`.
    integrals : bool
        Whether the integrals of a beat are states too.
    compiled : bool
        Whether it should run as C.

    Attributes
    ----------
    size : int
        Number of states.
    compiled : bool
        Whether it runs as C.

    Examples
    --------
    >>> from experiments.studies.convergence import RightHandSide
    >>> from plants import Plant
    >>> plant = Plant("shock-d", "CP")
    >>> RightHandSide(plant.values(44_000, None, 0.002))(0.0, plant.rest()).shape
    (21,)
    """

    def __init__(self, values: Array, *, integrals: bool = False, compiled: bool = True):
        self._function = rhs_function(integrals=integrals)
        self.size = self._function.size1_in(0)
        self._values = np.ascontiguousarray(values)
        self._pointer = self._values.ctypes.data
        if not compiled:
            self.compiled = False
            return
        try:
            self._library = load_library(_source(self._function))
        except BuildError:
            self.compiled = False
            return
        self.compiled = True
        self._call = self._library.impellab_rhs
        self._call.argtypes = [ctypes.c_void_p] * 3

    def __call__(self, _: float, y: Array) -> Array:
        """The derivative at a state; the plant does not depend on the time otherwise."""
        if not self.compiled:
            return np.asarray(self._function(y, self._values)).ravel()
        y = np.ascontiguousarray(y)
        out = np.empty(self.size)
        self._call(y.ctypes.data, self._pointer, out.ctypes.data)
        return out


def _source(function: ca.Function) -> str:
    generator = ca.CodeGenerator("rhs.c", {"with_header": False, "casadi_int": "long"})
    generator.add(function)
    sizes = {
        "SZ_W": function.sz_w() + 1,
        "SZ_IW": function.sz_iw() + 1,
        "SZ_ARG": function.sz_arg() + 1,
        "SZ_RES": function.sz_res() + 1,
    }
    defined = "".join(f"#define {name} {size}\n" for name, size in sizes.items())
    hidden = "#define CASADI_SYMBOL_EXPORT static\n"
    return hidden + generator.dump() + defined + _CALL

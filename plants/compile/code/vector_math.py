"""C text of the functions that SIMD lanes need: exp, log, pow and tanh without branches.

Plain C99 that any compiler turns into vector code: no intrinsics and no vector library. The
logarithm splits off the exponent by its bits and sums the series of artanh; the exponential
reduces by multiples of log 2 and sums a polynomial: in double precision a Chebyshev fit of
(exp(r) - 1 - r) / r^2 in pairs of terms, which keeps the lanes busy. Double exp and log are within
about one unit in the last place over their range.

References
----------
Muller JM (2016) Elementary Functions, 3rd ed. (argument reduction, polynomial evaluation).
"""

from __future__ import annotations

from plants.compile.code.template import filled


def elementary_functions(*, single: bool = False) -> str:
    """The type ``real`` of double or single precision, and its functions ``ik_exp``, ``ik_log``,
    ``ik_pow``, ``ik_tanh``, ``ik_min`` and ``ik_max``."""
    precision = "single" if single else "double"
    return filled(f"vector_math_{precision}.h") + filled("vector_math_shared.h")

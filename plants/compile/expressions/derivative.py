"""Directional derivatives of CasADi functions, as functions."""

from __future__ import annotations

import casadi as ca


def directional_derivative(function: ca.Function) -> ca.Function:
    """The derivative of a function along a direction of each of its inputs.

    Parameters
    ----------
    function : Function
        Of columns, made from SX expressions.

    Returns
    -------
    Function
        Takes the inputs, then a direction of each; gives the derivative of each output.

    Examples
    --------
    >>> import casadi as ca
    >>> from plants.compile.expressions import directional_derivative
    >>> x = ca.SX.sym("x")
    >>> square = ca.Function("square", [x], [x**2])
    >>> float(directional_derivative(square)(3.0, 1.0))
    6.0
    """
    count = function.n_in()
    inputs = [ca.SX.sym(f"i{k}", function.size1_in(k)) for k in range(count)]
    directions = [ca.SX.sym(f"s{k}", function.size1_in(k)) for k in range(count)]
    result = function(*inputs)
    outputs = [result] if function.n_out() == 1 else list(result)
    point, direction = ca.vertcat(*inputs), ca.vertcat(*directions)
    derivatives = [ca.jtimes(output, point, direction) for output in outputs]
    name = f"d_{function.name()}"
    return ca.Function(name, [*inputs, *directions], derivatives, {"cse": True})

"""C of whole functions over blocks of lanes."""

from __future__ import annotations

from collections.abc import Mapping

import casadi as ca

from plants.compile.code.emitter import Part, emit_functions
from plants.compile.code.template import filled
from plants.compile.code.vector_math import elementary_functions
from plants.compile.expressions import graph_of


def lanes_source(functions: Mapping[str, ca.Function], width: int, *, single: bool = False) -> str:
    """Self-contained C99 of functions over lanes.

    Parameters
    ----------
    functions : mapping of str to Function
        Functions of dense vectors made from SX expressions, by a name that C allows.
    width : int
        Lanes of a block.
    single : bool
        Single instead of double precision.

    Raises
    ------
    UnsupportedOperationError
        A function holds an operation that cannot be emitted.
    """
    texts = [f"#define WIDTH {width}\n" + elementary_functions(single=single)]
    for name, function in functions.items():
        ins = tuple(f"i{k}" for k in range(function.n_in()))
        outs = tuple(f"o{k}" for k in range(function.n_out()))
        graph = graph_of(function, ins)
        texts.append(emit_functions(graph, [Part(name, frozenset(ins))], outs).source)
        arguments = [f"in[{k}] + b * in_stride[{k}]" for k in range(len(ins))]
        arguments += [f"out[{k}] + b * out_stride[{k}]" for k in range(len(outs))]
        texts.append(filled("lane_function.c", name=name, arguments=", ".join(arguments)))
    return "\n".join(texts)

"""C text of exponentials side by side in one register, for code that has no lanes.

``IK_EXP4(p, a, b, c, d)`` declares p, whose entries ``p[0]`` to ``p[3]`` are theirs. Where the
compiler knows vector types (GCC, Clang and what is made from them) p is one; elsewhere an array.
"""

from __future__ import annotations

from plants.compile.code.template import filled

WIDTHS = (2, 4)


def packs_text() -> str:
    """The macros of all widths; to follow the text of :mod:`~plants.compile.code.vector_math`."""
    vectors = "".join(_macros("packs_vector.h", width) for width in WIDTHS)
    arrays = "".join(_macros("packs_array.h", width) for width in WIDTHS)
    return f"\n#if defined(__GNUC__) && !defined(IK_PLAIN){vectors}#else{arrays}#endif\n"


def _macros(template: str, width: int) -> str:
    arguments = [f"a{k}" for k in range(width)]
    return filled(
        template,
        width=width,
        arguments=", ".join(arguments),
        exponentials=", ".join(f"ik_exp({argument})" for argument in arguments),
    )

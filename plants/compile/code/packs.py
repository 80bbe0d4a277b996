"""C text of operations side by side in one register, for code that has no lanes.

``IK_SQRT4(p, a, b, c, d)`` declares p, whose entries ``p[0]`` to ``p[3]`` are the roots. Where the
compiler knows vector types (GCC, Clang and what is made from them) p is one; elsewhere an array.
"""

from __future__ import annotations

WIDTHS = (2, 4)

_VECTORS = r"""
typedef real ik_pack@ __attribute__((vector_size(@ * sizeof(real))));
typedef ik_int ik_ints@ __attribute__((vector_size(@ * sizeof(real))));
typedef ik_word ik_words@ __attribute__((vector_size(@ * sizeof(real))));
IK_INLINE ik_pack@ ik_pick@(ik_ints@ where, ik_pack@ yes, ik_pack@ no) {
  return (ik_pack@)((where & (ik_ints@)yes) | (~where & (ik_ints@)no));
}
IK_EXP_TEXT(ik_exp@, ik_pack@, ik_words@, ik_pick@)
/* There is no root of a vector type in C; the compiler makes one of the loop. */
IK_INLINE ik_pack@ ik_sqrt@(ik_pack@ x) {
  real entries[@];
  int i;
  memcpy(entries, &x, sizeof entries);
  _Pragma("omp simd")
  for (i = 0; i < @; ++i) entries[i] = SQRT(entries[i]);
  memcpy(&x, entries, sizeof entries);
  return x;
}
#define IK_EXP@(p, $A) const ik_pack@ p = ik_exp@((ik_pack@){$A})
#define IK_SQRT@(p, $A) const ik_pack@ p = ik_sqrt@((ik_pack@){$A})
"""

_ARRAYS = r"""
#define IK_EXP@(p, $A) const real p[@] = {$EXP}
#define IK_SQRT@(p, $A) const real p[@] = {$SQRT}
"""


def packs_text() -> str:
    """The macros of all widths; to follow the text of :mod:`~plants.compile.code.vector_math`."""
    vectors = "".join(_filled(_VECTORS, width) for width in WIDTHS)
    arrays = "".join(_filled(_ARRAYS, width) for width in WIDTHS)
    return f"\n#if defined(__GNUC__) && !defined(IK_PLAIN){vectors}#else{arrays}#endif\n"


def _filled(text: str, width: int) -> str:
    a = [f"a{k}" for k in range(width)]
    each = {
        "$EXP": [f"ik_exp({one})" for one in a],
        "$SQRT": [f"SQRT({one})" for one in a],
        "$A": a,
    }
    for mark, entries in each.items():
        text = text.replace(mark, ", ".join(entries))
    return text.replace("@", str(width))

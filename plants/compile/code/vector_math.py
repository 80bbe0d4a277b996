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

_SHARED = r"""
IK_INLINE real ik_min(real a, real b) { return a < b ? a : (b == b ? b : a); }
IK_INLINE real ik_max(real a, real b) { return a > b ? a : (b == b ? b : a); }

/* x^y; of x < 0 not a number unless y is whole. */
IK_INLINE real ik_pow(real x, real y) {
  real size = x < RC(0.0) ? -x : x;
  real e = ik_exp(y * ik_log(size));
  real whole = FLOOR(y);
  real odd = whole - RC(2.0) * FLOOR(RC(0.5) * whole);
  real below = whole == y ? (odd != RC(0.0) ? -e : e) : RC(NAN);
  real full = x < RC(0.0) ? below : e;
  real zero = y > RC(0.0) ? RC(0.0) : RC(HUGE_VAL);
  full = x == RC(0.0) ? zero : full;
  full = y == y ? full : y;
  return y == RC(0.0) ? RC(1.0) : full;
}

IK_INLINE real ik_tanh(real x) {
  real size = x < RC(0.0) ? -x : x;
  real e = ik_exp(RC(-2.0) * (size > RC(40.0) ? RC(40.0) : size));
  real far = (RC(1.0) - e) / (RC(1.0) + e);
  real z = x * x;
  /* Near zero the difference above loses digits; the continued fraction does not. */
  real q = RC(11.0) + z / RC(13.0);
  q = RC(9.0) + z / q;
  q = RC(7.0) + z / q;
  q = RC(5.0) + z / q;
  q = RC(3.0) + z / q;
  real t = size < RC(0.55) ? size / (RC(1.0) + z / q) : far;
  t = x < RC(0.0) ? -t : t;
  return x == x ? t : x;
}
"""

DOUBLE = (
    r"""
#include <math.h>
#include <string.h>
typedef double real;
typedef long long ik_int;
typedef unsigned long long ik_word;
#define RC(x) ((real)(x))
#define SQRT(x) sqrt(x)
#define FLOOR(x) floor(x)
#define IK_INLINE static inline

/* Below -690 the result is held at exp(-690), about 1e-300: subnormal numbers are slow. The text
   serves numbers and vectors of them: V is the type, U that of unsigned integers of its size. */
#define IK_EXP_TEXT(NAME, V, U, PICK) \
IK_INLINE V NAME(V x) { \
  const V zero = {0}; \
  V y = PICK(x < -690.0, zero - 690.0, PICK(x > 710.0, zero + 710.0, x)); \
  V t = y * 1.4426950408889634074 + 6755399441055744.0; \
  V n = t - 6755399441055744.0; \
  V r = y - n * 6.93147180369123816490e-01; \
  r = r - n * 1.90821492927058770002e-10; \
  V r2 = r * r, r4 = r2 * r2, r8 = r4 * r4; \
  V p0 = 0.16666666666666667453 * r + 0.50000000000000010221; \
  V p2 = 0.0083333333333300618325 * r + 0.041666666666624127873; \
  V p4 = 0.00019841269863053616878 * r + 0.0013888888917213716901; \
  V p6 = 2.7557268459997064772e-6 * r + 0.000024801521295954375131; \
  V p8 = 2.5100385495510319078e-8 * r + 2.7620088445409748161e-7; \
  V p = p8 * r8 + ((p6 * r2 + p4) * r4 + (p2 * r2 + p0)); \
  p = p * r2 + r; \
  U bits; \
  memcpy(&bits, &t, sizeof bits); \
  bits = (bits << 52) + 0x3fe0000000000000ULL; /* 2^(n - 1) */ \
  V scale; \
  memcpy(&scale, &bits, sizeof scale); \
  return 2.0 * (scale + scale * p); \
}
#define IK_PICK(where, yes, no) ((where) ? (yes) : (no))
IK_EXP_TEXT(ik_exp, real, ik_word, IK_PICK)

IK_INLINE real ik_log(real x) {
  real low = 2.2250738585072014e-308;
  real y = x < low ? x * 18014398509481984.0 : x; /* a subnormal number: times 2^54 */
  real shift = x < low ? 54.0 : 0.0;
  ik_int bits;
  memcpy(&bits, &y, sizeof bits);
  ik_int above = bits - 0x3fe6a09e667f3bcdLL; /* from sqrt(1/2) on */
  ik_int exponent = above & (ik_int)0xfff0000000000000ULL;
  ik_int part = bits - exponent;
  real m;
  memcpy(&m, &part, sizeof m);
  /* The exponent as a real: its bits set into the mantissa of 1.5 * 2^52. */
  ik_int packed = (ik_int)((unsigned long long)exponent >> 52);
  packed = ((packed ^ 0x800) - 0x800) + 0x4338000000000000LL;
  real k;
  memcpy(&k, &packed, sizeof k);
  k = k - 6755399441055744.0 - shift;
  real f = m - 1.0;
  real s = f / (2.0 + f);
  real z = s * s;
  real q = 1.479819860511658591e-01;
  q = q * z + 1.531383769920937332e-01;
  q = q * z + 1.818357216161805012e-01;
  q = q * z + 2.222219843214978396e-01;
  q = q * z + 2.857142874366239149e-01;
  q = q * z + 3.999999999940941908e-01;
  q = q * z + 6.666666666666735130e-01;
  real h = 0.5 * f * f;
  real l = k * 6.93147180369123816490e-01
         - ((h - (s * (h + q * z) + k * 1.90821492927058770002e-10)) - f);
  l = x == 0.0 ? -HUGE_VAL : l;
  l = x > 1.7976931348623157e308 ? HUGE_VAL : l;
  l = x < 0.0 ? NAN : l;
  return x == x ? l : x;
}
"""
    + _SHARED
)

SINGLE = (
    r"""
#include <math.h>
#include <string.h>
typedef float real;
typedef int ik_int;
typedef unsigned int ik_word;
#define RC(x) ((real)(x))
#define SQRT(x) sqrtf(x)
#define FLOOR(x) floorf(x)
#define IK_INLINE static inline

/* Below -85 the result is held at exp(-85), about 1e-37: subnormal numbers are slow. */
#define IK_EXP_TEXT(NAME, V, U, PICK) \
IK_INLINE V NAME(V x) { \
  const V zero = {0}; \
  V y = PICK(x < -85.0f, zero - 85.0f, PICK(x > 89.0f, zero + 89.0f, x)); \
  V t = y * 1.44269504f + 12582912.0f; \
  V n = t - 12582912.0f; \
  V r = y - n * 6.93145752e-1f; \
  r = r - n * 1.42860677e-6f; \
  V p = r * (1.0f / 5040.0f) + 1.0f / 720.0f; \
  p = p * r + 1.0f / 120.0f; \
  p = p * r + 1.0f / 24.0f; \
  p = p * r + 1.0f / 6.0f; \
  p = p * r + 0.5f; \
  p = p * r * r + r; \
  U bits; \
  memcpy(&bits, &t, sizeof bits); \
  bits = (bits << 23) + 0x3f000000U; /* 2^(n - 1) */ \
  V scale; \
  memcpy(&scale, &bits, sizeof scale); \
  return 2.0f * (scale + scale * p); \
}
#define IK_PICK(where, yes, no) ((where) ? (yes) : (no))
IK_EXP_TEXT(ik_exp, real, ik_word, IK_PICK)

IK_INLINE real ik_log(real x) {
  real low = 1.17549435e-38f;
  real y = x < low ? x * 33554432.0f : x; /* a subnormal number: times 2^25 */
  real shift = x < low ? 25.0f : 0.0f;
  ik_int bits;
  memcpy(&bits, &y, sizeof bits);
  ik_int above = bits - 0x3f3504f3; /* from sqrt(1/2) on */
  ik_int exponent = above & (ik_int)0xff800000U;
  ik_int part = bits - exponent;
  real m;
  memcpy(&m, &part, sizeof m);
  ik_int packed = (ik_int)((unsigned int)exponent >> 23);
  packed = ((packed ^ 0x100) - 0x100) + 0x4b400000;
  real k;
  memcpy(&k, &packed, sizeof k);
  k = k - 12582912.0f - shift;
  real f = m - 1.0f;
  real s = f / (2.0f + f);
  real z = s * s;
  real q = 2.4279078841e-1f;
  q = q * z + 2.8498786688e-1f;
  q = q * z + 4.0000972152e-1f;
  q = q * z + 6.6666662693e-1f;
  real h = 0.5f * f * f;
  real l = k * 6.9313812256e-1f - ((h - (s * (h + q * z) + k * 9.0580006145e-6f)) - f);
  l = x == 0.0f ? -HUGE_VALF : l;
  l = x > 3.40282347e38f ? HUGE_VALF : l;
  l = x < 0.0f ? NAN : l;
  return x == x ? l : x;
}
"""
    + _SHARED
)

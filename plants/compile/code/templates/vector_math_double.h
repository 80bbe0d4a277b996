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

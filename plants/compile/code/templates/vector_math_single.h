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

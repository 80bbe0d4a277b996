IK_INLINE real ik_min(real a, real b) { return a < b ? a : (b == b ? b : a); }
IK_INLINE real ik_max(real a, real b) { return a > b ? a : (b == b ? b : a); }
/* The same of x and a bound that is a number. In lanes GCC makes one operation of it only if it
   does not know the bound, which is therefore hidden from it. */
IK_INLINE real ik_at_most(real x, real bound) { return x < bound ? x : bound; }
IK_INLINE real ik_at_least(real x, real bound) { return x > bound ? x : bound; }
IK_INLINE real ik_hidden(real bound) {
  volatile real hidden = bound;
  return hidden;
}

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

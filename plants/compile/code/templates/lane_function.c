/* Blocks lie `stride` numbers apart, in each array as told. */
int impellab_$name(const real *const *in, const long *in_stride, real *const *out,
                    const long *out_stride, long blocks) {
  long b;
  for (b = 0; b < blocks; ++b) fn_$name(WIDTH, $arguments);
  return 0;
}

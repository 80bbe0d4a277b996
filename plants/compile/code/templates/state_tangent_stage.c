static void fn_moved(const real *a, const real *d, const real *base, const real c,
                     const real *sum, const real b, real *next, real *into) {
  enum { W = IK_STEPS, D = IK_DIRECTIONS };
  long w;
#pragma omp simd
  for (w = 0; w < D; ++w) {
    $lines
  }
}

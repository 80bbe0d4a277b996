static void fn_rest(const long W, const real *v, const real *held, const real *cut,
                    real *restrict g, real *restrict e) {
  long w;
#pragma omp simd
  for (w = 0; w < W; ++w) {
    $lines
  }
}

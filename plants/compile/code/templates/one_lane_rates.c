static void fn_core(const real *x, const real *v, const real *held,
                      const real *beat,
                      const real *base, const real c, real *restrict k,
                      real *restrict next, real *restrict cut) {
  $lines
}

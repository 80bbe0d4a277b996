/* The same, with m directional derivatives: row j of `d_carry` is moved along with row j of
   `d_values`. */
int impellab_tangent(double *carry, const double *values, long n, long m,
                     double *d_carry, const double *d_values) {
  double w[$size_w], next[N_CARRY];
  casadi_int iw[$size_iw];
  const double *arg[$size_arg];
  double *res[$size_res];
  long i, j;
  for (i = 0; i < n; ++i) {
    for (j = 0; j < m; ++j) {
      arg[0] = carry; arg[1] = values; arg[2] = d_carry + j * N_CARRY;
      arg[3] = d_values + j * N_VALUES; res[0] = next;
      if (tangent(arg, res, iw, w, 0)) return 1;
      memcpy(d_carry + j * N_CARRY, next, sizeof(next));
    }
    arg[0] = carry; arg[1] = values; res[0] = next;
    if (step(arg, res, iw, w, 0)) return 1;
    memcpy(carry, next, sizeof(next));
  }
  return 0;
}

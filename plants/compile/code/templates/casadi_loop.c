#include <string.h>
#define N_CARRY $n_carry
#define N_STATE $n_state
#define N_OUT $n_out
#define N_VALUES $n_values

/* Advance `carry` by n steps; every `stride` steps (0: never) a row of signals goes to `log`. */
int impellab_run(double *carry, const double *values, long n, long stride, double *log) {
  double w[$size_w], next[N_CARRY];
  casadi_int iw[$size_iw];
  const double *arg[$size_arg];
  double *res[$size_res];
  long i, row = 0;
  for (i = 0; i < n; ++i) {
    if (stride > 0 && i % stride == 0) {
      arg[0] = carry; arg[1] = values; res[0] = log + (row++) * N_OUT;
      if (observe(arg, res, iw, w, 0)) return 1;
    }
    arg[0] = carry; arg[1] = values; res[0] = next;
    if (step(arg, res, iw, w, 0)) return 1;
    memcpy(carry, next, sizeof(next));
  }
  return 0;
}

#define NX $n_states
#define NV $n_values
/* Advance blocks of WIDTH lanes by n steps. `table` holds the activations at every half step of a
   cycle of `cycle` steps; the state at every step of the first lane goes to `log`, if any. */
int peer_run(real *x, const real *v, long blocks, long n, long cycle, const real *table, real h,
             real *log) {
  enum { W = WIDTH };
  real held[$n_held * W], k1[NX * W], k2[NX * W], k3[NX * W], k4[NX * W], x2[NX * W];
  long b, i, j, w;
  for (b = 0; b < blocks; ++b, x += NX * W, v += NV * W) {
    fn_held(W, x, v, table, held);
    for (i = 0; i < n; ++i) {
      const real *a = table + 4 * (i % cycle);
#define COMBINE(c, k) \
      for (j = 0; j < NX * W; ++j) x2[j] = x[j] + (c) * h * k[j];
      if (log) for (j = 0; j < NX; ++j) log[i * NX + j] = x[j * W];
      fn_stage(W, x, v, a, held, k1);
      COMBINE(RC(0.5), k1)
      fn_stage(W, x2, v, a + 2, held, k2);
      COMBINE(RC(0.5), k2)
      fn_stage(W, x2, v, a + 2, held, k3);
      COMBINE(RC(1.0), k3)
      fn_stage(W, x2, v, a + 4, held, k4);
      for (j = 0; j < NX * W; ++j)
        x2[j] = x[j] + h * RC(1.0 / 6.0) * (k1[j] + RC(2.0) * (k2[j] + k3[j]) + k4[j]);
      fn_settle(W, x2, v, a + 4, held, x);
      (void)w;
    }
  }
  return 0;
}

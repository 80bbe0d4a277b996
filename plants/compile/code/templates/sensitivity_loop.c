/* Advance state and accumulator by n steps inside a beat and, in `lanes` lanes, their directional
   derivatives along those of the state, the accumulator and the values. `work` holds
   $n_work reals for each lane and 0 besides. */
int impellab_tangent(real *carry, const real *v, long n, long lanes, real *d_carry,
                     const real *d_v, real *work) {
  enum { W = 1 };
  real held[$n_held], post[$n_post], beat[$n_beat], t_held[$n_theld], t_beat[$n_tbeat];
  real t_post[$n_tpost];
  real x2[NX], after[NX], k1[NX], k2[NX], k3[NX], k4[NX];
  real g1[NG], mean[NG], e1[NE], e2[NE], moved[NA];
  real *x = carry, *acc = carry + NX, *d_x = d_carry, *d_acc = d_carry + NX * lanes;
  real *dx2 = work, *d_after = dx2 + NX * lanes, *dk1 = d_after + NX * lanes;
  real *dk2 = dk1 + NX * lanes, *dk3 = dk2 + NX * lanes, *dk4 = dk3 + NX * lanes;
  real *dg1 = dk4 + NX * lanes, *dg2 = dg1 + NG * lanes, *dg3 = dg2 + NG * lanes;
  real *dg4 = dg3 + NG * lanes, *de1 = dg4 + NG * lanes, *de2 = de1 + NE * lanes;
  real *d_mean = de2 + NE * lanes, *d_moved = d_mean + NG * lanes;
  real *d_held = d_moved + NA * lanes, *d_post = d_held + $n_dheld * lanes;
  const real h = v[STEP], *dh = d_v + STEP * lanes;
  long i, j, w;
  fn_held(1, x, v, held);
  fn_beat(1, x, v, held, beat);
  fn_slope(1, x, v, held, beat, k1, g1, e1);
  fn_post(1, acc, x, x, g1, e1, v, post);
  fn_theld(lanes, x, v, d_x, d_v, t_held);
  fn_dheld(lanes, x, v, d_x, d_v, t_held, d_held);
  fn_tpost(lanes, acc, x, x, g1, e1, v, d_acc, d_x, d_x, d_x, d_x, d_v, t_post);
  fn_dpost(lanes, acc, x, x, g1, e1, v, d_acc, d_x, d_x, d_x, d_x, d_v, t_post, d_post);
#define TANGENT(state, d_state, k, g, e) \
  fn_tbeat(lanes, state, v, d_state, d_v, t_held, d_held, t_beat); \
  fn_tslope(lanes, state, v, d_state, d_v, t_held, d_held, t_beat, k, g, e);
#define D_COMBINE(out, c, k, dk) \
  for (j = 0; j < NX; ++j) { \
    _Pragma("omp simd") \
    for (w = 0; w < lanes; ++w) \
      out[j * lanes + w] = d_x[j * lanes + w] + c * (h * dk[j * lanes + w] + dh[w] * k[j]); \
  } \
  for (j = 0; j < NX; ++j) x2[j] = x[j] + c * h * k[j];
  TANGENT(x, d_x, dk1, dg1, de1)
  for (i = 0; i < n; ++i) {
    for (j = 0; j < NG; ++j) mean[j] = g1[j] / RC(6.0);
    D_COMBINE(dx2, 0.5, k1, dk1)
    fn_beat(1, x2, v, held, beat);
    fn_stage(1, x2, v, held, beat, RC(1.0 / 3.0), k2, mean);
    TANGENT(x2, dx2, dk2, dg2, de2)
    D_COMBINE(dx2, 0.5, k2, dk2)
    fn_stage(1, x2, v, held, beat, RC(1.0 / 3.0), k3, mean);
    TANGENT(x2, dx2, dk3, dg3, de2)
    D_COMBINE(dx2, 1.0, k3, dk3)
    fn_beat(1, x2, v, held, beat);
    fn_stage(1, x2, v, held, beat, RC(1.0 / 6.0), k4, mean);
    TANGENT(x2, dx2, dk4, dg4, de2)
    for (j = 0; j < NX; ++j) {
      const real k = (k1[j] + RC(2.0) * (k2[j] + k3[j]) + k4[j]) / RC(6.0);
      after[j] = x[j] + h * k;
#pragma omp simd
      for (w = 0; w < lanes; ++w)
        d_after[j * lanes + w] = d_x[j * lanes + w] + dh[w] * k
          + h / RC(6.0) * (dk1[j * lanes + w]
            + RC(2.0) * (dk2[j * lanes + w] + dk3[j * lanes + w]) + dk4[j * lanes + w]);
    }
    for (j = 0; j < NG; ++j) {
#pragma omp simd
      for (w = 0; w < lanes; ++w)
        d_mean[j * lanes + w] = (dg1[j * lanes + w]
          + RC(2.0) * (dg2[j * lanes + w] + dg3[j * lanes + w]) + dg4[j * lanes + w]) / RC(6.0);
    }
    after[PHASE] = x2[PHASE];
    memcpy(d_after + PHASE * lanes, dx2 + PHASE * lanes, sizeof(real) * lanes);
    fn_slope(1, after, v, held, beat, k1, g1, e2);
    TANGENT(after, d_after, dk1, dg1, de2)
    fn_going(1, acc, x, after, mean, e2, v, post, moved);
    fn_tgoing(lanes, acc, x, after, mean, e2, v, d_acc, d_x, d_after, d_mean, de2, d_v,
              t_post, d_post, d_moved);
    memcpy(x, after, sizeof(after));
    memcpy(acc, moved, sizeof(moved));
    memcpy(d_x, d_after, sizeof(real) * NX * lanes);
    memcpy(d_acc, d_moved, sizeof(real) * NA * lanes);
  }
  return 0;
}

long impellab_tangent_work(void) { return $n_work; }

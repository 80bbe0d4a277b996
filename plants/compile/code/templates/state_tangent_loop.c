#define NX $n_states
#define PHASE $phase_entry
#define STEP $step_entry
#define NJ $n_slopes

/* Jacobians of the rates at the four stages of W steps, whose first states stand in x. */
static void linearised(const real *x, const real *v, const real *held, real *slopes) {
  enum { W = IK_STEPS };
  real beat1[$n_beat * W], beat2[$n_beat * W], y[NX * W], k[NX * W];
  const real h = v[STEP];
  long j;
#define COMBINE(c) for (j = 0; j < NX * W; ++j) y[j] = x[j] + RC(c) * h * k[j];
  fn_beat(W, x, v, held, beat1);
  fn_slope(W, x, v, held, beat1, k, slopes);
  COMBINE(0.5)
  fn_beat(W, y, v, held, beat2);
  fn_slope(W, y, v, held, beat2, k, slopes + NJ * W);
  COMBINE(0.5)
  fn_slope(W, y, v, held, beat2, k, slopes + 2 * NJ * W);
  COMBINE(1.0)
  fn_beat(W, y, v, held, beat1);
  fn_slope(W, y, v, held, beat1, k, slopes + 3 * NJ * W);
}

/* Carry `groups` groups of D directions of the state through n steps, before which the state was
   as the rows of `path` say. */
int impellab_state_tangent(const real *path, const real *v, long n, long groups, real *d_x) {
  enum { W = IK_STEPS, D = IK_DIRECTIONS };
  real held[$n_held], x[NX * W], slopes[4 * NJ * W];
  real dx2[NX * D], dx3[NX * D], dx4[NX * D], sum[NX * D];
  const real h = v[STEP], half = RC(0.5) * h, sixth = h / RC(6.0), third = h / RC(3.0);
  long i, j, s, g, w;
  fn_held(1, path, v, held);
  for (i = 0; i < n; i += W) {
    const long count = n - i < W ? n - i : W;
    for (s = 0; s < W; ++s)
      for (j = 0; j < NX; ++j) x[j * W + s] = path[(s < count ? i + s : n - 1) * NX + j];
    linearised(x, v, held, slopes);
    for (g = 0; g < groups; ++g) {
      real *d = d_x + g * NX * D;
      for (s = 0; s < count; ++s) {
        const real *a = slopes + s;
        fn_moved(a, d, d, half, d, sixth, dx2, sum);
        fn_moved(a + NJ * W, dx2, d, half, sum, third, dx3, sum);
        fn_moved(a + 2 * NJ * W, dx3, d, h, sum, third, dx4, sum);
        fn_moved(a + 3 * NJ * W, dx4, d, h, sum, sixth, dx2, d);
      }
    }
  }
  return 0;
}

#define NX $n_states
#define NG $n_integrands
#define NE $n_extremes
#define NQ $n_entries
#define STEP $step_entry
#define NJ $n_slopes
#define NS $n_seen_slopes

/* A stage of D directions: their rates k, next = base + c k, into = sum + b k, and b times the
   derivatives of the integrands added to `seen`. */
static void fn_moved(const real *a, const real *d, const real *q, const real *base, const real c,
                     const real *sum, const real b, real *next, real *into, real *seen) {
  enum { W = IK_STEPS, D = IK_DIRECTIONS };
  long w;
#pragma omp simd
  for (w = 0; w < D; ++w) {
    $stage_lines
  }
}

/* Derivatives of the extreme waveforms at the beginning of a step. */
static void fn_seen(const real *a, const real *d, const real *q, real *e) {
  enum { W = IK_STEPS, D = IK_DIRECTIONS };
  long w;
  (void)a; (void)d; (void)q;
#pragma omp simd
  for (w = 0; w < D; ++w) {
    $seen_lines
  }
}

/* Slopes at the four stages of W steps, whose first states stand in x, and the extreme waveforms
   and their slopes at these. */
static void linearised(const real *x, const real *v, const real *held, real *slopes, real *e,
                       real *seen_slopes) {
  enum { W = IK_STEPS };
  real beat1[$n_beat * W], beat2[$n_beat * W], y[NX * W], k[NX * W];
  const real h = v[STEP];
  long j;
#define COMBINE(c) for (j = 0; j < NX * W; ++j) y[j] = x[j] + RC(c) * h * k[j];
  fn_beat(W, x, v, held, beat1);
  fn_slope(W, x, v, held, beat1, k, slopes, e, seen_slopes);
  COMBINE(0.5)
  fn_beat(W, y, v, held, beat2);
  fn_middle(W, y, v, held, beat2, k, slopes + NJ * W);
  COMBINE(0.5)
  fn_middle(W, y, v, held, beat2, k, slopes + 2 * NJ * W);
  COMBINE(1.0)
  fn_beat(W, y, v, held, beat1);
  fn_middle(W, y, v, held, beat1, k, slopes + 3 * NJ * W);
}

/* Carry `groups` groups of D directions of the state (d_x) and of some held values (d_q) through n
   steps. The states before the steps and after the last are the rows of `path`. Each group's
   `seen` begins with zeros and gets the derivatives of the integrals, of the highest and of the
   lowest extreme waveforms; `marks` gets the directions of the state before and after step `mark`.
   */
int impellab_path_tangent(const real *path, const real *v, long n, long groups, real *d_x,
                          const real *d_q, real *d_seen, long mark, real *marks) {
  enum { W = IK_STEPS, D = IK_DIRECTIONS, SEEN = NG + 2 * NE };
  real held[$n_held], x[NX * W], slopes[4 * NJ * W], e[NE * W], seen_slopes[NS * W];
  real dx2[NX * D], dx3[NX * D], dx4[NX * D], sum[NX * D], de[NE * D];
  real high[NE], low[NE];
  char higher[NE * W], lower[NE * W];
  const real h = v[STEP], half = RC(0.5) * h, sixth = h / RC(6.0), third = h / RC(3.0);
  long i, j, s, g;
  fn_held(1, path, v, held);
  for (i = 0; i <= n; i += W) {
    const long count = n + 1 - i < W ? n + 1 - i : W;
    for (s = 0; s < W; ++s)
      for (j = 0; j < NX; ++j) x[j * W + s] = path[(s < count ? i + s : n) * NX + j];
    linearised(x, v, held, slopes, e, seen_slopes);
    for (s = 0; s < count; ++s)
      for (j = 0; j < NE; ++j) {
        const real value = e[j * W + s];
        const char begun = i + s == 0;
        higher[s * NE + j] = begun || value >= high[j];
        lower[s * NE + j] = begun || value <= low[j];
        if (higher[s * NE + j]) high[j] = value;
        if (lower[s * NE + j]) low[j] = value;
      }
    for (g = 0; g < groups; ++g) {
      real *d = d_x + g * NX * D, *seen = d_seen + g * SEEN * D;
      const real *q = d_q + g * NQ * D;
      for (s = 0; s < count; ++s) {
        const real *a = slopes + s;
        fn_seen(seen_slopes + s, d, q, de);
        for (j = 0; j < NE; ++j) {
          const size_t row = sizeof(real) * D;
          if (higher[s * NE + j]) memcpy(seen + (NG + j) * D, de + j * D, row);
          if (lower[s * NE + j]) memcpy(seen + (NG + NE + j) * D, de + j * D, row);
        }
        if (i + s == mark) memcpy(marks + 2 * g * NX * D, d, sizeof(real) * NX * D);
        if (i + s == mark + 1) memcpy(marks + (2 * g + 1) * NX * D, d, sizeof(real) * NX * D);
        if (i + s == n) break;
        fn_moved(a, d, q, d, half, d, sixth, dx2, sum, seen);
        fn_moved(a + NJ * W, dx2, q, d, half, sum, third, dx3, sum, seen);
        fn_moved(a + 2 * NJ * W, dx3, q, d, h, sum, third, dx4, sum, seen);
        fn_moved(a + 3 * NJ * W, dx4, q, d, h, sum, sixth, dx2, d, seen);
      }
    }
  }
  return 0;
}

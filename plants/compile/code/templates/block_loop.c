#define NX $n_states
#define NV $n_values
#define NG $n_integrands
#define NE $n_extremes
#define NA $n_accumulator
#define NO $n_observed
#define PHASE $phase_entry
#define STEP $step_entry
#define BEAT_SLACK (sizeof(real) == 4 ? RC($slack_single) : RC($slack_double))
#define ENDS_BEAT(from, to) ((to) + BEAT_SLACK >= FLOOR((from) + BEAT_SLACK) + RC(1.0))

/* Advance a block by up to `most` steps, lane w by steps[w]. The carry holds the state, the
   accumulator of this beat and, where `wrap` is 1, that of the last one; a beat that ends then
   begins a new one. Every `stride` steps (0: never) the signals of all lanes go to `log`. */
static void run_block(real *carry, const real *v, const long *steps, long most, long stride,
                      real *log, int wrap) {
  enum { W = WIDTH };
  real held[$n_held * W], post[$n_post * W], end_held[$n_endheld * W];
  real beat1[$n_beat * W], beat2[$n_beat * W];
  real x2[NX * W], k2[NX * W], k3[NX * W], k4[NX * W];
  real mean[NG * W], ended[NA * W], begun[NA * W];
  /* Now and after the step, in turn: a step ends by swapping the two. */
  real states[2][NX * W], accs[2][NA * W], ks[2][NX * W], gs[2][NG * W], es[2][NE * W];
  real *x = states[0], *after = states[1], *acc = accs[0], *moved = accs[1];
  real *k1 = ks[0], *next_k = ks[1], *g1 = gs[0], *next_g = gs[1], *e1 = es[0], *e2 = es[1];
  real *last = carry + (NX + NA) * W;
  const real *h = v + STEP * W;
  long i, j, w, row = 0, least = most;
  for (w = 0; w < W; ++w) least = steps[w] < least ? steps[w] : least;
  memcpy(x, carry, sizeof(real) * NX * W);
  memcpy(acc, carry + NX * W, sizeof(real) * NA * W);
  fn_held(W, x, v, held);
  fn_beat(W, x, v, held, beat1);
  fn_slope(W, x, v, held, beat1, k1, g1, e1);
  fn_post(W, acc, x, x, g1, e1, v, post);
  fn_endheld(W, acc, x, x, g1, g1, g1, e1, e1, v, end_held);
  for (i = 0; i < most; ++i) {
    int crossing = 0;
    if (stride > 0 && i % stride == 0) {
      memcpy(log + row * NO * W, g1, sizeof(real) * NO * W);
      ++row;
    }
#define COMBINE(out, c, k) \
    for (j = 0; j < NX; ++j) { \
      _Pragma("omp simd") \
      for (w = 0; w < W; ++w) out[j * W + w] = x[j * W + w] + RC(c) * h[w] * k[j * W + w]; \
    }
    for (j = 0; j < NG * W; ++j) mean[j] = g1[j] * RC(1.0 / 6.0);
    COMBINE(x2, 0.5, k1)
    fn_beat(W, x2, v, held, beat2);
    fn_stage(W, x2, v, held, beat2, RC(1.0 / 3.0), k2, mean);
    COMBINE(x2, 0.5, k2)
    fn_stage(W, x2, v, held, beat2, RC(1.0 / 3.0), k3, mean);
    COMBINE(x2, 1.0, k3)
    fn_beat(W, x2, v, held, beat1);
    fn_stage(W, x2, v, held, beat1, RC(1.0 / 6.0), k4, mean);
    for (j = 0; j < NX; ++j) {
#pragma omp simd
      for (w = 0; w < W; ++w)
        after[j * W + w] = x[j * W + w] + h[w] * RC(1.0 / 6.0)
          * (k1[j * W + w] + RC(2.0) * (k2[j * W + w] + k3[j * W + w]) + k4[j * W + w]);
    }
    /* The phase moves at a constant rate; the last stage's serves the end of the step too. */
    for (w = 0; w < W; ++w) after[PHASE * W + w] = x2[PHASE * W + w];
    fn_slope(W, after, v, held, beat1, next_k, next_g, e2);
    fn_going(W, acc, x, after, mean, e2, v, post, moved);
    if (wrap)
      for (w = 0; w < W; ++w)
        crossing |= ENDS_BEAT(x[PHASE * W + w], after[PHASE * W + w]);
    if (crossing) {
      fn_ending(W, acc, x, after, mean, g1, next_g, e1, e2, v, end_held, ended, begun);
      for (w = 0; w < W; ++w)
        if (i < steps[w] && ENDS_BEAT(x[PHASE * W + w], after[PHASE * W + w]))
          for (j = 0; j < NA; ++j) {
            last[j * W + w] = ended[j * W + w];
            moved[j * W + w] = begun[j * W + w];
          }
    }
    if (i < least) {
#define SWAP(a, b) { real *other = a; a = b; b = other; }
      SWAP(x, after)
      SWAP(acc, moved)
      SWAP(k1, next_k)
      SWAP(g1, next_g)
      SWAP(e1, e2)
    } else {
#define COMMIT(count, into, from) \
      for (j = 0; j < count; ++j) \
        for (w = 0; w < W; ++w) \
          into[j * W + w] = i < steps[w] ? from[j * W + w] : into[j * W + w];
      COMMIT(NX, x, after)
      COMMIT(NA, acc, moved)
      COMMIT(NX, k1, next_k)
      COMMIT(NG, g1, next_g)
      COMMIT(NE, e1, e2)
    }
  }
  memcpy(carry, x, sizeof(real) * NX * W);
  memcpy(carry + NX * W, acc, sizeof(real) * NA * W);
}

/* Blocks lie one after another; each may take another number of steps. */
int impellab_blocks(real *carry, const real *values, const long *steps, const long *most,
                    long blocks, long n_carry, long stride, real *log, long log_size, int wrap) {
  long b;
  for (b = 0; b < blocks; ++b)
    run_block(carry + b * n_carry * WIDTH, values + b * NV * WIDTH, steps + b * WIDTH, most[b],
              stride, log + b * log_size, wrap);
  return 0;
}

#define NX $n_states
#define NV $n_values
#define NG $n_integrands
#define NE $n_extremes
#define NA $n_accumulator
#define NO $n_observed
#define NB $n_beat
#define PHASE $phase_entry
#define STEP $step_entry
#define BEAT_SLACK (sizeof(real) == 4 ? RC($slack_single) : RC($slack_double))
#define ENDS_BEAT(from, to) ((to) + BEAT_SLACK >= FLOOR((from) + BEAT_SLACK) + RC(1.0))
#define LOOK (2 * $steps_ahead)

/* Activations at so many phases: an entry of `beats` for each. */
static void activations(const real *phases, const real *v, const real *held, real *beats) {
  real x[NX * LOOK], lanes[NB * LOOK];
  long i, j;
  memcpy(x + PHASE * LOOK, phases, sizeof(real) * LOOK);
  fn_beat(LOOK, x, v, held, lanes);
  for (i = 0; i < LOOK; ++i)
    for (j = 0; j < NB; ++j) beats[i * NB + j] = lanes[j * LOOK + i];
}

#define SWAP(a, b) { other = a; a = b; b = other; }
/* Integrands and extremes of the stages that left `cut`: the first half of what a step leaves. */
#define SEEN(cut) fn_rest(4, v, held, cut, g, e);
/* The accumulator after a step from `from` to `to`: the second half. */
#define FINISH(from, to) { \
    for (j = 0; j < NG; ++j) { \
      mean[j] = (g1[j] + RC(2.0) * (g[j * 4] + g[j * 4 + 1]) + g[j * 4 + 2]) * RC(1.0 / 6.0); \
      next_g[j] = g[j * 4 + 3]; \
    } \
    for (j = 0; j < NE; ++j) e2[j] = e[j * 4 + 3]; \
    fn_going(acc, from, to, mean, e2, v, post, moved); \
    if (wrap && ENDS_BEAT(from[PHASE], to[PHASE])) { \
      fn_ending(1, acc, from, to, mean, g1, next_g, e1, e2, v, end_held, ended, begun); \
      memcpy(last, ended, sizeof ended); \
      memcpy(moved, begun, sizeof begun); \
    } \
    SWAP(acc, moved) \
    SWAP(g1, next_g) \
    SWAP(e1, e2) \
  }

/* Advance one plant by `steps`. The carry holds the state, the accumulator of this beat and, where
   `wrap` is 1, that of the last one; a beat that ends then begins a new one. Every `stride` steps
   (0: never) the signals go to `log`; unless `path` is null, the state before each step goes
   there. */
static void run_one(real *carry, const real *v, long steps, long stride, real *log, int wrap,
                    real *path) {
  real held[$n_held], post[$n_post], end_held[$n_endheld];
  /* Phases and activations at the middles and ends of the next steps, in turn. */
  real phases[LOOK], beats[NB * LOOK];
  /* What the stages leave for integrands and extremes, and these, in four lanes: the second to the
     fourth stage and the end of the step. */
  real cuts[2][$n_cut * 4], g[NG * 4], e[NE * 4];
  real x2[NX], x3[NX], x4[NX], k2[NX], k3[NX], k4[NX], most[NX], mean[NG], ended[NA], begun[NA];
  /* Before, now and after the step, in turn. */
  real states[3][NX], accs[2][NA], k1[NX], gs[2][NG], es[2][NE];
  real *x = states[0], *after = states[1], *before = states[2], *acc = accs[0], *moved = accs[1];
  real *g1 = gs[0], *next_g = gs[1], *e1 = es[0], *e2 = es[1], *other;
  real *last = carry + NX + NA;
  const real h = v[STEP], half = RC(0.5) * h, sixth = h * RC(1.0 / 6.0);
  long i, j, row = 0;
  memcpy(x, carry, sizeof(real) * NX);
  memcpy(acc, carry + NX, sizeof(real) * NA);
  memset(cuts, 0, sizeof cuts);
  fn_held(1, x, v, held);
  for (j = 0; j < LOOK; ++j) phases[j] = x[PHASE];
  activations(phases, v, held, beats);
  fn_core(x, v, held, beats, x, half, k1, x2, cuts[0] + 3);
  fn_rest(4, v, held, cuts[0], g, e);
  for (j = 0; j < NG; ++j) g1[j] = g[j * 4 + 3];
  for (j = 0; j < NE; ++j) e1[j] = e[j * 4 + 3];
  fn_post(1, acc, x, x, g1, e1, v, post);
  fn_endheld(1, acc, x, x, g1, g1, g1, e1, e1, v, end_held);
  for (i = 0; i < steps; ++i) {
    const long place = i % (LOOK / 2) * 2;
    const real *middle = beats + place * NB, *end = middle + NB;
    real *cut = cuts[i % 2];
    if (place == 0) {
      /* The phase moves at a constant rate. */
      real phase = x[PHASE];
      for (j = 0; j < LOOK; j += 2) {
        phases[j] = phase + half * k1[PHASE];
        phase = phases[j + 1] = phase + h * k1[PHASE];
      }
      activations(phases, v, held, beats);
    }
    if (path) memcpy(path + i * NX, x, sizeof(real) * NX);
    x2[PHASE] = phases[place];
    fn_core(x2, v, held, middle, x, half, k2, x3, cut);
    /* What the step before leaves to be done waits for nothing, and fills the time in which the
       stages wait for their longest chains: in halves, as far as a processor looks ahead. */
    if (i > 0) SEEN(cuts[(i + 1) % 2])
    fn_core(x3, v, held, middle, x, h, k3, x4, cut + 1);
    for (j = 0; j < NX; ++j) most[j] = x[j] + sixth * (k1[j] + RC(2.0) * (k2[j] + k3[j]));
    if (i > 0) FINISH(before, x)
    if (stride > 0 && i % stride == 0) {
      memcpy(log + row * NO, g1, sizeof(real) * NO);
      ++row;
    }
    fn_core(x4, v, held, end, most, sixth, k4, after, cut + 2);
    after[PHASE] = phases[place + 1];
    fn_core(after, v, held, end, after, half, k1, x2, cut + 3);
    other = before;
    before = x;
    x = after;
    after = other;
  }
  if (steps > 0) {
    SEEN(cuts[(steps + 1) % 2])
    FINISH(before, x)
  }
  memcpy(carry, x, sizeof(real) * NX);
  memcpy(carry + NX, acc, sizeof(real) * NA);
}

/* Plants lie one after another; each may take another number of steps. */
int impellab_blocks(real *carry, const real *values, const long *steps, const long *most,
                    long blocks, long n_carry, long stride, real *log, long log_size, int wrap) {
  long b;
  (void)most;
  for (b = 0; b < blocks; ++b)
    run_one(carry + b * n_carry, values + b * NV, steps[b], stride, log + b * log_size, wrap, 0);
  return 0;
}

/* The same of one plant without signals, with the states before the steps. */
int impellab_course(real *carry, const real *values, long steps, int wrap, real *path) {
  run_one(carry, values, steps, 0, 0, wrap, path);
  return 0;
}

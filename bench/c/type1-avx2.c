/*
 * The type 1 model of type1.c for four patients at a time in AVX2 registers, written to be fast: the same equations and
 * bookkeeping; a lane whose steps of the minute are done waits for the others. Usage: type1-avx2 FILE PATIENTS DAYS
 */
#include <immintrin.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef double v4 __attribute__((vector_size(32)));
typedef long long m4 __attribute__((vector_size(32)));

enum { BASAL, PER_GRAM, BW, IB, VG, VI, K1, K2, VMX, KM0, VM0, FSNC, KP1, KP2, KP3, KI, P2U, M1, M2, M4, M30, KABS, KMAX,
  KMIN, B, D, F, KE1, KE2, KA1, KA2, KD, KSC, SUBSTEPS, MEAL_SUBSTEPS, X0, FIELDS = X0 + 13 };

static const int MEAL_AT[4] = {450, 750, 960, 1140};
static const int MEAL_GRAMS[4] = {45, 60, 20, 65};

static inline v4 all(double x) { return (v4){x, x, x, x}; }
static inline v4 pick(m4 mask, v4 a, v4 b) { return (v4)_mm256_blendv_pd((__m256d)b, (__m256d)a, (__m256d)mask); }
static inline int any(m4 mask) { return _mm256_movemask_pd((__m256d)mask); }
static inline v4 above(v4 x) { return (v4)_mm256_max_pd((__m256d)x, _mm256_setzero_pd()); }

static inline v4 vexp(v4 x) {
  x = (v4)_mm256_min_pd(_mm256_max_pd((__m256d)x, _mm256_set1_pd(-708)), _mm256_set1_pd(709));
  const v4 k = (v4)_mm256_floor_pd((__m256d)(x * all(M_LOG2E) + all(0.5)));
  const v4 r = x - k * all(0.6931471803691238) - k * all(1.9082149292705877e-10);
  v4 p = all(1.0 / 479001600);
  p = p * r + all(1.0 / 39916800);
  p = p * r + all(1.0 / 3628800);
  p = p * r + all(1.0 / 362880);
  p = p * r + all(1.0 / 40320);
  p = p * r + all(1.0 / 5040);
  p = p * r + all(1.0 / 720);
  p = p * r + all(1.0 / 120);
  p = p * r + all(1.0 / 24);
  p = p * r + all(1.0 / 6);
  p = p * r + all(1.0 / 2);
  p = p * r + all(1);
  p = p * r + all(1);
  const m4 bits = (m4)(k + all(4503599627371519.0));
  return p * (v4)(bits << 52);
}

typedef struct {
  v4 food, infusion, rest, a, c, shift, range, concentration, out_plasma, out_liver, appear;
  m4 bending;
  int any_bending;
} Minute;

static inline __attribute__((always_inline)) void derivatives(const v4 *p, const Minute *w, const v4 *y, v4 *f) {
  v4 kgut = w->rest;
  if (w->any_bending) {
    const v4 q = y[0] + y[1], most = all(80);
    const v4 eb = vexp((v4)_mm256_min_pd((__m256d)(w->a * q - w->shift), (__m256d)most));
    const v4 ed = vexp((v4)_mm256_min_pd((__m256d)(w->c * q - all(5)), (__m256d)most));
    const v4 bent = p[KMIN] + w->range * (all(1) + (eb - ed) / ((eb + all(1)) * (ed + all(1))));
    kgut = pick(w->bending, bent, kgut);
  }
  const v4 production = above(p[KP1] - p[KP2] * y[3] - p[KP3] * y[8]);
  const v4 utilization = (p[VM0] + p[VMX] * y[6]) * y[4] / (p[KM0] + y[4]);
  const v4 excretion = above(p[KE1] * (y[3] - p[KE2]));
  const v4 exchange = p[K1] * y[3] - p[K2] * y[4];
  const v4 insulin = y[5] * w->concentration;
  const v4 ground = p[KMAX] * y[0], emptied = kgut * y[1], from_depot = p[KD] * y[10];
  f[0] = w->food - ground;
  f[1] = ground - emptied;
  f[2] = emptied - p[KABS] * y[2];
  f[3] = production + w->appear * y[2] - p[FSNC] - excretion - exchange;
  f[4] = exchange - utilization;
  f[5] = p[M1] * y[9] - w->out_plasma * y[5] + p[KA1] * y[10] + p[KA2] * y[11];
  f[6] = p[P2U] * (insulin - p[IB] - y[6]);
  f[7] = p[KI] * (insulin - y[7]);
  f[8] = p[KI] * (y[7] - y[8]);
  f[9] = p[M2] * y[5] - w->out_liver * y[9];
  f[10] = w->infusion - p[KA1] * y[10] - from_depot;
  f[11] = from_depot - p[KA2] * y[11];
  f[12] = p[KSC] * (y[3] - y[12]);
}

static void simulate(const v4 *p, int days, double *ends) {
  v4 x[13], y[13], f[13], s[13], dose = all(0);
  m4 eating = {0, 0, 0, 0};
  memcpy(x, p + X0, sizeof x);
  Minute w;
  w.shift = all(5) * p[B] / (all(1) - p[B]);
  w.range = p[KMAX] - p[KMIN];
  w.concentration = all(1) / p[VI];
  w.out_plasma = p[M2] + p[M4];
  w.out_liver = p[M1] + p[M30];
  w.appear = p[F] * p[KABS] / p[BW];
  const v4 eb = vexp(-w.shift), ed = vexp(all(-5));
  const v4 emptied = p[KMIN] + w.range * (all(1) + (eb - ed) / ((eb + all(1)) * (ed + all(1))));
  for (int minute = 0; minute < days * 1440; minute++) {
    const int now = minute % 1440;
    double food = 0;
    v4 insulin = p[BASAL];
    for (int m = 0; m < 4; m++) {
      if (now == MEAL_AT[m]) insulin += all(MEAL_GRAMS[m]) * p[PER_GRAM];
      if (now >= MEAL_AT[m] && now < MEAL_AT[m] + MEAL_GRAMS[m] / 5) food = 5000;
    }
    if (food > 0) {
      dose = pick(eating, dose, x[0] + x[1]) + all(food);
      eating = (m4){-1, -1, -1, -1};
    } else eating = (m4){0, 0, 0, 0};
    const m4 fed = dose > all(0);
    w.food = all(food);
    w.infusion = insulin * all(6000) / p[BW];
    w.a = pick(fed, all(5) / (dose * (all(1) - p[B])), all(0));
    w.c = pick(fed, all(5) / (dose * p[D]), all(0));
    const v4 q = x[0] + x[1];
    const m4 food_now = food > 0 ? (m4){-1, -1, -1, -1} : (m4){0, 0, 0, 0};
    w.bending = fed & (food_now | (q > all(1e-3) * dose));
    w.any_bending = any(w.bending);
    w.rest = pick(fed, emptied, p[KMAX]);
    const m4 bends = food_now | (fed & (q > (all(3) * p[B] - all(2)) * dose));
    v4 left = pick(bends, p[MEAL_SUBSTEPS], p[SUBSTEPS]);
    const v4 h = all(1) / left, half = all(0.5) * h, sixth = h / all(6);
    do {
      const m4 active = left > all(0);
      derivatives(p, &w, x, f);
      for (int i = 0; i < 13; i++) s[i] = f[i], y[i] = x[i] + half * f[i];
      derivatives(p, &w, y, f);
      for (int i = 0; i < 13; i++) s[i] += all(2) * f[i], y[i] = x[i] + half * f[i];
      derivatives(p, &w, y, f);
      for (int i = 0; i < 13; i++) s[i] += all(2) * f[i], y[i] = x[i] + h * f[i];
      derivatives(p, &w, y, f);
      for (int i = 0; i < 13; i++) y[i] = x[i] + sixth * (s[i] + f[i]);
      y[3] = above(y[3]), y[4] = above(y[4]), y[12] = above(y[12]);
      for (int i = 0; i < 13; i++) x[i] = pick(active, y[i], x[i]);
      left -= all(1);
    } while (any(left > all(0)));
  }
  const v4 end = x[12] / p[VG];
  for (int lane = 0; lane < 4; lane++) ends[lane] = end[lane];
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  const int patients = atoi(argv[2]), days = atoi(argv[3]), blocks = (patients + 3) / 4;
  double *records = malloc(sizeof(double) * FIELDS * patients), *ends = malloc(sizeof(double) * blocks * 4);
  v4 *p = aligned_alloc(32, sizeof(v4) * FIELDS * blocks);
  FILE *file = fopen(argv[1], "rb");
  if (!file || fread(records, sizeof(double) * FIELDS, patients, file) != (size_t)patients) return 3;
  fclose(file);
  for (int i = 0; i < blocks * 4; i++)
    for (int k = 0; k < FIELDS; k++) p[i / 4 * FIELDS + k][i % 4] = records[(i < patients ? i : patients - 1) * FIELDS + k];
  double best = 1e9;
  for (int run = 0; run < 3; run++) {
    const clock_t start = clock();
    for (int i = 0; i < blocks; i++) simulate(p + i * FIELDS, days, ends + i * 4);
    const double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    if (seconds < best) best = seconds;
  }
  printf("%.9g\n", best);
  for (int i = 0; i < patients; i++) printf("%.12g\n", ends[i]);
  return 0;
}

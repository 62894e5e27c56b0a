/*
 * The type 1 model of packs/glucose/model.ts in C, written to be fast: the same equations, steps and bookkeeping.
 * Reads records of doubles (see order below) and prints CPU seconds, then the last interstitial glucose of each patient.
 * Usage: type1 FILE PATIENTS DAYS
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct {
  double basal, per_gram;
  double BW, Ib, Vg, Vi, k1, k2, Vmx, Km0, Vm0, Fsnc, kp1, kp2, kp3, ki, p2u, m1, m2, m4, m30;
  double kabs, kmax, kmin, b, d, f, ke1, ke2, ka1, ka2, kd, ksc, substeps, meal_substeps;
  double x[13];
} Patient;

static const int MEAL_AT[4] = {450, 750, 960, 1140};
static const int MEAL_GRAMS[4] = {45, 60, 20, 65};

static inline void derivatives(const Patient *restrict p, const double *restrict y, double *restrict f, double food,
                               double infusion, double kgut, int bending, double a, double c, double shift) {
  if (bending) {
    const double q = y[0] + y[1];
    const double eb = exp(fmin(a * q - shift, 80)), ed = exp(fmin(c * q - 5, 80));
    kgut = p->kmin + (p->kmax - p->kmin) * (1 + (eb - ed) / ((eb + 1) * (ed + 1)));
  }
  const double production = p->kp1 - p->kp2 * y[3] - p->kp3 * y[8];
  const double utilization = (p->Vm0 + p->Vmx * y[6]) * y[4] / (p->Km0 + y[4]);
  const double excretion = y[3] > p->ke2 ? p->ke1 * (y[3] - p->ke2) : 0;
  const double exchange = p->k1 * y[3] - p->k2 * y[4];
  const double insulin = y[5] / p->Vi;
  f[0] = food - p->kmax * y[0];
  f[1] = p->kmax * y[0] - kgut * y[1];
  f[2] = kgut * y[1] - p->kabs * y[2];
  f[3] = (production > 0 ? production : 0) + p->f * p->kabs * y[2] / p->BW - p->Fsnc - excretion - exchange;
  f[4] = exchange - utilization;
  f[5] = p->m1 * y[9] - (p->m2 + p->m4) * y[5] + p->ka1 * y[10] + p->ka2 * y[11];
  f[6] = p->p2u * (insulin - p->Ib - y[6]);
  f[7] = p->ki * (insulin - y[7]);
  f[8] = p->ki * (y[7] - y[8]);
  f[9] = p->m2 * y[5] - (p->m1 + p->m30) * y[9];
  f[10] = infusion - (p->ka1 + p->kd) * y[10];
  f[11] = p->kd * y[10] - p->ka2 * y[11];
  f[12] = p->ksc * (y[3] - y[12]);
}

static double simulate(const Patient *p, int days) {
  double x[13], y[13], k1[13], k2[13], k3[13], k4[13];
  double dose = 0;
  int eating = 0;
  const double shift = 5 * p->b / (1 - p->b), eb = exp(-shift), ed = exp(-5);
  const double emptied = p->kmin + (p->kmax - p->kmin) * (1 + (eb - ed) / ((eb + 1) * (ed + 1)));
  for (int i = 0; i < 13; i++) x[i] = p->x[i];
  for (int minute = 0; minute < days * 1440; minute++) {
    const int now = minute % 1440;
    double food = 0, insulin = p->basal;
    for (int m = 0; m < 4; m++) {
      if (now == MEAL_AT[m]) insulin += MEAL_GRAMS[m] * p->per_gram;
      if (now >= MEAL_AT[m] && now < MEAL_AT[m] + MEAL_GRAMS[m] / 5) food = 5000;
    }
    if (food > 0) {
      if (!eating) dose = x[0] + x[1];
      dose += food;
    }
    eating = food > 0;
    const double infusion = insulin * 6000 / p->BW;
    const double a = dose > 0 ? 5 / (dose * (1 - p->b)) : 0, c = dose > 0 ? 5 / (dose * p->d) : 0;
    const int bending = dose > 0 && (food > 0 || x[0] + x[1] > 1e-3 * dose);
    const double rest = dose > 0 ? emptied : p->kmax;
    const int bends = food > 0 || (dose > 0 && x[0] + x[1] > (3 * p->b - 2) * dose);
    const int n = (int)(bends ? p->meal_substeps : p->substeps);
    const double h = 1.0 / n;
    for (int s = 0; s < n; s++) {
      derivatives(p, x, k1, food, infusion, rest, bending, a, c, shift);
      for (int i = 0; i < 13; i++) y[i] = x[i] + h / 2 * k1[i];
      derivatives(p, y, k2, food, infusion, rest, bending, a, c, shift);
      for (int i = 0; i < 13; i++) y[i] = x[i] + h / 2 * k2[i];
      derivatives(p, y, k3, food, infusion, rest, bending, a, c, shift);
      for (int i = 0; i < 13; i++) y[i] = x[i] + h * k3[i];
      derivatives(p, y, k4, food, infusion, rest, bending, a, c, shift);
      for (int i = 0; i < 13; i++) x[i] += h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
      if (x[3] < 0) x[3] = 0;
      if (x[4] < 0) x[4] = 0;
      if (x[12] < 0) x[12] = 0;
    }
  }
  return x[12] / p->Vg;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  const int patients = atoi(argv[2]), days = atoi(argv[3]);
  Patient *p = malloc(sizeof(Patient) * patients);
  double *ends = malloc(sizeof(double) * patients);
  FILE *file = fopen(argv[1], "rb");
  if (!file || fread(p, sizeof(Patient), patients, file) != (size_t)patients) return 3;
  fclose(file);
  double best = 1e9;
  for (int run = 0; run < 3; run++) {
    const clock_t start = clock();
    for (int i = 0; i < patients; i++) ends[i] = simulate(&p[i], days);
    const double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    if (seconds < best) best = seconds;
  }
  printf("%.9g\n", best);
  for (int i = 0; i < patients; i++) printf("%.12g\n", ends[i]);
  return 0;
}

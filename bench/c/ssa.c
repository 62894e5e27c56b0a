/*
 * The models of bench/stochastic-workload.ts by Gillespie's direct method in C, written to be fast: propensities kept, those
 * changed worked out anew, random numbers by xoshiro256++. Prints CPU seconds, reactions, then the mean of the species compared.
 * Usage: ssa dimers|ring SIZE END RUNS
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t s[4] = {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb, 0x2545f4914f6cdd1d};
static inline uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
static inline double uniform(void) {
  const uint64_t r = rotl(s[0] + s[3], 23) + s[0], t = s[1] << 17;
  s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3]; s[2] ^= t; s[3] = rotl(s[3], 45);
  return ((r >> 11) + 0.5) * 0x1.0p-53;
}

static uint64_t dimers(double end, double *seen) {
  double x1 = 100000, x2 = 0, x3 = 0, t = 0;
  uint64_t reactions = 0;
  double a0 = x1, a1 = 0.001 * x1 * (x1 - 1), a2 = 0, a3 = 0;
  for (;;) {
    const double total = a0 + a1 + a2 + a3;
    if (!(total > 0)) break;
    t -= log(uniform()) / total;
    if (t > end) break;
    double r = uniform() * total;
    if ((r -= a0) < 0) x1--;
    else if ((r -= a1) < 0) x1 -= 2, x2++;
    else if ((r -= a2) < 0) x1 += 2, x2--;
    else x2--, x3++;
    a0 = x1, a1 = 0.001 * x1 * (x1 - 1), a2 = 0.5 * x2, a3 = 0.04 * x2;
    reactions++;
  }
  *seen = x3;
  return reactions;
}

static uint64_t ring(int n, double end, double *seen) {
  double *x = malloc(n * sizeof *x), *a = malloc(2 * n * sizeof *a), *k = malloc(n * sizeof *k), t = 0;
  for (int i = 0; i < n; i++) x[i] = 20, k[i] = pow(10, i % 3 - 1), a[2 * i] = a[2 * i + 1] = k[i] * x[i];
  uint64_t reactions = 0;
  for (;;) {
    double total = 0;
    for (int j = 0; j < 2 * n; j++) total += a[j];
    t -= log(uniform()) / total;
    if (t > end) break;
    double r = uniform() * total;
    int j = 0;
    while (j < 2 * n - 1 && (r -= a[j]) >= 0) j++;
    const int from = j >> 1, to = j & 1 ? (from + n - 1) % n : (from + 1) % n;
    x[from]--, x[to]++;
    a[2 * from] = a[2 * from + 1] = k[from] * x[from];
    a[2 * to] = a[2 * to + 1] = k[to] * x[to];
    reactions++;
  }
  *seen = x[0];
  free(x), free(a), free(k);
  return reactions;
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  const int size = atoi(argv[2]), runs = atoi(argv[4]);
  const double end = atof(argv[3]);
  double mean = 0, seen;
  uint64_t reactions = 0;
  const clock_t start = clock();
  for (int i = 0; i < runs; i++) {
    reactions += strcmp(argv[1], "ring") == 0 ? ring(size, end, &seen) : dimers(end, &seen);
    mean += seen / runs;
  }
  printf("%.9f\n%llu\n%.9f\n", (double)(clock() - start) / CLOCKS_PER_SEC, (unsigned long long)reactions, mean);
  return 0;
}

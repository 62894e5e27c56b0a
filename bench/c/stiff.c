/*
 * CVODE on the stiff problems of packages/numerics/ode/stiff-problems.data.ts and the reaction–diffusion chain of
 * bench/stiff.bench.ts: BDF, Newton, analytic Jacobians; dense factors to 20 states, banded or KLU for the chain.
 * Vector operations are fused, an option of SUNDIALS' that is faster on all of them.
 * Usage: stiff PROBLEM RTOL REPETITIONS SOLVER ATOL… (one, or one per state); SOLVER dense, band or klu.
 * Prints seconds of processor time per solution (the least of five), steps, evaluations of f, then the final state.
 */
#include <cvode/cvode.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sunlinsol/sunlinsol_band.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunlinsol/sunlinsol_klu.h>
#include <sunmatrix/sunmatrix_band.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <sunmatrix/sunmatrix_sparse.h>
#include <time.h>

typedef void (*Rates)(const double *restrict y, double *restrict dy);
/* Entries by columns in the order of starts and rows. */
typedef void (*Entries)(const double *restrict y, double *restrict out);

typedef struct {
  const char *name;
  int n;
  double end;
  Rates rates;
  const int *starts, *rows;
  Entries entries;
} Problem;

static void rober_rates(const double *restrict y, double *restrict dy) {
  const double slow = 0.04 * y[0], back = 1e4 * y[1] * y[2], fast = 3e7 * y[1] * y[1];
  dy[0] = back - slow;
  dy[1] = slow - back - fast;
  dy[2] = fast;
}
static const int FULL3[] = {0, 3, 6, 9}, FULL3_ROWS[] = {0, 1, 2, 0, 1, 2, 0, 1, 2};
static void rober_entries(const double *restrict y, double *restrict out) {
  const double fast = 6e7 * y[1];
  out[0] = -0.04;
  out[1] = 0.04;
  out[2] = 0;
  out[3] = 1e4 * y[2];
  out[4] = -1e4 * y[2] - fast;
  out[5] = fast;
  out[6] = 1e4 * y[1];
  out[7] = -1e4 * y[1];
  out[8] = 0;
}

static void hires_rates(const double *restrict y, double *restrict dy) {
  const double bound = 280 * y[5] * y[7];
  dy[0] = -1.71 * y[0] + 0.43 * y[1] + 8.32 * y[2] + 0.0007;
  dy[1] = 1.71 * y[0] - 8.75 * y[1];
  dy[2] = -10.03 * y[2] + 0.43 * y[3] + 0.035 * y[4];
  dy[3] = 8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3];
  dy[4] = -1.745 * y[4] + 0.43 * y[5] + 0.43 * y[6];
  dy[5] = -bound + 0.69 * y[3] + 1.71 * y[4] - 0.43 * y[5] + 0.69 * y[6];
  dy[6] = bound - 1.81 * y[6];
  dy[7] = 1.81 * y[6] - bound;
}
static const int HIRES[] = {0, 2, 5, 8, 11, 14, 18, 22, 25};
static const int HIRES_ROWS[] = {0, 1, 0, 1, 3, 0, 2, 3, 2, 3, 5, 2, 4, 5, 4, 5, 6, 7, 4, 5, 6, 7, 5, 6, 7};
static void hires_entries(const double *restrict y, double *restrict out) {
  static const double constant[25] = {-1.71, 1.71, 0.43,  -8.75, 8.32, 8.32, -10.03, 1.71, 0.43,  -1.12, 0.69, 0.035,
                                      -1.745, 1.71, 0.43, 0,     0,    0,    0.43,   0.69, -1.81, 1.81,  0,    0, 0};
  const double by5 = 280 * y[7], by7 = 280 * y[5];
  memcpy(out, constant, sizeof constant);
  out[15] = -by5 - 0.43;
  out[16] = by5;
  out[17] = -by5;
  out[22] = -by7;
  out[23] = by7;
  out[24] = -by7;
}

static void orego_rates(const double *restrict y, double *restrict dy) {
  dy[0] = 77.27 * (y[1] + y[0] * (1 - 8.375e-6 * y[0] - y[1]));
  dy[1] = (y[2] - (1 + y[0]) * y[1]) / 77.27;
  dy[2] = 0.161 * (y[0] - y[2]);
}
static const int OREGO[] = {0, 3, 5, 7}, OREGO_ROWS[] = {0, 1, 2, 0, 1, 1, 2};
static void orego_entries(const double *restrict y, double *restrict out) {
  out[0] = 77.27 * (1 - 2 * 8.375e-6 * y[0] - y[1]);
  out[1] = -y[1] / 77.27;
  out[2] = 0.161;
  out[3] = 77.27 * (1 - y[0]);
  out[4] = -(1 + y[0]) / 77.27;
  out[5] = 1 / 77.27;
  out[6] = -0.161;
}

static void pollu_rates(const double *restrict y, double *restrict dy) {
  const double r1 = 0.35 * y[0];
  const double r2 = 26.6 * y[1] * y[3];
  const double r3 = 12300.0 * y[4] * y[1];
  const double r4 = 0.00086 * y[6];
  const double r5 = 0.00082 * y[6];
  const double r6 = 15000.0 * y[6] * y[5];
  const double r7 = 0.00013 * y[8];
  const double r8 = 24000.0 * y[8] * y[5];
  const double r9 = 16500.0 * y[10] * y[1];
  const double r10 = 9000.0 * y[10] * y[0];
  const double r11 = 0.022 * y[12];
  const double r12 = 12000.0 * y[9] * y[1];
  const double r13 = 1.88 * y[13];
  const double r14 = 16300.0 * y[0] * y[5];
  const double r15 = 4800000.0 * y[2];
  const double r16 = 0.00035 * y[3];
  const double r17 = 0.0175 * y[3];
  const double r18 = 1e8 * y[15];
  const double r19 = 4.44e11 * y[15];
  const double r20 = 1240.0 * y[16] * y[5];
  const double r21 = 2.1 * y[18];
  const double r22 = 5.78 * y[18];
  const double r23 = 0.0474 * y[0] * y[3];
  const double r24 = 1780.0 * y[18] * y[0];
  const double r25 = 3.12 * y[19];
  dy[0] = r2 + r3 + r9 + r11 + r12 + r22 + r25 - r1 - r10 - r14 - r23 - r24;
  dy[1] = r1 + r21 - r2 - r3 - r9 - r12;
  dy[2] = r1 + r17 + r19 + r22 - r15;
  dy[3] = r15 - r2 - r16 - r17 - r23;
  dy[4] = 2.0 * r4 + r6 + r7 + r13 + r20 - r3;
  dy[5] = 2.0 * r18 + r3 - r6 - r8 - r14 - r20;
  dy[6] = r13 - r4 - r5 - r6;
  dy[7] = r4 + r5 + r6 + r7;
  dy[8] = -r7 - r8;
  dy[9] = r7 + r9 - r12;
  dy[10] = r8 + r11 - r9 - r10;
  dy[11] = r9;
  dy[12] = r10 - r11;
  dy[13] = r12 - r13;
  dy[14] = r14;
  dy[15] = r16 - r18 - r19;
  dy[16] = -r20;
  dy[17] = r20;
  dy[18] = r23 + r25 - r21 - r22 - r24;
  dy[19] = r24 - r25;
}
static const int POLLU[] = {0, 10, 19, 21, 27, 31, 41, 45, 45, 51, 55, 61, 61, 64, 67, 67, 70, 74, 74, 79, 82};
static const int POLLU_ROWS[] = {0, 1, 2, 3, 5, 10, 12, 14, 18, 19, 0, 1, 3, 4, 5, 9, 10, 11, 13, 2, 3, 0, 1, 2, 3, 15, 18, 0, 1, 4, 5, 0, 4, 5, 6, 7, 8, 10, 14, 16, 17, 4, 5, 6, 7, 4, 5, 7, 8, 9, 10, 0, 1, 9, 13, 0, 1, 9, 10, 11, 12, 0, 10, 12, 4, 6, 13, 2, 5, 15, 4, 5, 16, 17, 0, 1, 2, 18, 19, 0, 18, 19};
static void pollu_entries(const double *restrict y, double *restrict out) {
  const double d1by1 = 0.35;
  const double d10by1 = 9000.0 * y[10];
  const double d14by1 = 16300.0 * y[5];
  const double d23by1 = 0.0474 * y[3];
  const double d24by1 = 1780.0 * y[18];
  out[0] = -d1by1 - d10by1 - d14by1 - d23by1 - d24by1;
  out[1] = d1by1;
  out[2] = d1by1;
  out[3] = -d23by1;
  out[4] = -d14by1;
  out[5] = -d10by1;
  out[6] = d10by1;
  out[7] = d14by1;
  out[8] = d23by1 - d24by1;
  out[9] = d24by1;
  const double d2by2 = 26.6 * y[3];
  const double d3by2 = 12300.0 * y[4];
  const double d9by2 = 16500.0 * y[10];
  const double d12by2 = 12000.0 * y[9];
  out[10] = d2by2 + d3by2 + d9by2 + d12by2;
  out[11] = -d2by2 - d3by2 - d9by2 - d12by2;
  out[12] = -d2by2;
  out[13] = -d3by2;
  out[14] = d3by2;
  out[15] = d9by2 - d12by2;
  out[16] = -d9by2;
  out[17] = d9by2;
  out[18] = d12by2;
  const double d15by3 = 4800000;
  out[19] = -d15by3;
  out[20] = d15by3;
  const double d2by4 = 26.6 * y[1];
  const double d16by4 = 0.00035;
  const double d17by4 = 0.0175;
  const double d23by4 = 0.0474 * y[0];
  out[21] = d2by4 - d23by4;
  out[22] = -d2by4;
  out[23] = d17by4;
  out[24] = -d2by4 - d16by4 - d17by4 - d23by4;
  out[25] = d16by4;
  out[26] = d23by4;
  const double d3by5 = 12300.0 * y[1];
  out[27] = d3by5;
  out[28] = -d3by5;
  out[29] = -d3by5;
  out[30] = d3by5;
  const double d6by6 = 15000.0 * y[6];
  const double d8by6 = 24000.0 * y[8];
  const double d14by6 = 16300.0 * y[0];
  const double d20by6 = 1240.0 * y[16];
  out[31] = -d14by6;
  out[32] = d6by6 + d20by6;
  out[33] = -d6by6 - d8by6 - d14by6 - d20by6;
  out[34] = -d6by6;
  out[35] = d6by6;
  out[36] = -d8by6;
  out[37] = d8by6;
  out[38] = d14by6;
  out[39] = -d20by6;
  out[40] = d20by6;
  const double d4by7 = 0.00086;
  const double d5by7 = 0.00082;
  const double d6by7 = 15000.0 * y[5];
  out[41] = 2.0 * d4by7 + d6by7;
  out[42] = -d6by7;
  out[43] = -d4by7 - d5by7 - d6by7;
  out[44] = d4by7 + d5by7 + d6by7;
  const double d7by9 = 0.00013;
  const double d8by9 = 24000.0 * y[5];
  out[45] = d7by9;
  out[46] = -d8by9;
  out[47] = d7by9;
  out[48] = -d7by9 - d8by9;
  out[49] = d7by9;
  out[50] = d8by9;
  const double d12by10 = 12000.0 * y[1];
  out[51] = d12by10;
  out[52] = -d12by10;
  out[53] = -d12by10;
  out[54] = d12by10;
  const double d9by11 = 16500.0 * y[1];
  const double d10by11 = 9000.0 * y[0];
  out[55] = d9by11 - d10by11;
  out[56] = -d9by11;
  out[57] = d9by11;
  out[58] = -d9by11 - d10by11;
  out[59] = d9by11;
  out[60] = d10by11;
  const double d11by13 = 0.022;
  out[61] = d11by13;
  out[62] = d11by13;
  out[63] = -d11by13;
  const double d13by14 = 1.88;
  out[64] = d13by14;
  out[65] = d13by14;
  out[66] = -d13by14;
  const double d18by16 = 1e8;
  const double d19by16 = 4.44e11;
  out[67] = d19by16;
  out[68] = 2.0 * d18by16;
  out[69] = -d18by16 - d19by16;
  const double d20by17 = 1240.0 * y[5];
  out[70] = d20by17;
  out[71] = -d20by17;
  out[72] = -d20by17;
  out[73] = d20by17;
  const double d21by19 = 2.1;
  const double d22by19 = 5.78;
  const double d24by19 = 1780.0 * y[0];
  out[74] = d22by19 - d24by19;
  out[75] = d21by19;
  out[76] = d22by19;
  out[77] = -d21by19 - d22by19 - d24by19;
  out[78] = d24by19;
  const double d25by20 = 3.12;
  out[79] = d25by20;
  out[80] = d25by20;
  out[81] = -d25by20;
}

static void vdpol_rates(const double *restrict y, double *restrict dy) {
  dy[0] = y[1];
  dy[1] = ((1 - y[0] * y[0]) * y[1] - y[0]) * 1e6;
}
static const int VDPOL[] = {0, 1, 3}, VDPOL_ROWS[] = {1, 0, 1};
static void vdpol_entries(const double *restrict y, double *restrict out) {
  out[0] = (-2 * y[0] * y[1] - 1) * 1e6;
  out[1] = 1;
  out[2] = (1 - y[0] * y[0]) * 1e6;
}

/* One-dimensional Brusselator, 500 points, u and v by turns: Hairer, Wanner, Solving ODEs II, IV.10 (BRUSS in one dimension). */
enum { POINTS = 500, STATES = 2 * POINTS };
static const double SPREAD = 0.02 * (POINTS + 1) * (POINTS + 1);
static void chain_rates(const double *restrict y, double *restrict dy) {
  for (int i = 0; i < POINTS; i++) {
    const double u = y[2 * i], v = y[2 * i + 1];
    const double ul = i > 0 ? y[2 * i - 2] : 1, ur = i < POINTS - 1 ? y[2 * i + 2] : 1;
    const double vl = i > 0 ? y[2 * i - 1] : 3, vr = i < POINTS - 1 ? y[2 * i + 3] : 3;
    const double born = u * u * v;
    dy[2 * i] = 1 + born - 4 * u + SPREAD * (ul - 2 * u + ur);
    dy[2 * i + 1] = 3 * u - born + SPREAD * (vl - 2 * v + vr);
  }
}
static int CHAIN[STATES + 1], CHAIN_ROWS[4 * STATES];
static void chain_pattern(void) {
  int p = 0;
  for (int j = 0; j < STATES; j++) {
    CHAIN[j] = p;
    if (j >= 2) CHAIN_ROWS[p++] = j - 2;
    CHAIN_ROWS[p++] = j & ~1;
    CHAIN_ROWS[p++] = j | 1;
    if (j + 2 < STATES) CHAIN_ROWS[p++] = j + 2;
  }
  CHAIN[STATES] = p;
}
static void chain_entries(const double *restrict y, double *restrict out) {
  int p = 0;
  for (int i = 0; i < POINTS; i++) {
    const double u = y[2 * i], v = y[2 * i + 1];
    if (i > 0) out[p++] = SPREAD;
    out[p++] = 2 * u * v - 4 - 2 * SPREAD;
    out[p++] = 3 - 2 * u * v;
    if (i < POINTS - 1) out[p++] = SPREAD;
    if (i > 0) out[p++] = SPREAD;
    out[p++] = u * u;
    out[p++] = -u * u - 2 * SPREAD;
    if (i < POINTS - 1) out[p++] = SPREAD;
  }
}

static const Problem PROBLEMS[] = {
    {"ROBER", 3, 1e11, rober_rates, FULL3, FULL3_ROWS, rober_entries},
    {"HIRES", 8, 321.8122, hires_rates, HIRES, HIRES_ROWS, hires_entries},
    {"OREGO", 3, 360, orego_rates, OREGO, OREGO_ROWS, orego_entries},
    {"POLLU", 20, 60, pollu_rates, POLLU, POLLU_ROWS, pollu_entries},
    {"VDPOL", 2, 2, vdpol_rates, VDPOL, VDPOL_ROWS, vdpol_entries},
    {"CHAIN", STATES, 10, chain_rates, CHAIN, CHAIN_ROWS, chain_entries},
};

static void start(const Problem *p, double *y) {
  static const double rober[] = {1, 0, 0}, orego[] = {1, 2, 3}, vdpol[] = {2, 0};
  for (int i = 0; i < p->n; i++) y[i] = 0;
  if (p->rates == rober_rates) memcpy(y, rober, sizeof rober);
  if (p->rates == orego_rates) memcpy(y, orego, sizeof orego);
  if (p->rates == vdpol_rates) memcpy(y, vdpol, sizeof vdpol);
  if (p->rates == hires_rates) {
    y[0] = 1;
    y[7] = 0.0057;
  }
  if (p->rates == pollu_rates) {
    y[1] = 0.2;
    y[3] = 0.04;
    y[6] = 0.1;
    y[7] = 0.3;
    y[8] = 0.01;
    y[16] = 0.007;
  }
  if (p->rates == chain_rates) {
    for (int i = 0; i < POINTS; i++) {
      y[2 * i] = 1 + sin(6.283185307179586 * (i + 1) / (POINTS + 1));
      y[2 * i + 1] = 3;
    }
  }
}

static int f(realtype t, N_Vector y, N_Vector dy, void *data) {
  (void)t;
  ((const Problem *)data)->rates(N_VGetArrayPointer(y), N_VGetArrayPointer(dy));
  return 0;
}

static int jacobian(realtype t, N_Vector y, N_Vector fy, SUNMatrix m, void *data, N_Vector a, N_Vector b, N_Vector c) {
  (void)t, (void)fy, (void)a, (void)b, (void)c;
  const Problem *p = data;
  static double values[4 * STATES];
  if (SUNMatGetID(m) == SUNMATRIX_SPARSE) {
    p->entries(N_VGetArrayPointer(y), SUNSparseMatrix_Data(m));
    for (int j = 0; j <= p->n; j++) SUNSparseMatrix_IndexPointers(m)[j] = p->starts[j];
    for (int e = 0; e < p->starts[p->n]; e++) SUNSparseMatrix_IndexValues(m)[e] = p->rows[e];
    return 0;
  }
  p->entries(N_VGetArrayPointer(y), values);
  SUNMatZero(m);
  const int dense = SUNMatGetID(m) == SUNMATRIX_DENSE;
  for (int j = 0; j < p->n; j++) {
    realtype *column = dense ? SUNDenseMatrix_Column(m, j) : SUNBandMatrix_Column(m, j);
    for (int e = p->starts[j]; e < p->starts[j + 1]; e++) column[dense ? p->rows[e] : p->rows[e] - j] = values[e];
  }
  return 0;
}

int main(int count, char **arguments) {
  if (count < 6) return 2;
  chain_pattern();
  const Problem *p = NULL;
  for (size_t i = 0; i < sizeof PROBLEMS / sizeof *PROBLEMS; i++)
    if (strcmp(arguments[1], PROBLEMS[i].name) == 0) p = &PROBLEMS[i];
  if (p == NULL) return 2;
  const double rtol = atof(arguments[2]);
  const int repetitions = atoi(arguments[3]);
  SUNContext context;
  SUNContext_Create(NULL, &context);
  N_Vector y = N_VNew_Serial(p->n, context), atol = N_VNew_Serial(p->n, context);
  N_VEnableFusedOps_Serial(y, SUNTRUE);
  for (int i = 0; i < p->n; i++) N_VGetArrayPointer(atol)[i] = atof(arguments[5 + (count > 6 ? i : 0)]);
  SUNMatrix matrix;
  SUNLinearSolver solver;
  if (strcmp(arguments[4], "band") == 0) {
    matrix = SUNBandMatrix(p->n, 2, 2, context);
    solver = SUNLinSol_Band(y, matrix, context);
  } else if (strcmp(arguments[4], "klu") == 0) {
    matrix = SUNSparseMatrix(p->n, p->n, p->starts[p->n], CSC_MAT, context);
    solver = SUNLinSol_KLU(y, matrix, context);
  } else {
    matrix = SUNDenseMatrix(p->n, p->n, context);
    solver = SUNLinSol_Dense(y, matrix, context);
  }
  void *memory = CVodeCreate(CV_BDF, context);
  start(p, N_VGetArrayPointer(y));
  CVodeInit(memory, f, 0, y);
  CVodeSVtolerances(memory, rtol, atol);
  CVodeSetUserData(memory, (void *)p);
  CVodeSetLinearSolver(memory, solver, matrix);
  CVodeSetJacFn(memory, jacobian);
  CVodeSetMaxNumSteps(memory, 1000000);
  double least = 1e300;
  for (int round = 0; round < 25; round++) {
    const clock_t begun = clock();
    for (int r = 0; r < repetitions; r++) {
      start(p, N_VGetArrayPointer(y));
      CVodeReInit(memory, 0, y);
      CVodeSetStopTime(memory, p->end);
      realtype t;
      if (CVode(memory, p->end, y, &t, CV_NORMAL) < 0) return 1;
    }
    const double seconds = (double)(clock() - begun) / CLOCKS_PER_SEC / repetitions;
    if (seconds < least) least = seconds;
  }
  long steps, evaluations;
  CVodeGetNumSteps(memory, &steps);
  CVodeGetNumRhsEvals(memory, &evaluations);
  printf("%.9g\n%ld\n%ld\n", least, steps, evaluations);
  for (int i = 0; i < p->n; i++) printf("%.17g\n", N_VGetArrayPointer(y)[i]);
  return 0;
}

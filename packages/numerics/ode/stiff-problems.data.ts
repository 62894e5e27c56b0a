import type { OdeSystem } from './solver.ts';

/** A stiff problem with a published solution at the end of its span. */
export interface StiffProblem {
  readonly name: string;
  readonly title: string;
  readonly system: OdeSystem;
  readonly initial: Float64Array;
  readonly end: number;
  readonly reference: Float64Array;
}

/** Every place of an n × n matrix, by columns. */
const full = (n: number) => ({
  starts: Int32Array.from({ length: n + 1 }, (_, j) => j * n),
  rowIndices: Int32Array.from({ length: n * n }, (_, p) => p % n),
});

/*
 * Equations, initial values and solutions at the end of the span: Mazzia, Magherini, Test Set for Initial Value Problem Solvers,
 * release 2.4, Department of Mathematics, University of Bari, 2008 (problems ROBER, HIRES, OREGO, POLLU, VDPOL; solutions by
 * RADAU at tolerances of 1e-18).
 */

const rober: StiffProblem = {
  name: 'ROBER',
  title: "Robertson's autocatalytic reaction",
  system: {
    dimension: 3,
    autonomous: true,
    rhs(_t, y, dy) {
      const slow = 0.04 * y[0];
      const back = 1e4 * y[1] * y[2];
      const fast = 3e7 * y[1] * y[1];
      dy[0] = back - slow;
      dy[1] = slow - back - fast;
      dy[2] = fast;
    },
    jacobian: {
      ...full(3),
      values(_t, y, out) {
        const fast = 6e7 * y[1];
        out[0] = -0.04;
        out[1] = 0.04;
        out[2] = 0;
        out[3] = 1e4 * y[2];
        out[4] = -1e4 * y[2] - fast;
        out[5] = fast;
        out[6] = 1e4 * y[1];
        out[7] = -1e4 * y[1];
        out[8] = 0;
      },
    },
  },
  initial: Float64Array.of(1, 0, 0),
  end: 1e11,
  reference: Float64Array.of(0.2083340149701255e-7, 0.8333360770334713e-13, 0.999999979166505),
};

const hires: StiffProblem = {
  name: 'HIRES',
  title: 'High irradiance responses of photomorphogenesis',
  system: {
    dimension: 8,
    autonomous: true,
    rhs(_t, y, dy) {
      const bound = 280 * y[5] * y[7];
      dy[0] = -1.71 * y[0] + 0.43 * y[1] + 8.32 * y[2] + 0.0007;
      dy[1] = 1.71 * y[0] - 8.75 * y[1];
      dy[2] = -10.03 * y[2] + 0.43 * y[3] + 0.035 * y[4];
      dy[3] = 8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3];
      dy[4] = -1.745 * y[4] + 0.43 * y[5] + 0.43 * y[6];
      dy[5] = -bound + 0.69 * y[3] + 1.71 * y[4] - 0.43 * y[5] + 0.69 * y[6];
      dy[6] = bound - 1.81 * y[6];
      dy[7] = 1.81 * y[6] - bound;
    },
    jacobian: {
      starts: Int32Array.of(0, 2, 5, 8, 11, 14, 18, 22, 25),
      rowIndices: Int32Array.of(0, 1, 0, 1, 3, 0, 2, 3, 2, 3, 5, 2, 4, 5, 4, 5, 6, 7, 4, 5, 6, 7, 5, 6, 7),
      values(_t, y, out) {
        const by5 = 280 * y[7];
        const by7 = 280 * y[5];
        out[0] = -1.71;
        out[1] = 1.71;
        out[2] = 0.43;
        out[3] = -8.75;
        out[4] = 8.32;
        out[5] = 8.32;
        out[6] = -10.03;
        out[7] = 1.71;
        out[8] = 0.43;
        out[9] = -1.12;
        out[10] = 0.69;
        out[11] = 0.035;
        out[12] = -1.745;
        out[13] = 1.71;
        out[14] = 0.43;
        out[15] = -by5 - 0.43;
        out[16] = by5;
        out[17] = -by5;
        out[18] = 0.43;
        out[19] = 0.69;
        out[20] = -1.81;
        out[21] = 1.81;
        out[22] = -by7;
        out[23] = by7;
        out[24] = -by7;
      },
    },
  },
  initial: Float64Array.of(1, 0, 0, 0, 0, 0, 0, 0.0057),
  end: 321.8122,
  reference: Float64Array.of(
    0.7371312573325668e-3,
    0.1442485726316185e-3,
    0.5888729740967575e-4,
    0.1175651343283149e-2,
    0.2386356198831331e-2,
    0.6238968252742796e-2,
    0.2849998395185769e-2,
    0.2850001604814231e-2,
  ),
};

const orego: StiffProblem = {
  name: 'OREGO',
  title: 'Oregonator: the Belousov–Zhabotinskii reaction',
  system: {
    dimension: 3,
    autonomous: true,
    rhs(_t, y, dy) {
      dy[0] = 77.27 * (y[1] + y[0] * (1 - 8.375e-6 * y[0] - y[1]));
      dy[1] = (y[2] - (1 + y[0]) * y[1]) / 77.27;
      dy[2] = 0.161 * (y[0] - y[2]);
    },
    jacobian: {
      starts: Int32Array.of(0, 3, 5, 7),
      rowIndices: Int32Array.of(0, 1, 2, 0, 1, 1, 2),
      values(_t, y, out) {
        out[0] = 77.27 * (1 - 2 * 8.375e-6 * y[0] - y[1]);
        out[1] = -y[1] / 77.27;
        out[2] = 0.161;
        out[3] = 77.27 * (1 - y[0]);
        out[4] = -(1 + y[0]) / 77.27;
        out[5] = 1 / 77.27;
        out[6] = -0.161;
      },
    },
  },
  initial: Float64Array.of(1, 2, 3),
  end: 360,
  reference: Float64Array.of(0.1000814870318523e1, 0.1228178521549917e4, 0.1320554942846706e3),
};

const pollu: StiffProblem = {
  name: 'POLLU',
  title: 'Chemistry of air pollution: 25 reactions of 20 species',
  system: {
    dimension: 20,
    autonomous: true,
    rhs(_t, y, dy) {
      const r1 = 0.35 * y[0];
      const r2 = 26.6 * y[1] * y[3];
      const r3 = 12300 * y[4] * y[1];
      const r4 = 0.00086 * y[6];
      const r5 = 0.00082 * y[6];
      const r6 = 15000 * y[6] * y[5];
      const r7 = 0.00013 * y[8];
      const r8 = 24000 * y[8] * y[5];
      const r9 = 16500 * y[10] * y[1];
      const r10 = 9000 * y[10] * y[0];
      const r11 = 0.022 * y[12];
      const r12 = 12000 * y[9] * y[1];
      const r13 = 1.88 * y[13];
      const r14 = 16300 * y[0] * y[5];
      const r15 = 4800000 * y[2];
      const r16 = 0.00035 * y[3];
      const r17 = 0.0175 * y[3];
      const r18 = 1e8 * y[15];
      const r19 = 4.44e11 * y[15];
      const r20 = 1240 * y[16] * y[5];
      const r21 = 2.1 * y[18];
      const r22 = 5.78 * y[18];
      const r23 = 0.0474 * y[0] * y[3];
      const r24 = 1780 * y[18] * y[0];
      const r25 = 3.12 * y[19];
      dy[0] = r2 + r3 + r9 + r11 + r12 + r22 + r25 - r1 - r10 - r14 - r23 - r24;
      dy[1] = r1 + r21 - r2 - r3 - r9 - r12;
      dy[2] = r1 + r17 + r19 + r22 - r15;
      dy[3] = r15 - r2 - r16 - r17 - r23;
      dy[4] = 2 * r4 + r6 + r7 + r13 + r20 - r3;
      dy[5] = 2 * r18 + r3 - r6 - r8 - r14 - r20;
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
    },
    jacobian: {
      starts: Int32Array.of(0, 10, 19, 21, 27, 31, 41, 45, 45, 51, 55, 61, 61, 64, 67, 67, 70, 74, 74, 79, 82),
      rowIndices: Int32Array.of(
        0,
        1,
        2,
        3,
        5,
        10,
        12,
        14,
        18,
        19,
        0,
        1,
        3,
        4,
        5,
        9,
        10,
        11,
        13,
        2,
        3,
        0,
        1,
        2,
        3,
        15,
        18,
        0,
        1,
        4,
        5,
        0,
        4,
        5,
        6,
        7,
        8,
        10,
        14,
        16,
        17,
        4,
        5,
        6,
        7,
        4,
        5,
        7,
        8,
        9,
        10,
        0,
        1,
        9,
        13,
        0,
        1,
        9,
        10,
        11,
        12,
        0,
        10,
        12,
        4,
        6,
        13,
        2,
        5,
        15,
        4,
        5,
        16,
        17,
        0,
        1,
        2,
        18,
        19,
        0,
        18,
        19,
      ),
      values(_t, y, out) {
        const d1by1 = 0.35;
        const d10by1 = 9000 * y[10];
        const d14by1 = 16300 * y[5];
        const d23by1 = 0.0474 * y[3];
        const d24by1 = 1780 * y[18];
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
        const d2by2 = 26.6 * y[3];
        const d3by2 = 12300 * y[4];
        const d9by2 = 16500 * y[10];
        const d12by2 = 12000 * y[9];
        out[10] = d2by2 + d3by2 + d9by2 + d12by2;
        out[11] = -d2by2 - d3by2 - d9by2 - d12by2;
        out[12] = -d2by2;
        out[13] = -d3by2;
        out[14] = d3by2;
        out[15] = d9by2 - d12by2;
        out[16] = -d9by2;
        out[17] = d9by2;
        out[18] = d12by2;
        const d15by3 = 4800000;
        out[19] = -d15by3;
        out[20] = d15by3;
        const d2by4 = 26.6 * y[1];
        const d16by4 = 0.00035;
        const d17by4 = 0.0175;
        const d23by4 = 0.0474 * y[0];
        out[21] = d2by4 - d23by4;
        out[22] = -d2by4;
        out[23] = d17by4;
        out[24] = -d2by4 - d16by4 - d17by4 - d23by4;
        out[25] = d16by4;
        out[26] = d23by4;
        const d3by5 = 12300 * y[1];
        out[27] = d3by5;
        out[28] = -d3by5;
        out[29] = -d3by5;
        out[30] = d3by5;
        const d6by6 = 15000 * y[6];
        const d8by6 = 24000 * y[8];
        const d14by6 = 16300 * y[0];
        const d20by6 = 1240 * y[16];
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
        const d4by7 = 0.00086;
        const d5by7 = 0.00082;
        const d6by7 = 15000 * y[5];
        out[41] = 2 * d4by7 + d6by7;
        out[42] = -d6by7;
        out[43] = -d4by7 - d5by7 - d6by7;
        out[44] = d4by7 + d5by7 + d6by7;
        const d7by9 = 0.00013;
        const d8by9 = 24000 * y[5];
        out[45] = d7by9;
        out[46] = -d8by9;
        out[47] = d7by9;
        out[48] = -d7by9 - d8by9;
        out[49] = d7by9;
        out[50] = d8by9;
        const d12by10 = 12000 * y[1];
        out[51] = d12by10;
        out[52] = -d12by10;
        out[53] = -d12by10;
        out[54] = d12by10;
        const d9by11 = 16500 * y[1];
        const d10by11 = 9000 * y[0];
        out[55] = d9by11 - d10by11;
        out[56] = -d9by11;
        out[57] = d9by11;
        out[58] = -d9by11 - d10by11;
        out[59] = d9by11;
        out[60] = d10by11;
        const d11by13 = 0.022;
        out[61] = d11by13;
        out[62] = d11by13;
        out[63] = -d11by13;
        const d13by14 = 1.88;
        out[64] = d13by14;
        out[65] = d13by14;
        out[66] = -d13by14;
        const d18by16 = 1e8;
        const d19by16 = 4.44e11;
        out[67] = d19by16;
        out[68] = 2 * d18by16;
        out[69] = -d18by16 - d19by16;
        const d20by17 = 1240 * y[5];
        out[70] = d20by17;
        out[71] = -d20by17;
        out[72] = -d20by17;
        out[73] = d20by17;
        const d21by19 = 2.1;
        const d22by19 = 5.78;
        const d24by19 = 1780 * y[0];
        out[74] = d22by19 - d24by19;
        out[75] = d21by19;
        out[76] = d22by19;
        out[77] = -d21by19 - d22by19 - d24by19;
        out[78] = d24by19;
        const d25by20 = 3.12;
        out[79] = d25by20;
        out[80] = d25by20;
        out[81] = -d25by20;
      },
    },
  },
  initial: Float64Array.of(0, 0.2, 0, 0.04, 0, 0, 0.1, 0.3, 0.01, 0, 0, 0, 0, 0, 0, 0, 0.007, 0, 0, 0),
  end: 60,
  reference: Float64Array.of(
    0.5646255480022769e-1,
    0.1342484130422339,
    0.4139734331099427e-8,
    0.5523140207484359e-2,
    0.2018977262302196e-6,
    0.1464541863493966e-6,
    0.7784249118997964e-1,
    0.3245075353396018,
    0.7494013383880406e-2,
    0.1622293157301561e-7,
    0.1135863833257075e-7,
    0.2230505975721359e-2,
    0.208716288279863e-3,
    0.1396921016840158e-4,
    0.8964884856898295e-2,
    0.4352846369330103e-17,
    0.6899219696263405e-2,
    0.1007803037365946e-3,
    0.1772146513969984e-5,
    0.5682943292316392e-4,
  ),
};

const vdpol: StiffProblem = {
  name: 'VDPOL',
  title: 'Van der Pol oscillator, ε = 1e-6',
  system: {
    dimension: 2,
    autonomous: true,
    rhs(_t, y, dy) {
      dy[0] = y[1];
      dy[1] = ((1 - y[0] * y[0]) * y[1] - y[0]) * 1e6;
    },
    jacobian: {
      starts: Int32Array.of(0, 1, 3),
      rowIndices: Int32Array.of(1, 0, 1),
      values(_t, y, out) {
        out[0] = (-2 * y[0] * y[1] - 1) * 1e6;
        out[1] = 1;
        out[2] = (1 - y[0] * y[0]) * 1e6;
      },
    },
  },
  initial: Float64Array.of(2, 0),
  end: 2,
  reference: Float64Array.of(0.1706167732170483e1, -0.8928097010247975),
};

export const stiffProblems: readonly StiffProblem[] = [rober, hires, orego, pollu, vdpol];

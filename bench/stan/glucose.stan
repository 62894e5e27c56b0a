// UVA/Padova type 1 model by classical RK4, inputs held over intervals; personal parameters from standard normal
// coordinates z in the order Gb, Vmx, kp3, ki, kabs, kmax, b. Research use. Not for clinical use.
data {
  int<lower=1> N;
  int<lower=1> steps;
  real<lower=0> step;
  vector[N] y;
  vector[N] insulin;
  vector[N] carbs;
  vector[N] announced;
  vector[7] mean;
  vector[7] sd;
  vector[2] noise;
  real BW;
  real Ib;
  real EGPb;
  real Vg;
  real Vi;
  real k1;
  real k2;
  real Km0;
  real Fsnc;
  real kp2;
  real p2u;
  real m1;
  real m2;
  real HEb;
  real kmin;
  real d;
  real f;
  real ke1;
  real ke2;
  real ka1;
  real ka2;
  real kd;
  real ksc;
}
transformed data {
  real m4 = 0.4 * m2;
  real m30 = m1 * HEb / (1 - HEb);
  real above = EGPb - Fsnc;
  real Ipb = Ib * Vi;
  real Ilb = m2 * Ipb / (m1 + m30);
  real appearing = (m2 + m4) * Ipb - m1 * Ilb;
  array[4] real weight = {step / 6, step / 3, step / 3, step / 6};
  array[4] real along = {step / 2, step / 2, step, 0};
}
parameters {
  vector[8] z;
}
model {
  vector[7] p = mean + sd .* z[1 : 7];
  real Gb = exp(p[1]);
  real Vmx = exp(p[2]);
  real kp3 = exp(p[3]);
  real ki = exp(p[4]);
  real kabs = exp(p[5]);
  real kmax = exp(p[6]);
  real b = inv_logit(p[7]);
  real Gpb = Gb * Vg;
  real Gtb = (k1 * Gpb - above) / k2;
  real Vm0 = above * (Km0 + Gtb) / Gtb;
  real kp1 = EGPb + kp2 * Gpb + kp3 * Ib;
  real restB = exp(-5 * b / (1 - b));
  real restD = exp(-5);
  real rest = kmin + (kmax - kmin) * (1 + (restB - restD) / ((restB + 1) * (restD + 1)));
  real meal = 0;
  int eating = 0;
  vector[N] glucose;
  vector[13] x = [0, 0, 0, Gpb, Gtb, Ipb, 0, Ib, Ib, Ilb, appearing / (ka1 + kd),
                  kd * appearing / (ka1 + kd) / ka2, Gpb]';
  for (i in 1 : N) {
    real food = 1000 * carbs[i];
    real infusion = 6000 * insulin[i] / BW;
    int bending;
    if (food > 0 && eating == 0) {
      meal = x[1] + x[2] + 1000 * announced[i];
    }
    eating = food > 0;
    bending = meal > 0 && (food > 0 || x[1] + x[2] > 0.001 * meal);
    for (j in 1 : steps) {
      vector[13] at = x;
      vector[13] next = x;
      for (s in 1 : 4) {
        real kempt;
        real ground = kmax * at[1];
        real exchange = k1 * at[4] - k2 * at[5];
        real concentration = at[6] / Vi;
        vector[13] k;
        if (bending) {
          real stomach = at[1] + at[2];
          real eb = exp(fmin(5 / (meal * (1 - b)) * stomach - 5 * b / (1 - b), 80));
          real ed = exp(fmin(5 / (meal * d) * stomach - 5, 80));
          kempt = kmin + (kmax - kmin) * (1 + (eb - ed) / ((eb + 1) * (ed + 1)));
        } else {
          kempt = meal > 0 ? rest : kmax;
        }
        k[1] = food - ground;
        k[2] = ground - kempt * at[2];
        k[3] = kempt * at[2] - kabs * at[3];
        k[4] = fmax(kp1 - kp2 * at[4] - kp3 * at[9], 0) + f * kabs / BW * at[3] - Fsnc
               - (at[4] > ke2 ? ke1 * (at[4] - ke2) : 0) - exchange;
        k[5] = exchange - (Vm0 + Vmx * at[7]) * at[5] / (Km0 + at[5]);
        k[6] = m1 * at[10] - (m2 + m4) * at[6] + ka1 * at[11] + ka2 * at[12];
        k[7] = p2u * (concentration - Ib - at[7]);
        k[8] = ki * (concentration - at[8]);
        k[9] = ki * (at[8] - at[9]);
        k[10] = m2 * at[6] - (m1 + m30) * at[10];
        k[11] = infusion - (ka1 + kd) * at[11];
        k[12] = kd * at[11] - ka2 * at[12];
        k[13] = ksc * (at[4] - at[13]);
        next += weight[s] * k;
        at = x + along[s] * k;
      }
      x = next;
    }
    glucose[i] = x[13] / Vg;
  }
  z ~ std_normal();
  y ~ normal(glucose, exp(noise[1] + noise[2] * z[8]));
}

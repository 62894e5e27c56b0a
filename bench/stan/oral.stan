data {
  int<lower=1> N;
  int<lower=1> S;
  array[N] int<lower=1, upper=S> subject;
  vector[N] hours;
  vector[S] dose;
  vector[N] y;
}
parameters {
  real lka;
  real lCL;
  real lV;
  vector[S] zka;
  vector[S] zCL;
  vector[S] zV;
  real<lower=0> ska;
  real<lower=0> sCL;
  real<lower=0> sV;
  real<lower=0> noise;
}
model {
  vector[S] ka = exp(lka + ska * zka);
  vector[S] V = exp(lV + sV * zV);
  vector[S] k = exp(lCL + sCL * zCL) ./ V;
  vector[S] scale = dose .* ka ./ (V .* (ka - k));
  lka ~ normal(0.5, 1);
  lCL ~ normal(-3, 1);
  lV ~ normal(-0.7, 1);
  zka ~ std_normal();
  zCL ~ std_normal();
  zV ~ std_normal();
  ska ~ std_normal();
  sCL ~ std_normal();
  sV ~ std_normal();
  noise ~ std_normal();
  y ~ normal(scale[subject] .* (exp(-k[subject] .* hours) - exp(-ka[subject] .* hours)), noise);
}

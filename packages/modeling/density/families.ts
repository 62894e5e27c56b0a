/**
 * Log densities as text for `defineDensity`, up to a constant. Arguments are expressions of the model language or numbers.
 */
type Argument = string | number;

const scaled = (x: Argument, location: Argument, scale: Argument) => `((${x}) - (${location}))/(${scale})`;

/** Normal of a mean and SD. */
export function normal(x: Argument, mean: Argument = 0, sd: Argument = 1): string {
  return `-0.5*(${scaled(x, mean, sd)})^2 - ln(${sd})`;
}

/** x > 0 whose logarithm is normal. */
export function logNormal(x: Argument, meanOfLog: Argument = 0, sdOfLog: Argument = 1): string {
  return `${normal(`ln(${x})`, meanOfLog, sdOfLog)} - ln(${x})`;
}

/** Cauchy; on a positive parameter the half-Cauchy. */
export function cauchy(x: Argument, location: Argument = 0, scale: Argument = 1): string {
  return studentT(x, 1, location, scale);
}

/** Student t with a fixed number of degrees of freedom. */
export function studentT(x: Argument, freedom: number, location: Argument = 0, scale: Argument = 1): string {
  return `-${(freedom + 1) / 2}*ln(1 + (${scaled(x, location, scale)})^2/${freedom}) - ln(${scale})`;
}

/** x > 0 with mean 1/rate. */
export function exponential(x: Argument, rate: Argument = 1): string {
  return `ln(${rate}) - (${rate})*(${x})`;
}

/** x > 0 of a fixed shape, with mean shape/rate. */
export function gamma(x: Argument, shape: number, rate: Argument = 1): string {
  return `${shape}*ln(${rate}) + (${shape - 1})*ln(${x}) - (${rate})*(${x})`;
}

/** 0 < x < 1 of two fixed shapes. */
export function beta(x: Argument, a: number, b: number): string {
  return `(${a - 1})*ln(${x}) + (${b - 1})*ln(1 - (${x}))`;
}

/** A count of a mean. */
export function poisson(count: Argument, mean: Argument): string {
  return `(${count})*ln(${mean}) - (${mean})`;
}

/** `successes` of `trials` with the log odds of one of them. */
export function binomialLogit(successes: Argument, trials: Argument, logOdds: Argument): string {
  const size = `abs(${logOdds})`;
  // ln(1 + e^u) = max(u, 0) + ln(1 + e^−|u|), which does not overflow.
  return `(${successes})*(${logOdds}) - (${trials})*(max(${logOdds}, 0) + ln(1 + exp(-${size})))`;
}

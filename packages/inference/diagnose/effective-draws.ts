/**
 * Effective number of independent draws of one coordinate from many chains of equal length: count · length over the
 * integrated autocorrelation time, from the multi-chain autocorrelations summed in pairs that are positive and do not rise
 * (Geyer 1992; Vehtari, Gelman, Simpson, Carpenter, Bürkner, Bayesian Anal. 16 (2021) 667, section 3.2).
 * @param values chains × length, chain-major
 */
export function effectiveDraws(values: Float64Array, chains: number): number {
  const length = values.length / chains;
  let grand = 0;
  for (const v of values) grand += v / values.length;
  let within = 0;
  let between = 0;
  const means = new Float64Array(chains);
  for (let c = 0; c < chains; c++) {
    for (let t = 0; t < length; t++) means[c] += values[c * length + t] / length;
    for (let t = 0; t < length; t++) within += (values[c * length + t] - means[c]) ** 2 / (chains * (length - 1));
    between += (length * (means[c] - grand) ** 2) / Math.max(1, chains - 1);
  }
  const total = (within * (length - 1)) / length + between / length;
  if (!(total > 0)) return 0;
  const correlation = (lag: number) => {
    let covariance = 0;
    for (let c = 0; c < chains; c++) {
      for (let t = 0; t + lag < length; t++) {
        covariance += ((values[c * length + t] - means[c]) * (values[c * length + t + lag] - means[c])) / length;
      }
    }
    return 1 - (within - covariance / chains) / total;
  };
  let time = -1;
  let least = Infinity;
  for (let lag = 0; lag + 1 < length; lag += 2) {
    const even = lag === 0 ? 1 : correlation(lag);
    const pair = even + correlation(lag + 1);
    if (!(pair > 0)) {
      time += Math.max(0, even);
      break;
    }
    least = Math.min(least, pair);
    time += 2 * least;
  }
  return values.length / Math.max(time, 1 / Math.log10(values.length));
}

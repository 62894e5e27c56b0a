import { populationProblems } from './errors.data.ts';

/**
 * Which entries of a covariance are estimated: those of whole blocks, or all. Zeros elsewhere stay zero, in the covariance and in
 * its Cholesky factor.
 * @throws population-covariance
 */
export function patternOf(
  covariance: Float64Array | undefined,
  all: boolean,
  names: readonly string[] | undefined,
  what: string,
): Uint8Array {
  const n = Math.sqrt(covariance?.length ?? 0);
  const pattern = Uint8Array.from(covariance ?? [], (each, at) => (all || each !== 0 || at % (n + 1) === 0 ? 1 : 0));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) {
        if (!(pattern[i * n + j] && pattern[j * n + k]) || pattern[i * n + k]) continue;
        const called = [i, j, k].map((at) => names?.[at] ?? String(at + 1));
        const message = `Of the ${what} ${called[0]} and ${called[1]}, and ${called[1]} and ${called[2]} covary, but not ${called[0]} and ${called[2]}.`;
        throw populationProblems.error('population-covariance', message, called.join(', '));
      }
    }
  }
  return pattern;
}

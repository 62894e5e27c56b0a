import { momentsOf, potentialScaleReduction, rankNormalised, splitChains } from '../diagnose/convergence.ts';
import { sampleQuantile } from '../diagnose/scores.ts';
import { inferenceErrors } from '../errors.data.ts';
import { coordinate, type Draws } from '../mcmc/draws.ts';
import type { InferenceProblem } from '../problem.ts';

/** R-hat of a single chain's halves below which it is taken to rest in one place. */
const AT_REST = 1.1;

/**
 * Groups of chains, most of them at rest, in places of their own: between the central 90 % of one group and of the next lies a
 * gap wider than the wider group's mean SD within a chain. At most one problem, for the parameter with the widest gap.
 */
export function separateModes(draws: Draws, names: readonly string[]): readonly InferenceProblem[] {
  let widest = 1;
  let found: InferenceProblem | null = null;
  if (draws.chains < 2) return [];
  names.forEach((name, i) => {
    const values = coordinate(draws, i);
    const chains = Array.from({ length: draws.chains }, (_, c) => {
      const own = values.subarray(c * draws.length, (c + 1) * draws.length);
      const [low, high] = [sampleQuantile(own, 0.05), sampleQuantile(own, 0.95)];
      const atRest = () => potentialScaleReduction(rankNormalised(splitChains(own, 1)), 2) < AT_REST;
      return { c, low, high, median: sampleQuantile(own, 0.5), sd: momentsOf(own).sd, atRest };
    }).sort((a, b) => a.median - b.median);
    let reach = -Infinity;
    chains.forEach((chain, k) => {
      const [below, above] = [chains.slice(0, k), chains.slice(k)];
      const apart = above.every((o) => o.low > reach);
      const sd = (group: typeof chains) => group.reduce((s, o) => s + o.sd / group.length, 0);
      const bottom = () => Math.min(...above.map((o) => o.low));
      const gap = k === 0 || !apart ? 0 : (bottom() - reach) / Math.max(sd(below), sd(above));
      if (gap > widest && 2 * chains.filter((o) => o.atRest()).length >= chains.length) {
        widest = gap;
        const place = (group: typeof chains) => {
          const numbers = group.map((o) => o.c).sort((a, b) => a - b);
          const middle = group.reduce((s, o) => s + o.median / group.length, 0);
          return `${numbers.length > 6 ? `${numbers.length} chains` : `chains ${numbers.join(', ')}`} near ${middle.toPrecision(4)}`;
        };
        const message = `The chains rest in separate places of ${name}: ${place(below)}; ${place(above)}.`;
        found = inferenceErrors.problem('inference-disconnected-modes', message, name);
      }
      reach = Math.max(reach, chain.high);
    });
  });
  return found === null ? [] : [found];
}

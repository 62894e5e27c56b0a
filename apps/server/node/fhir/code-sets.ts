import type { TokenTest } from '@gemel/core/resource-search';
import type { CodeSets } from '@gemel/exchange/fhir/search/criterion';
import type { CodeSystem } from '@gemel/exchange/terminology/code-system';
import { terminologyErrors } from '@gemel/exchange/terminology/errors.data';
import { expand } from '@gemel/exchange/terminology/expand';
import type { Terminology } from '@gemel/exchange/terminology/terminology';

/** What the terminology answers searches with `:in`, `:not-in`, `:below` and `:above`; a set of more codes than are listed at once is refused. */
export function codeSets(terminology: Terminology): CodeSets {
  const test = (system: string, code: string): TokenTest => ({ system, code: code.toLowerCase() });
  return {
    in: (uri) => expand(terminology.membership(uri)).codes.map(({ system, code }) => test(system, code)),
    related(how, url, code) {
      const system = terminology.system(url);
      const n = system.find(code);
      if (n < 0)
        throw terminologyErrors.error('terminology-code-unknown', `"${code.slice(0, 80)}" is no code of ${url}`, {
          element: url,
        });
      const others = how === 'below' ? system.descendants(n) : ancestors(system, n);
      return [n, ...others].map((one) => test(url, system.concept(one).code));
    },
  };
}

function ancestors(system: CodeSystem, n: number): ReadonlySet<number> {
  const found = new Set<number>();
  const waiting = [...system.parents(n)];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (found.has(one)) continue;
    found.add(one);
    waiting.push(...system.parents(one));
  }
  return found;
}

import { unknownCode } from './lookup.ts';
import type { Terminology } from './terminology.ts';

/** How two codes of one system lie to each other (FHIR R4 ConceptSubsumptionOutcome). */
export type Subsumption = 'equivalent' | 'subsumes' | 'subsumed-by' | 'not-subsumed';

/** @throws terminology-system-unknown, terminology-code-unknown */
export function subsumes(
  terminology: Terminology,
  url: string,
  version: string | null,
  codeA: string,
  codeB: string,
): Subsumption {
  const system = terminology.system(url, version);
  const a = system.find(codeA);
  const b = system.find(codeB);
  if (a < 0) throw unknownCode(system, codeA);
  if (b < 0) throw unknownCode(system, codeB);
  if (a === b) return 'equivalent';
  if (system.subsumes(a, b)) return 'subsumes';
  return system.subsumes(b, a) ? 'subsumed-by' : 'not-subsumed';
}

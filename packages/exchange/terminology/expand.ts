import type { CodeSystem, Designation } from './code-system.ts';
import { foldedWords, wordsFound } from './code-system.ts';
import { terminologyErrors } from './errors.data.ts';
import { displayOf } from './lookup.ts';
import { isInactive, type Member, type Membership } from './value-set.ts';

export interface ExpandRequest {
  /** Words; every one must begin a word of a code's name. */
  readonly filter?: string | null;
  readonly offset?: number;
  readonly count?: number | null;
  readonly activeOnly?: boolean;
  readonly includeDesignations?: boolean;
  readonly excludeNotForUI?: boolean;
  readonly displayLanguage?: string | null;
}

export interface ExpandedCode {
  readonly system: string;
  readonly version: string | null;
  readonly code: string;
  readonly display: string | null;
  readonly inactive: boolean;
  readonly abstract: boolean;
  readonly designations: readonly Designation[];
}

export interface Expansion {
  /** How many there are in all; null where counting them was given up. */
  readonly total: number | null;
  readonly offset: number;
  readonly codes: readonly ExpandedCode[];
}

/** Most codes given at once. */
export const LONGEST_EXPANSION = 10_000;
/** Members, or concepts found by their words, that are looked at before counting is given up. */
const MOST_COUNTED = 10_000;

/** The codes of a value set, or a part of them ($expand). @throws terminology-too-costly */
export function expand(set: Membership, request: ExpandRequest = {}): Expansion {
  const { count = null, offset = 0 } = request;
  const words = foldedWords(request.filter ?? '');
  const name = set.valueSet.url ?? set.valueSet.name;
  if (count !== null && count > LONGEST_EXPANSION) {
    throw costly(`${count} codes were asked for at once`);
  }
  const codes: ExpandedCode[] = [];
  let total = 0;
  let looked = 0;
  function* found(system: CodeSystem): Generator<number, void, void> {
    for (const n of system.search(words)) {
      // The page is full: how many more there are is not worth the wait.
      if (++looked > MOST_COUNTED && count !== null && codes.length >= count) return;
      yield n;
    }
  }
  for (const member of set.members(words.length === 0 ? undefined : found)) {
    if (request.activeOnly === true && isInactive(member)) continue;
    if (words.length > 0 && member.listed !== null && !isNamed(member, words)) continue;
    if (request.excludeNotForUI === true && isAbstract(member)) continue;
    total++;
    if (count === null && total - offset > LONGEST_EXPANSION)
      throw costly(`${name} has more than ${LONGEST_EXPANSION} codes`);
    if (total > offset && (count === null || codes.length < count)) codes.push(expanded(member, request));
    if (total >= MOST_COUNTED && count !== null && codes.length >= count) return { total: null, offset, codes };
  }
  return { total: looked > MOST_COUNTED && count !== null && codes.length >= count ? null : total, offset, codes };
}

function costly(message: string) {
  return terminologyErrors.error('terminology-too-costly', message);
}

function isAbstract({ concept }: Member): boolean {
  return concept?.of.concept(concept.n).abstract ?? false;
}

/** Of codes that a value set lists; of all others the code system was asked. */
function isNamed({ code, concept, listed }: Member, words: readonly string[]): boolean {
  const texts = [code, listed?.display ?? '', ...(listed?.designations ?? []).map(({ value }) => value)];
  if (concept !== null) {
    const { of, n } = concept;
    texts.push(of.concept(n).display ?? '', ...of.designations(n).map(({ value }) => value));
  }
  return wordsFound(words, texts);
}

function expanded({ system, code, concept, listed }: Member, request: ExpandRequest): ExpandedCode {
  const all = request.includeDesignations === true;
  if (concept === null) {
    const designations = all ? (listed?.designations ?? []) : [];
    return {
      system,
      version: null,
      code,
      display: listed?.display ?? null,
      inactive: false,
      abstract: false,
      designations,
    };
  }
  const { of, n } = concept;
  const { inactive, abstract } = of.concept(n);
  const display = listed?.display ?? displayOf(of, n, request.displayLanguage ?? null);
  const designations = all ? [...(listed?.designations ?? []), ...of.designations(n)] : [];
  return { system, version: of.head.version, code, display, inactive, abstract, designations };
}

import { type Coding, codingKey, type Problem, type RawControl, type RawObservation } from '@gemel/core';
import { whereOf } from './admit-item.ts';
import type { Catalog } from './catalog.ts';
import { runtimeErrors } from './errors.data.ts';

/** What a code of a source means in other systems by concept maps that say it is the same; `by` names the map. */
export type Translate = (code: Coding) => readonly { readonly coding: Coding; readonly by: string }[];

/**
 * An item of which the catalog knows no code, with the code that concept maps give it, marked as translated. Where they give
 * several that mean different things none is taken, and that is said.
 */
export function withTranslation<T extends RawObservation | RawControl>(
  raw: T,
  catalog: Catalog,
  translate: Translate,
): { readonly raw: T; readonly problem?: Problem } {
  const meaning = (codings: readonly Coding[]) =>
    raw.kind === 'observation'
      ? catalog.observation(codings, undefined).candidates.map(({ signal }) => signal)
      : catalog.control(codings, undefined).candidates.map(({ control }) => control);
  if (meaning(raw.codings).length > 0) return { raw };
  const found = raw.codings.flatMap((from) =>
    translate(from).flatMap(({ coding, by }) => {
      const [means] = meaning([coding]);
      return means === undefined ? [] : [{ from, coding, by, means }];
    }),
  );
  const first = found[0];
  if (first === undefined) return { raw };
  const where = { ...whereOf(raw), field: 'code' };
  const from = codingKey(first.from);
  if (found.some(({ means }) => means !== first.means)) {
    const targets = [...new Set(found.map(({ coding }) => codingKey(coding)))].join(' and ');
    return { raw, problem: runtimeErrors.problem('admit-code-ambiguous', `${from} is mapped to ${targets}.`, where) };
  }
  // Several codes of one meaning differ in their units: each is there to be chosen by it.
  const codings = found.map(({ coding }) => coding);
  const message = `${from} was read as ${codings.map(codingKey).join(', ')} by ${first.by}.`;
  const mark = runtimeErrors.problem('admit-code-translated', message, where);
  return { raw: { ...raw, codings: [...raw.codings, ...codings], marks: [...(raw.marks ?? []), mark] }, problem: mark };
}

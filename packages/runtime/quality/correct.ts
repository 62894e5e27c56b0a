import { type Instant, isoInstant, type Observation, type Quantity, type RawObservation } from '@gemel/core';
import { admitObservation } from '../admit-item.ts';
import type { Catalog } from '../catalog.ts';
import { runtimeErrors } from '../errors.data.ts';
import type { Log } from '../log.ts';
import { judgeObservation } from './gate.ts';

/** What a person says a value should have been. */
export interface Correction {
  /** Id of the observation. */
  readonly observation: string;
  readonly value: Quantity;
  readonly person: string;
  readonly reason: string;
}

/**
 * Enters a person's correction: a new entry with its own provenance that takes the observation's place; the old one stays in the log. The
 * new value is judged like any other.
 * @throws quality-correction-unknown, quality-correction-unsigned, and those of admission for a unit that does not fit
 */
export async function correct(
  log: Log,
  catalog: Catalog,
  correction: Correction,
  now: Instant,
  id: string,
): Promise<Observation> {
  const { observation, value, person, reason } = correction;
  if (person.trim() === '' || reason.trim() === '') {
    throw runtimeErrors.error('quality-correction-unsigned', 'A correction names who makes it and why.');
  }
  const entry = await log.store.get(observation);
  const view = entry?.kind === 'observation' ? await log.view(entry.subject) : null;
  if (entry === null || view === null || !view.holds(observation)) {
    throw runtimeErrors.error('quality-correction-unknown', `No observation “${observation}” stands in the log.`, {
      element: observation,
    });
  }
  const old = entry.payload as Observation;
  const { subject, code, trueAt, offset, provenance } = old;
  const raw: RawObservation = {
    kind: 'observation',
    subject,
    codings: code.codings,
    ...(code.text === undefined ? {} : { text: code.text }),
    value: { kind: 'quantity', ...value },
    time: { start: trueAt, offset },
    provenance: {
      source: `person:${person}`,
      element: `correction of ${observation} on ${isoInstant(now)}: ${reason}`,
      ...(provenance.sourceId === undefined ? {} : { sourceId: provenance.sourceId }),
    },
  };
  const outcome = admitObservation(raw, catalog, now, id);
  if (outcome.kind !== 'mapped' || outcome.item.kind !== 'observation') {
    const [problem] = outcome.problems;
    throw runtimeErrors.error('quality-correction-unfit', problem?.message ?? 'The value cannot be taken.');
  }
  const index = await log.index(subject);
  const item = judgeObservation(outcome.item, raw, index.past, observation)?.item ?? outcome.item;
  await log.append([
    {
      id,
      subject,
      kind: 'observation',
      trueAt,
      knownAt: now,
      dedupeKey: index.regradeKey(item),
      supersedes: observation,
      payload: item,
    },
  ]);
  return item;
}

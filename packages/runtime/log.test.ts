import { instant } from '@gemel/core';
import type { EntryKind, NewEntry } from '@gemel/store';
import { memory } from '@gemel/store/memory';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Log } from './log.ts';
import { KNOWLEDGE } from './subject-log.ts';

const SUBJECTS = ['s|1', 's|2', 's|3'];
const KINDS: readonly EntryKind[] = ['observation', 'fact', 'retraction', 'forecast', 'score', 'kept'];

const step = fc.record({
  /** Which of two processes over one store. */
  log: fc.nat(1),
  act: fc.constantFrom('append', 'append', 'own', 'records', 'members', 'append past it'),
  subject: fc.constantFrom(...SUBJECTS),
  kinds: fc.array(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 3 }),
  /** Whether the next step begins before this one has ended. */
  waits: fc.boolean(),
});

let made = 0;

function entryOf(subject: string, kind: EntryKind): NewEntry {
  const id = `e${made++}`;
  const at = instant(made);
  return { id, subject, kind, trueAt: at, knownAt: at, payload: { kind, id, provenance: {} } };
}

describe('Log', () => {
  it('nothing is missing or twice, whoever appended and however reads and writes overlap', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const store = memory();
        const logs = [new Log(store), new Log(store)];
        const pending: Promise<unknown>[] = [];
        for (const { log, act, subject, kinds, waits } of steps) {
          const own = logs[log]!;
          const entries = kinds.map((kind, i) => entryOf(i === 2 ? SUBJECTS[0]! : subject, kind));
          const work =
            act === 'append'
              ? own.append(entries)
              : act === 'own'
                ? own.own(subject)
                : act === 'records'
                  ? own.records(subject, ['forecast', 'score'])
                  : act === 'members'
                    ? own.members(subject)
                    : store.append(entries);
          if (waits) await work;
          else pending.push(work);
        }
        await Promise.all(pending);
        for (const log of logs) {
          for (const subject of SUBJECTS) {
            const there = await store.read({ subject, kinds: [...KNOWLEDGE] });
            expect((await log.own(subject)).map(({ seq }) => seq)).toEqual(there.map(({ seq }) => seq));
            const records = await store.read({ subject, kinds: ['forecast', 'score'] });
            expect((await log.records(subject, ['forecast', 'score'])).map(({ seq }) => seq)).toEqual(
              records.map(({ seq }) => seq),
            );
          }
        }
      }),
    );
  });
});

import { instant } from '@gemel/core';
import { openSqliteStore } from './sqlite.ts';

/**
 * Writes to a log in every way there is, for ever, and after each prints what is acknowledged by then: the child that the study
 * kills. `kill-child.ts FOLDER RUN`; batch `b` has `sizeOf(b)` entries, and those of every third come with a row beside the log.
 */
export const sizeOf = (batch: number): number => 1 + ((batch * 7) % 40);

if (import.meta.main) {
  const [folder, run] = process.argv.slice(2);
  const store = await openSqliteStore({ folder: folder! });
  await store.transaction(({ database }) =>
    database.exec('create table if not exists beside (batch text primary key, seq integer not null)'),
  );
  for (let batch = 0; ; batch++) {
    const entries = Array.from({ length: sizeOf(batch) }, (_, i) => ({
      id: `${run}-${batch}-${i}`,
      subject: `mrn|${(batch + i) % 5}`,
      kind: 'observation' as const,
      trueAt: instant(batch),
      knownAt: instant(batch),
      dedupeKey: `${run}-${batch}-${i}`,
      payload: { batch, i, filling: 'x'.repeat((batch * 37 * i) % 3000) },
    }));
    if (batch % 3 === 0) {
      await store.transaction(({ database, append }) => {
        const { seq } = append(entries).entries.at(-1)!;
        database.prepare('insert into beside (batch, seq) values (?, ?)').run(`${run}-${batch}`, seq);
      });
    } else await store.append(entries, batch % 3 === 1 ? 'disk' : 'process');
    if (batch % 4 === 0) {
      await store.putSnapshot({
        subject: 'mrn|0',
        pack: 'toy',
        seq: batch,
        trueAt: instant(batch),
        modelHash: 'h',
        bytes: new Uint8Array(5000),
      });
    }
    const { size, root } = await store.treeHead();
    process.stdout.write(`${batch} ${size} ${Buffer.from(root).toString('hex')}\n`);
  }
}

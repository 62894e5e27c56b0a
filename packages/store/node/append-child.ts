import { instant } from '@gemel/core';
import { openStore } from './open-store.ts';

/**
 * Appends batches for ever, in turn to outlive the machine and the process, and prints the ids of each once `append` has
 * returned: the child that the durability tests kill.
 */
const [folder, prefix, databaseUrl] = process.argv.slice(2);
const store = await openStore({ folder: folder!, databaseUrl });
for (let batch = 0; ; batch++) {
  const entries = Array.from({ length: 1 + (batch % 40) }, (_, i) => ({
    id: `${prefix}-${batch}-${i}`,
    subject: `mrn|${i % 3}`,
    kind: 'observation' as const,
    trueAt: instant(batch),
    knownAt: instant(batch),
    payload: { batch, i, filling: 'x'.repeat((batch * 37) % 3000) },
  }));
  await store.append(entries, batch % 2 === 0 ? 'disk' : 'process');
  process.stdout.write(`${entries.map((e) => e.id).join(' ')}\n`);
}

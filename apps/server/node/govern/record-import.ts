import type { Caller } from '../../access.ts';
import { LOCAL_PERSON } from '../../local-person.ts';
import type { World } from '../world.ts';

/** Records that a source brought something of each of these persons. */
export async function recordImport(
  { governance, clock }: Pick<World, 'governance' | 'clock'>,
  subjects: readonly string[],
  source: string,
  caller: Caller = LOCAL_PERSON,
): Promise<void> {
  const at = clock();
  const events = await Promise.all(
    subjects.map(async (subject) => {
      const request = { caller, action: 'create' as const, type: '*', subject, at };
      return {
        request,
        decision: await governance.decide(request),
        entities: [],
        query: source,
        outcome: 'success' as const,
      };
    }),
  );
  await governance.record(events);
}

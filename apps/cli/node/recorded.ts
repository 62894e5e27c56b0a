import type { AccessAction, Caller } from '@gemel/server/access';
import { LOCAL_PERSON } from '@gemel/server/local-person';
import { actor } from '@gemel/server/node/govern/act';
import type { Place } from './place.ts';

/** What a command does with a person's twin. */
const ACTION: Readonly<Record<string, AccessAction>> = {
  calibrate: 'simulate',
  forecast: 'simulate',
  whatif: 'simulate',
  advise: 'simulate',
  export: 'export',
};

/**
 * Runs what a command does with a person's twin and records that it did. Where the twin stands still, a simulation is run all the
 * same: the twin itself says why it withholds. @throws server-refused
 */
export async function recorded(
  { world, hub }: Place,
  subject: string,
  pack: string,
  command: string,
  work: () => Promise<void>,
): Promise<void> {
  const action = ACTION[command] ?? 'read';
  const { governance, clock } = world;
  const request = { caller: LOCAL_PERSON, action, type: 'Twin', subject, at: clock() };
  const decision = await governance.decide(request);
  const still = action === 'simulate' && !decision.permit && (await hub.paused(subject, pack)).length > 0;
  if (!still) {
    await actor(world)(request, async () => ({ answer: await work(), entities: [] }));
    return;
  }
  await work();
  await governance.record([{ request, decision, entities: [], outcome: 'minor-failure' }]);
}

/** The person at this machine, by the name they state, acting for the person whose data they are. */
export function onBehalf(person: string): Caller {
  return { ...LOCAL_PERSON, agent: { ...LOCAL_PERSON.agent, name: person }, purpose: 'PATRQT' };
}

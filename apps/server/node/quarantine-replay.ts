import type { Problem } from '@gemel/core';
import { topicPattern } from '@gemel/exchange/device/topic';
import { serverErrors } from '../errors.data.ts';
import { Hl7v2Intake } from './hl7v2-intake.ts';
import { MqttIntake } from './mqtt-intake.ts';
import { Quarantine } from './quarantine.ts';
import type { World } from './world.ts';

export interface ReplayOptions {
  /** In place of the message as it came. */
  readonly mended?: Uint8Array;
  /** Zone of times that state none. */
  readonly zone?: string;
  /** Topics that devices publish under. */
  readonly topics: string;
}

/**
 * Takes a message that waits in again, by the feed it came through; it leaves the quarantine where nothing of it was refused. Gives
 * what was.
 * @throws server-quarantine-unknown, server-request-invalid
 */
export async function replayQuarantined(
  world: World,
  id: string,
  { mended, zone, topics }: ReplayOptions,
): Promise<{ readonly id: string; readonly problems: readonly Problem[] }> {
  const quarantine = new Quarantine(world.store);
  const one = await quarantine.get(id);
  const message = mended ?? one.message;
  const given = { world, ...(zone === undefined ? {} : { zone }) };
  let problems: readonly Problem[];
  if (one.feed === 'mqtt') {
    const pattern = topicPattern(topics);
    if (pattern === null) {
      const words = `"${topics}" is no pattern of topics with {subject} and {device}`;
      throw serverErrors.error('server-request-invalid', words, { field: 'topics' });
    }
    problems = await new MqttIntake({ ...given, pattern }).admit(one, message);
  } else {
    const verdict = await new Hl7v2Intake(given).admit(message, one.peer);
    problems = verdict.outcome === 'taken' ? [] : verdict.problems;
  }
  if (problems.length === 0) {
    const leaving = mended === undefined ? ({ how: 'replayed' } as const) : ({ how: 'mended', with: mended } as const);
    await quarantine.release(one.id, world.clock(), leaving);
  }
  return { id: one.id, problems };
}

import type { Decoded, Problem } from '@gemel/core';
import { parseZone } from '../device/zone.ts';
import type { DoorOptions } from '../door.ts';
import { rejection, type Verdict } from './acknowledge.ts';
import { decodeMessage, faultProblem } from './decode.ts';
import { parseMessage } from './message.ts';

/** One message from the wire: what it says, and whether it can be taken whole. */
export interface Taking {
  readonly decoded: readonly Decoded[];
  readonly verdict: Verdict;
}

/**
 * Reads one message that is to be taken whole or not at all: where any segment is refused, none of it is to be admitted,
 * so that the message can be mended and sent again. Pure.
 */
export function takeMessage(bytes: Uint8Array, options: DoorOptions): Taking {
  const start = bytes.findIndex((byte) => byte > 0x20);
  const message = parseMessage(bytes, Math.max(0, start), bytes.length);
  if (!('segments' in message)) {
    return refused([faultProblem(message, options.name)], rejection(message));
  }
  const zone = options.zone === undefined ? null : parseZone(options.zone);
  const decoded = [...decodeMessage(message, options, zone)];
  if (rejection(message))
    return refused(
      decoded.flatMap(({ problems }) => problems),
      true,
    );
  const bad = decoded.filter(({ fate }) => fate === 'refused');
  if (bad.length > 0)
    return refused(
      bad.flatMap(({ problems }) => problems),
      false,
    );
  return { decoded, verdict: { outcome: 'taken', problems: [] } };
}

function refused(problems: readonly Problem[], reject: boolean): Taking {
  return { decoded: [], verdict: { outcome: reject ? 'reject' : 'error', problems } };
}

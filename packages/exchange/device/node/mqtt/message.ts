import type { Decoded } from '@gemel/core/raw';
import type { Instant } from '@gemel/core/time';
import { decodePayload } from '../../payload.ts';
import type { TopicAddress, TopicPattern } from '../../topic.ts';

/** One message of a device, decoded. */
export interface MqttMessage extends TopicAddress {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** What it says; entries that were refused too, for a quarantine. */
  readonly decoded: readonly Decoded[];
}

/** Takes a message into the log; what is returned is resolved only once the log has it. */
export type Take = (message: MqttMessage) => Promise<void>;

/** Bytes of the longest payload read. */
export const LONGEST = 4_194_304;

/** The message decoded; null where its topic is not one of the pattern or its payload is too long. */
export function readMessage(
  topic: string,
  payload: string | Uint8Array,
  pattern: TopicPattern,
  { zone, received }: { readonly zone: string | undefined; readonly received: Instant },
): MqttMessage | null {
  const address = pattern.address(topic);
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : new Uint8Array(payload);
  if (address === null || bytes.length > LONGEST) return null;
  const decoded = decodePayload(topic, address, bytes, { received, ...(zone === undefined ? {} : { zone }) });
  return { ...address, topic, payload: bytes, decoded };
}

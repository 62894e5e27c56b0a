import { instant } from '@gemel/core';
import type { Dynamics, Member } from './dynamics.ts';
import { runtimeErrors } from './errors.data.ts';
import type { Belief, Diagnostics } from './pack.ts';

interface Header {
  readonly at: number;
  readonly knownAt: number;
  readonly diagnostics: Diagnostics;
  readonly modelHash: string;
  readonly seed: number;
  readonly members: number;
  readonly parameters: number;
}

/** The belief as bytes; `restoreBelief` gives it back bit for bit. */
export function snapshotBelief<State>(belief: Belief<State>, dynamics: Dynamics<State>): Uint8Array {
  const { members, weights } = belief;
  const width = members[0]?.parameters.length ?? 0;
  const header: Header = {
    at: belief.at,
    knownAt: belief.knownAt,
    diagnostics: belief.diagnostics,
    modelHash: belief.modelHash,
    seed: belief.seed,
    members: members.length,
    parameters: width,
  };
  const text = new TextEncoder().encode(
    JSON.stringify(header, (_, value) => (isOdd(value) ? { odd: `${value}` } : value)),
  );
  const states = members.map((member) => dynamics.snapshot(member.state));
  const numbers = members.length * (1 + width) * 8;
  const size = 4 + text.length + numbers + states.reduce((sum, state) => sum + 4 + state.length, 0);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, text.length, true);
  bytes.set(text, 4);
  let at = 4 + text.length;
  const put = (value: number) => {
    view.setFloat64(at, value, true);
    at += 8;
  };
  for (const weight of weights) put(weight);
  for (const member of members) for (const value of member.parameters) put(value);
  for (const state of states) {
    view.setUint32(at, state.length, true);
    bytes.set(state, at + 4);
    at += 4 + state.length;
  }
  return bytes;
}

/** @throws runtime-snapshot-invalid */
export function restoreBelief<State>(bytes: Uint8Array, dynamics: Dynamics<State>): Belief<State> {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const length = view.getUint32(0, true);
    const text = new TextDecoder().decode(bytes.subarray(4, 4 + length));
    const header: Header = JSON.parse(text, (_, value) => (isTagged(value) ? Number(value.odd) : value));
    let at = 4 + length;
    const take = (count: number) => {
      const values = new Float64Array(count);
      for (let i = 0; i < count; i++) values[i] = view.getFloat64(at + 8 * i, true);
      at += 8 * count;
      return values;
    };
    const weights = take(header.members);
    const parameters = Array.from({ length: header.members }, () => take(header.parameters));
    const members = parameters.map((own): Member<State> => {
      const size = view.getUint32(at, true);
      const state = dynamics.restore(bytes.slice(at + 4, at + 4 + size));
      at += 4 + size;
      return { parameters: own, state };
    });
    if (at !== bytes.length) throw new RangeError('bytes are left over');
    return {
      at: instant(header.at),
      knownAt: instant(header.knownAt),
      members,
      weights,
      diagnostics: header.diagnostics,
      modelHash: header.modelHash,
      seed: header.seed,
    };
  } catch (cause) {
    throw runtimeErrors.error(
      'runtime-snapshot-invalid',
      'The bytes are no belief of this pack.',
      {},
      undefined,
      cause,
    );
  }
}

/** Names what is believed, whenever it was learned: the time of learning is left out. */
export function hashBelief<State>(
  belief: Belief<State>,
  dynamics: Dynamics<State>,
  sha256: (bytes: Uint8Array) => string,
): string {
  return sha256(snapshotBelief({ ...belief, knownAt: belief.at }, dynamics));
}

function isOdd(value: unknown): boolean {
  return typeof value === 'number' && !Number.isFinite(value);
}

function isTagged(value: unknown): value is { readonly odd: string } {
  return typeof value === 'object' && value !== null && 'odd' in value && Object.keys(value).length === 1;
}

/** Bytes as base64, for a log payload. */
export function bytesToText(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

export function textToBytes(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

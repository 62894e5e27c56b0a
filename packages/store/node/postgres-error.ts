import { CodedError } from '@gemel/core';
import { storeErrors } from '../errors.data.ts';

type Code = Parameters<typeof storeErrors.error>[0];

/** SQLSTATEs and their classes (PostgreSQL 18, appendix A) and what they mean to the reader. */
const MEANING: Readonly<Record<string, Code>> = {
  '08': 'store-server-unreachable',
  '25006': 'store-server-refused',
  '25P03': 'store-busy',
  '28': 'store-server-refused',
  '3D': 'store-server-refused',
  '3F': 'store-server-refused',
  '40001': 'store-busy',
  '40P01': 'store-busy',
  '42501': 'store-server-refused',
  '53': 'store-server-full',
  '53300': 'store-server-unreachable',
  '55P03': 'store-busy',
  '57P': 'store-server-unreachable',
  '58': 'store-server-full',
  XX001: 'store-corrupt',
  XX002: 'store-corrupt',
};

/** What PostgreSQL or the way to it says, as a coded error; anything unknown is passed on as it is. */
export function coded(error: unknown, place: string): unknown {
  if (error instanceof CodedError || !(error instanceof Error)) return error;
  const make = (code: Code, message: string) => storeErrors.error(code, message, { file: place }, undefined, error);
  const state = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (/^[0-9A-Z]{5}$/.test(state) && 'severity' in error) {
    if (error.message.includes('store-append-only')) return make('store-append-only', 'A log entry was to be changed.');
    if (state === '23505' && 'constraint' in error && error.constraint === 'entry_id_key') {
      return make('store-id-taken', 'The log already has an entry with that id.');
    }
    const code = MEANING[state] ?? MEANING[state.slice(0, 3)] ?? MEANING[state.slice(0, 2)];
    return code === undefined ? error : make(code, `${place}: ${error.message}.`);
  }
  // Everything else that has no SQLSTATE and comes out of a socket: refused, unknown name, timeout, TLS, cut.
  const way = state !== '' || /connect|terminated|not queryable|SSL|timeout/i.test(error.message);
  return way ? make('store-server-unreachable', `${place}: ${error.message || state}.`) : error;
}

/** Whether an error may be the fault of one of several calls that were committed together. */
export function ofOneCall(error: unknown): boolean {
  return !(error instanceof CodedError) || error.code === 'store-id-taken';
}

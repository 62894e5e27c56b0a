import { CodedError } from '@gemel/core';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Configuration } from './configuration.ts';

/** Where a fault lies: its kind and code and the lines it passed, never what it says, which may name a patient. */
export function faultOf(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { kind: typeof error };
  const lines = (error.stack ?? '').split('\n').map((line) => line.trim());
  return {
    kind: error.name,
    ...(error instanceof CodedError ? { code: error.code } : 'code' in error ? { code: String(error.code) } : {}),
    at: lines.filter((line) => line.startsWith('at ')).slice(0, 8),
  };
}

/** Structured lines on standard error: times, address patterns, statuses and codes; no address as sent, no body, no name. */
export function openLog(level: Configuration['logLevel'], destination?: DestinationStream): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    destination ?? pino.destination({ fd: 2, sync: true }),
  );
}

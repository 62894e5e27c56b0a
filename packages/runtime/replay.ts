import type { Trace } from '@gemel/core';
import { rulingHash } from './govern/ruling.ts';
import { asOf, type Context } from './moment.ts';
import { traceOf } from './trace.ts';

export interface Replay {
  readonly equal: boolean;
  readonly differences: readonly string[];
}

/** Differences listed at most. */
const LISTED = 40;

/**
 * Recomputes a trace from the log as it was then, folded afresh from the calibration, and compares every number. Equal means
 * bit for bit; otherwise says which of engine, model, parameters, inputs and numbers differ.
 */
export async function replay(context: Context, trace: Trace): Promise<Replay> {
  const twin = context.twins.find(({ pack }) => pack.id === trace.pack.id);
  if (twin === undefined) return { equal: false, differences: [`pack: ${trace.pack.id} is not loaded`] };
  const differences: string[] = [];
  const note = (name: string, then: string, now: string) => {
    if (then !== now) differences.push(`${name}: was ${then}, is ${now}`);
  };
  note('pack version', trace.pack.version, twin.pack.version);
  note('model hash', trace.modelHash, twin.modelHash);
  note('parameter hash', trace.parameterHash, twin.parameterHash);
  note('seed', String(trace.seed), String(context.options.seed));
  if (trace.governance !== undefined) {
    const { hash, ...ruling } = trace.governance;
    note('decision hash', hash, rulingHash(ruling, context.options.sha256));
  }
  const moment = await asOf(context, trace.subject, twin, trace.seq, trace.at, trace.governance ?? null);
  const again = await traceOf(context, moment, trace.id, trace.engine);
  // Every number is compared, not the hashes alone: what is stored may have been changed under its hash.
  const numbers: string[] = [];
  compare('', strip(trace), strip(JSON.parse(JSON.stringify(again))), numbers);
  if (numbers.length > 0) note('engine', trace.engine, context.options.engine);
  else note('hash', trace.hash, again.hash);
  differences.push(...numbers);
  return { equal: differences.length === 0, differences: differences.slice(0, LISTED) };
}

function strip(trace: Trace): unknown {
  const {
    action: _action,
    outcome: _outcome,
    hash: _hash,
    modelHash: _model,
    parameterHash: _parameters,
    ...rest
  } = trace;
  return rest;
}

function compare(path: string, then: unknown, now: unknown, differences: string[]): void {
  if (differences.length >= LISTED || Object.is(then, now)) return;
  if (!isRecord(then) || !isRecord(now)) {
    differences.push(`${path}: was ${short(then)}, is ${short(now)}`);
    return;
  }
  for (const key of new Set([...Object.keys(then), ...Object.keys(now)])) {
    compare(path === '' ? key : `${path}.${key}`, then[key], now[key], differences);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

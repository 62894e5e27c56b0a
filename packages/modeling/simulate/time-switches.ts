import type { CallNode, Expression } from '../expression/expression.ts';
import { TIME } from '../expression/expression.ts';
import { fold } from '../expression/fold.ts';
import { operations } from '../expression/operations.ts';
import type { Model } from '../model/model.ts';

/** at + slope · time, where a value is that for a whole run. */
interface Line {
  readonly at: number;
  readonly slope: number;
}

/** What time alone brings about in a model's conditions. */
export interface TimeSwitches {
  /** Times at which a comparison of time with what is constant through a run turns, ascending: steps are to end there. */
  readonly times: readonly number[];
  /** Shortest period with which something returns in time; Infinity without. */
  readonly period: number;
}

export function timeSwitches(model: Model, p: Float64Array): TimeSwitches {
  const lines = new Map<string, Line>([[TIME, { at: 0, slope: 1 }]]);
  for (const [i, { name }] of model.parameters.entries()) lines.set(name, { at: p[i], slope: 0 });
  const memo = new Map<Expression, Line | null>();
  const times = new Set<number>();
  let period = Number.POSITIVE_INFINITY;
  const look = (roots: readonly Expression[]): readonly (Line | null)[] =>
    fold<Line | null>(
      roots,
      (node) => (node.kind === 'number' ? { at: node.value, slope: 0 } : (lines.get(node.name) ?? null)),
      (node, operands) => {
        const turn = turnOf(node, operands);
        if (turn !== null) times.add(turn);
        period = Math.min(period, periodOf(node, operands));
        return lineOf(node, operands);
      },
      memo,
    );
  for (const { name, value } of model.definitions) {
    const [line] = look([value]);
    if (line !== null) lines.set(name, line);
  }
  look(model.states.map((state) => state.rate));
  look(model.constraints);
  for (const { trigger, delay, assignments } of model.events) {
    look([trigger, ...(delay === null ? [] : [delay]), ...assignments.map(({ value }) => value)]);
  }
  return { times: [...times].sort((a, b) => a - b), period };
}

/** Period in time of a remainder, a rounding or a wave of what runs with time; Infinity for anything else. */
function periodOf({ operator }: CallNode, [a, b]: readonly (Line | null)[]): number {
  if (a === null || a === undefined || a.slope === 0) return Number.POSITIVE_INFINITY;
  const speed = Math.abs(a.slope);
  if (operator === 'floor' || operator === 'ceil') return 1 / speed;
  if (operator === 'sin' || operator === 'cos' || operator === 'tan') return (2 * Math.PI) / speed;
  return operator === 'rem' && b?.slope === 0 && b.at !== 0 ? Math.abs(b.at) / speed : Number.POSITIVE_INFINITY;
}

export const COMPARISONS: ReadonlySet<string> = new Set(['lt', 'le', 'gt', 'ge', 'eq', 'ne']);

function turnOf(node: CallNode, operands: readonly (Line | null)[]): number | null {
  if (!COMPARISONS.has(node.operator)) return null;
  const [a, b] = operands;
  if (a === null || b === null || a.slope === b.slope) return null;
  const time = (b.at - a.at) / (a.slope - b.slope);
  return Number.isFinite(time) ? time : null;
}

function lineOf(node: CallNode, operands: readonly (Line | null)[]): Line | null {
  if (operands.some((operand) => operand === null)) return null;
  const [a, b, c] = operands as readonly Line[];
  if (node.operator === 'delay') return a.slope === 0 ? a : null;
  if (node.operator === 'rateOf') return null;
  if (operands.every((operand) => operand!.slope === 0)) {
    return { at: operations[node.operator](a.at, b?.at, c?.at), slope: 0 };
  }
  switch (node.operator) {
    case 'add':
      return { at: a.at + b.at, slope: a.slope + b.slope };
    case 'sub':
      return { at: a.at - b.at, slope: a.slope - b.slope };
    case 'neg':
      return { at: -a.at, slope: -a.slope };
    case 'mul':
      if (a.slope === 0) return { at: a.at * b.at, slope: a.at * b.slope };
      return b.slope === 0 ? { at: a.at * b.at, slope: a.slope * b.at } : null;
    case 'div':
      return b.slope === 0 ? { at: a.at / b.at, slope: a.slope / b.at } : null;
    default:
      return null;
  }
}

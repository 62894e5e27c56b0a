import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Expression } from '../../expression/expression.ts';
import { expressions, NAMES } from '../../expression/fixtures/expressions.ts';
import { interpret } from '../../program/interpret.ts';
import { lower, type SymbolSlot } from '../../program/lower.ts';
import type { LaneKind } from './lanes.data.ts';
import { wasmProgram } from './program.ts';

const slots = new Map<string, SymbolSlot>([
  ...NAMES.map((name, index) => [name, { argument: 1, index }] as const),
  ['time', { argument: 0, index: 0 }],
]);
const args = [
  { name: 't', length: 1 },
  { name: 'x', length: NAMES.length },
];
const edge = fc.constantFrom(-0, 0, 0.5, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324);
const entry = fc.oneof(fc.double(), fc.double({ min: -20, max: 20 }), fc.integer({ min: -3, max: 3 }), edge);
const member = fc.array(entry, { minLength: 1 + NAMES.length, maxLength: 1 + NAMES.length });

/** Values of one expression for each member (time, then the names). */
function run(expression: Expression, kind: LaneKind, members: readonly (readonly number[])[]): readonly number[] {
  const made = wasmProgram(lower([{ name: 'out', values: [expression] }], args, slots), kind);
  const view = kind === 'f32x4' ? new Float32Array(made.memory.buffer) : new Float64Array(made.memory.buffer);
  const size = view.BYTES_PER_ELEMENT;
  members.forEach((values, lane) => {
    view[made.arguments[0] / size + lane] = values[0];
    for (let i = 0; i < NAMES.length; i++) view[made.arguments[1] / size + i * made.lanes + lane] = values[i + 1];
  });
  made.run();
  return members.map((_, lane) => view[made.results[0] / size + lane]);
}

test.each(['f64', 'f64x2'] as const)('%s: bit for bit the values of the interpretation', (kind) => {
  fc.assert(
    fc.property(expressions(), member, member, (expression, a, b) => {
      const members = kind === 'f64' ? [a] : [a, b];
      const program = lower([{ name: 'out', values: [expression] }], args, slots);
      const expected = members.map(([t, ...x]) => interpret(program, [[t], x])[0][0]);
      expect(run(expression, kind, members)).toEqual(expected);
    }),
    { numRuns: 400 },
  );
});

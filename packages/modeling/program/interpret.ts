import { operations } from '../expression/operations.ts';
import type { Program } from './program.ts';

/**
 * Runs a program instruction by instruction: slow, and the reference for every backend.
 * @returns one array per result
 */
export function interpret(program: Program, args: readonly ArrayLike<number>[]): readonly Float64Array[] {
  const values = new Float64Array(program.instructions.length);
  program.instructions.forEach((instruction, i) => {
    if (instruction.kind === 'constant') values[i] = instruction.value;
    else if (instruction.kind === 'read') values[i] = args[instruction.argument][instruction.index];
    else {
      const [a, b, c] = instruction.operands;
      values[i] = operations[instruction.operator](values[a], values[b], values[c]);
    }
  });
  return program.results.map((result) => Float64Array.from(result.values, (id) => values[id]));
}

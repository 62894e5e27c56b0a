import { TRUTHS } from '../expression/operations.ts';
import { DELAYED, type ModelValues, T, U, W, Y } from './lower-model.ts';

/**
 * Values that change sign where a rate, constraint or trigger switches as time goes on: for each comparison the difference
 * of its sides, for floor, ceil and rem a sine with a zero at each whole number. Left out is what time does not move: made
 * of parameters and of states that change at events only. Kinks of abs, min and max, where nothing jumps, are no switches.
 */
export function switchFunctions({ graph, rates, constraints, triggers }: ModelValues): readonly number[] {
  const { instructions } = graph;
  const moving = new Uint8Array(instructions.length);
  const needed = new Uint8Array(instructions.length);
  for (const id of [...rates, ...constraints, ...triggers]) needed[id] = 1;
  for (let id = instructions.length - 1; id >= 0; id--) {
    const instruction = instructions[id];
    if (needed[id] === 1 && instruction.kind === 'operation') for (const i of instruction.operands) needed[i] = 1;
  }
  const found = new Set<number>();
  const isTruth = (id: number) => {
    const instruction = instructions[id];
    return instruction.kind === 'constant' || (instruction.kind === 'operation' && TRUTHS.has(instruction.operator));
  };
  const count = instructions.length;
  for (let id = 0; id < count; id++) {
    const instruction = instructions[id];
    if (instruction.kind === 'constant') continue;
    if (instruction.kind === 'read') {
      const { argument, index } = instruction;
      const moves = argument === Y ? graph.constantOf(rates[index]) !== 0 : [T, U, W, DELAYED].includes(argument);
      moving[id] = moves ? 1 : 0;
      continue;
    }
    const { operator, operands } = instruction;
    if (operands.some((operand) => moving[operand] === 1)) moving[id] = 1;
    if (needed[id] === 0 || moving[id] === 0) continue;
    const [a, b] = operands;
    const wave = (x: number) => graph.operation('sin', graph.operation('mul', x, graph.constant(Math.PI)));
    if (operator === 'lt' || operator === 'le' || operator === 'eq' || operator === 'ne') {
      if (!(isTruth(a) && isTruth(b))) found.add(graph.operation('sub', Math.min(a, b), Math.max(a, b)));
    } else if (operator === 'floor' || operator === 'ceil') found.add(wave(a));
    else if (operator === 'rem') found.add(wave(graph.operation('div', a, b)));
  }
  return [...found];
}

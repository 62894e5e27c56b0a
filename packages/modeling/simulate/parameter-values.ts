import { evaluate } from '../expression/evaluate.ts';
import { symbolsOf } from '../expression/fold.ts';
import type { CompiledModel } from '../program/compiled-model.ts';

/** The model's parameters with some given; those whose default is worked out from a given one follow it. */
export function parameterValues(model: CompiledModel, given: Readonly<Record<string, number>>): Float64Array {
  const { parameters } = model.model;
  const p = model.parameters();
  if (Object.keys(given).length === 0) return p;
  const index = new Map(parameters.map(({ name }, i) => [name, i]));
  const values: Record<string, number> = {};
  /** Whether a parameter's value is another than its default; its value is then in p. */
  const moved = new Map<string, boolean>();
  const settle = (name: string): boolean => {
    const known = moved.get(name);
    if (known !== undefined) return known;
    const i = index.get(name)!;
    let differs = false;
    if (Object.hasOwn(given, name)) {
      p[i] = given[name];
      differs = true;
    } else {
      for (const other of symbolsOf(parameters[i].value)) if (settle(other)) differs = true;
      if (differs) p[i] = evaluate(parameters[i].value, values);
    }
    values[name] = p[i];
    moved.set(name, differs);
    return differs;
  };
  for (const { name } of parameters) settle(name);
  return p;
}

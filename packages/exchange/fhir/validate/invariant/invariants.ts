import { CodedError } from '@gemel/core';
import { fhirPath } from '../../path/expression.ts';
import type { Constraint } from '../definition.ts';
import { errata } from '../errata.data.ts';
import { expressionOf, type Place } from '../issue.ts';
import type { Run, Scope } from '../run.ts';
import { ResourceSurroundings } from '../surroundings.ts';
import { compileSteps, type Step, truth, Unevaluable, Unsupported } from './compile.ts';
import type { Node } from './node.ts';

interface Compiled {
  readonly constraint: Constraint;
  readonly expression: string;
  /** null: the full engine has to run it; a text: it is no expression. */
  readonly step: Step | null | string;
}

/** Constraints that are checked where the structure is, and `dom-6`, which only recommends a narrative. */
const ELSEWHERE = new Set(['ele-1', 'ext-1', 'dom-2', 'dom-3', 'dom-4', 'dom-5', 'dom-6', 'ref-1', 'txt-1', 'txt-2']);

const compiled = new WeakMap<readonly Constraint[], readonly Compiled[]>();

function compiledOf(constraints: readonly Constraint[]): readonly Compiled[] {
  let found = compiled.get(constraints);
  if (found === undefined) {
    found = constraints.flatMap((constraint) => {
      const given = constraint.expression;
      if (given === undefined || ELSEWHERE.has(constraint.key)) return [];
      const expression = errata[given] ?? given;
      return [{ constraint, expression, step: stepOf(expression) }];
    });
    compiled.set(constraints, found);
  }
  return found;
}

function stepOf(expression: string): Compiled['step'] {
  try {
    return compileSteps(expression);
  } catch (error) {
    if (error instanceof Unsupported) return null;
    if (error instanceof CodedError) return error.message;
    throw error;
  }
}

/** Checks the constraints on one element. */
export function checkInvariants(
  run: Run,
  constraints: readonly Constraint[],
  make: () => Node,
  place: Place,
  scope: Scope,
): void {
  if (run.options.structureOnly === true) return;
  const all = compiledOf(constraints);
  if (all.length === 0) return;
  const node = make();
  const focus = [node];
  const surroundings = new ResourceSurroundings(run, scope, focus);
  for (const one of all) {
    const { constraint, step } = one;
    let holds: boolean | string;
    try {
      if (typeof step === 'string') holds = step;
      else if (step === null) holds = byEngine(one.expression, node, place, scope);
      else holds = truth(step(focus, { self: focus, index: 0 }, surroundings)) === true;
    } catch (error) {
      if (!(error instanceof Unevaluable)) throw error;
      holds = error.message;
    }
    if (holds === true) continue;
    if (holds === false) run.report('invariant', place, `${constraint.key}: ${constraint.human}`, constraint.severity);
    else run.report('invariant-unevaluable', place, `${constraint.key} cannot be evaluated: ${holds}`);
  }
}

/** Expressions with functions that the steps lack. */
function byEngine(expression: string, node: Node, place: Place, scope: Scope): boolean | string {
  try {
    const own = expressionOf(place);
    const above = expressionOf(scope.place);
    // The engine knows the type of an element only by the way it came to it.
    const way =
      own === above
        ? [scope.resource]
        : fhirPath(`%resource${own.slice(above.length)}`).nodes(scope.resource, {
            variables: { resource: scope.resource },
          });
    const focus = way.length === 1 ? way[0] : node.value;
    const root = (scope.container ?? scope).resource;
    const found = fhirPath(expression).evaluate(focus, { variables: { resource: scope.resource, rootResource: root } });
    if (found.length > 1) return 'several values where one condition belongs';
    return found.length === 1 && found[0]!.value !== false;
  } catch (error) {
    if (error instanceof CodedError) return error.message;
    throw error;
  }
}

import { CodedError } from '@gemel/core';
import { parsePath, type SyntaxNode } from '../../path/syntax.ts';
import { isJson } from '../invariant/node.ts';
import { below } from '../issue.ts';
import type { Run, Scope } from '../run.ts';

/** A SearchParameter agrees with itself, with the resources it is for, and with the one it is derived from. */
export function checkSearchParameter(run: Run, { resource, place }: Scope): void {
  const { type, component, base, expression, derivedFrom } = resource;
  const parts = Array.isArray(component) ? component.filter(isJson) : [];
  if (type === 'composite' && parts.length < 2)
    run.report('conformance', place, 'a composite search parameter has two or more components');
  if (type !== 'composite' && parts.length > 0)
    run.report('conformance', place, 'only a composite search parameter has components');
  const bases = Array.isArray(base) ? base.filter((each) => typeof each === 'string') : [];
  if (typeof expression === 'string') checkExpression(run, expression, bases, below(place, 'expression'));
  const origin = typeof derivedFrom === 'string' ? run.tables.definitions.search(derivedFrom) : undefined;
  if (origin === undefined) return;
  for (const each of bases) {
    if (!origin.base.includes(each) && !origin.base.includes('Resource') && !origin.base.includes('DomainResource'))
      run.report(
        'conformance',
        place,
        `${each} is not among the resources of ${origin.url}, which this is derived from`,
      );
  }
  if (typeof type === 'string' && type !== origin.type)
    run.report(
      'conformance',
      place,
      `the type is ${type}, and that of ${origin.url}, which this is derived from, is ${origin.type}`,
    );
}

function checkExpression(run: Run, expression: string, bases: readonly string[], place: Scope['place']): void {
  let root: SyntaxNode;
  try {
    ({ root } = parsePath(expression));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    run.report('conformance', place, error.message);
    return;
  }
  if (bases.length === 0) return;
  for (const name of startsOf(root)) {
    const shape = run.tables.types.resource(name);
    if (
      shape === undefined ||
      bases.includes(name) ||
      bases.some((base) => run.tables.types.shape(base)?.lineage.includes(name) === true)
    )
      continue;
    if (!bases.includes('Resource') && !bases.includes('DomainResource'))
      run.report('conformance', place, `the expression begins with ${name}, which is none of ${bases.join(', ')}`);
  }
}

/** The names that the branches of an expression begin with. */
function startsOf(node: SyntaxNode): readonly string[] {
  const children = node.children ?? [];
  if (node.type === 'UnionExpression') return children.flatMap(startsOf);
  if (node.type === 'MemberInvocation') return /^[A-Z]/.test(node.text ?? '') ? [node.text!] : [];
  return children[0] === undefined ? [] : startsOf(children[0]);
}

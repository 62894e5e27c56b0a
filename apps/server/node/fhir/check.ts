import { type Issue, isError, operationOutcome } from '@gemel/exchange/fhir/validate/issue';
import { Validator } from '@gemel/exchange/fhir/validate/validate';
import type { Resource } from '@gemel/store/resource-contract';
import { restErrors } from './errors.data.ts';
import { IssuesError, type OutcomeIssue } from './outcome.ts';

let validator: Validator | undefined;

/** What is wrong with a resource by R4, and by profiles where any are named. */
export function issuesOf(resource: unknown, profiles: readonly string[] = []): readonly Issue[] {
  validator ??= new Validator();
  return validator.resource(resource, profiles.length === 0 ? {} : { profiles });
}

/**
 * Errors that do not keep a resource out: codes that their system does not have and units that are none of UCUM. Records of
 * years ago are full of them; $validate tells of them, and no such value reaches a twin.
 */
const TAKEN = new Set<Issue['rule']>(['code-unknown', 'unit-unknown']);

/** Lets nothing through that breaks R4's structure, required bindings or invariants. @throws rest-invalid */
export function checkValid(resource: Resource): void {
  const wrong = issuesOf(resource).filter((issue) => isError(issue) && !TAKEN.has(issue.rule));
  if (wrong.length === 0) return;
  const problem = restErrors.problem(
    'rest-invalid',
    `The ${String(resource.resourceType)} has ${wrong.length} errors.`,
  );
  throw new IssuesError(problem, outcomeIssues(wrong));
}

export function outcomeIssues(issues: readonly Issue[]): readonly OutcomeIssue[] {
  return (operationOutcome(issues) as { issue: readonly OutcomeIssue[] }).issue;
}

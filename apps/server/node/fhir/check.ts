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

/** Lets nothing through that is not valid: structure, required bindings, invariants. @throws rest-invalid */
export function checkValid(resource: Resource): void {
  const issues = issuesOf(resource);
  if (!issues.some(isError)) return;
  const wrong = issues.filter(isError);
  const problem = restErrors.problem(
    'rest-invalid',
    `The ${String(resource.resourceType)} has ${wrong.length} errors.`,
  );
  throw new IssuesError(problem, outcomeIssues(wrong));
}

export function outcomeIssues(issues: readonly Issue[]): readonly OutcomeIssue[] {
  return (operationOutcome(issues) as { issue: readonly OutcomeIssue[] }).issue;
}

import { CodedError, type Problem } from '@gemel/core';
import type { Resource } from '@gemel/store/resource-contract';
import { serverErrors } from '../../errors.data.ts';
import { REST_STATUS } from './errors.data.ts';

/** What an interaction answers. */
export interface FhirAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Resource | null;
}

/** One issue of an OperationOutcome. */
export interface OutcomeIssue {
  readonly severity: 'fatal' | 'error' | 'warning' | 'information';
  readonly code: string;
  readonly details?: object;
  readonly diagnostics?: string;
  readonly expression?: readonly string[];
}

/** An error that has more to tell than one problem. */
export class IssuesError extends CodedError {
  readonly issues: readonly OutcomeIssue[];

  constructor(problem: Problem, issues: readonly OutcomeIssue[]) {
    super(problem);
    this.issues = issues;
  }
}

export function outcome(issue: readonly OutcomeIssue[]): Resource {
  return { resourceType: 'OperationOutcome', issue };
}

export function remark(severity: 'information' | 'warning', code: string, text: string): OutcomeIssue {
  return { severity, code, details: { text } };
}

const statusOf = (code: string): readonly [status: number, issue: string] =>
  code === 'server-internal' ? [500, 'exception'] : (REST_STATUS[code] ?? [422, 'processing']);

/** A problem as an issue. */
export function issueOf(problem: Problem): OutcomeIssue {
  const place = problem.where.field ?? problem.where.element;
  return {
    severity: 'error',
    code: statusOf(problem.code)[1],
    details: { coding: [{ system: 'urn:gemel:error', code: problem.code }], text: problem.message },
    diagnostics: problem.remedy,
    ...(place === undefined ? {} : { expression: [place] }),
  };
}

/** An error as an answer; what has no code is a fault of the server, whose text is told to nobody. */
export function answerOf(error: unknown): FhirAnswer {
  const problem: Problem =
    error instanceof CodedError
      ? error.toJSON()
      : serverErrors.problem('server-internal', 'The request could not be served.');
  const issues = error instanceof IssuesError ? error.issues : [issueOf(problem)];
  return { status: statusOf(problem.code)[0], headers: {}, body: outcome(issues) };
}

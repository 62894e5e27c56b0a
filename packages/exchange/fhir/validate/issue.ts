import { type RuleId, rules } from './rules.data.ts';

export type Severity = 'fatal' | 'error' | 'warning' | 'information';
/** Codes of FHIR's issue-type that are used here. */
export type IssueCode =
  | 'invalid'
  | 'structure'
  | 'required'
  | 'value'
  | 'invariant'
  | 'not-found'
  | 'multiple-matches'
  | 'duplicate'
  | 'code-invalid'
  | 'business-rule'
  | 'too-costly'
  | 'exception'
  | 'informational';

/** One finding. */
export interface Issue {
  readonly severity: Severity;
  readonly code: IssueCode;
  readonly rule: RuleId;
  /** The element as a FHIRPath: `Bundle.entry[2].resource.status`. */
  readonly expression: string;
  readonly text: string;
  /** In the text, 1-based, where it concerns the text rather than an element. */
  readonly line?: number;
  readonly column?: number;
}

/** Where in a resource; written out only where there is something to tell. */
export interface Place {
  readonly above: Place | null;
  readonly step: string;
  readonly index?: number;
}

/** The place as a FHIRPath. */
export function expressionOf({ above, step, index }: Place): string {
  const own = index === undefined ? step : `${step}[${index}]`;
  return above === null ? own : `${expressionOf(above)}.${own}`;
}

export function below(above: Place, step: string, index?: number): Place {
  return index === undefined ? { above, step } : { above, step, index };
}

export function issue(
  rule: RuleId,
  expression: string,
  text: string,
  severity: Severity = rules[rule].severity,
): Issue {
  return { severity, code: rules[rule].code, rule, expression, text };
}

/** Whether an issue makes a resource invalid. */
export function isError({ severity }: Issue): boolean {
  return severity === 'error' || severity === 'fatal';
}

/** Where the rules of {@link rules} are told of as codes. */
export const RULE_SYSTEM = 'https://gemel.example.org/codes/validation';

/** Issues as an OperationOutcome; one that says so where there is none. */
export function operationOutcome(issues: readonly Issue[]): Readonly<Record<string, unknown>> {
  const told =
    issues.length === 0
      ? [{ severity: 'information', code: 'informational', details: { text: 'No issues were found.' } }]
      : issues.map(({ severity, code, rule, expression, text, line, column }) => ({
          severity,
          code,
          details: { coding: [{ system: RULE_SYSTEM, code: rule }], text },
          ...(line === undefined ? {} : { diagnostics: `line ${line}, column ${column}` }),
          ...(expression === '' ? {} : { expression: [expression] }),
        }));
  return { resourceType: 'OperationOutcome', issue: told };
}

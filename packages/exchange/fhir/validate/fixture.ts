import type { Issue } from './issue.ts';
import { isError } from './issue.ts';
import type { RuleId } from './rules.data.ts';

type Json = Readonly<Record<string, unknown>>;

/** Errors as `rule expression`, or those of one rule whatever their severity. */
export function told(issues: readonly Issue[], rule?: RuleId): readonly string[] {
  return issues
    .filter((each) => (rule === undefined ? isError(each) : each.rule === rule))
    .map((each) => `${each.rule} ${each.expression}`);
}

export const patient = (more: Json = {}): Json => ({ resourceType: 'Patient', ...more });

export const observation = (more: Json = {}): Json => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'weight' },
  ...more,
});

export const bundle = (type: string, entry: readonly Json[], more: Json = {}): Json => ({
  resourceType: 'Bundle',
  type,
  ...(entry.length > 0 ? { entry } : {}),
  ...more,
});

export const entry = (id: string, resource: Json, more: Json = {}): Json => ({
  fullUrl: `http://a.example.org/fhir/${String(resource.resourceType)}/${id}`,
  resource: { ...resource, id },
  ...more,
});

/** A profile of a type by its differential. */
export const profile = (type: string, name: string, element: readonly Json[], more: Json = {}): Json => ({
  resourceType: 'StructureDefinition',
  url: `http://a.example.org/StructureDefinition/${name}`,
  name,
  status: 'draft',
  kind: 'resource',
  abstract: false,
  type,
  baseDefinition: `http://hl7.org/fhir/StructureDefinition/${type}`,
  derivation: 'constraint',
  differential: { element: element.map((each) => ({ id: each.path, ...each })) },
  ...more,
});

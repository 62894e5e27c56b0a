import { readFileSync } from 'node:fs';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import type { Problem } from '@gemel/core';
import { governErrors } from '../errors.data.ts';
import type { PolicyAnswer, PolicyEngine, PolicyNote, PolicyQuestion } from '../policy-engine.ts';

/** Policies as written, with the name of their file. */
export interface PolicyFile {
  readonly name: string;
  readonly text: string;
}

const folder = new URL('../policies/', import.meta.url);
export const SCHEMA: PolicyFile = {
  name: 'gemel.cedarschema',
  text: readFileSync(new URL('gemel.cedarschema', folder), 'utf8'),
};
export const DEFAULT_POLICIES: PolicyFile = {
  name: 'default.cedar',
  text: readFileSync(new URL('default.cedar', folder), 'utf8'),
};

/** Answers kept; the one asked for longest ago is let go first. */
const KEPT = 10_000;

let sets = 0;

interface Policy extends PolicyNote {
  readonly text: string;
  readonly file: PolicyFile;
  /** Where its text begins in the file, characters. */
  readonly start: number;
}

/**
 * Policies in Cedar, parsed once and checked against the schema. The policies are kept in the module's memory under a name of
 * their own, so that each question costs only its own evaluation; equal questions are answered from memory.
 * @throws govern-policy-invalid, govern-policy-twice: with file, line and column; then no policy is in force
 */
export function openPolicies(files: readonly PolicyFile[], sha256: (text: string) => string): PolicyEngine {
  const policies = new Map<string, Policy>();
  for (const file of files) {
    for (const policy of policiesOf(file)) {
      const other = policies.get(policy.id);
      if (other !== undefined) {
        const message = `“${policy.id}” stands in ${other.file.name} and in ${file.name}.`;
        throw governErrors.error('govern-policy-twice', message, placeOf(file, policy.start));
      }
      policies.set(policy.id, policy);
    }
  }
  const staticPolicies = Object.fromEntries([...policies].map(([id, { text }]) => [id, text]));
  // Those that come with the program are known to fit the schema; looking takes half of the time that opening does.
  if (files.some((file) => file !== DEFAULT_POLICIES)) validate(policies, staticPolicies);
  const name = `gemel-${sets++}`;
  const parsed = cedar.preparsePolicySet(name, { staticPolicies });
  if (parsed.type === 'failure') throw invalid(parsed.errors[0]!, files[0] ?? DEFAULT_POLICIES, 0);
  const kept = new Map<string, PolicyAnswer>();
  const mentioned = (what: RegExp) => [...policies.values()].some(({ text }) => what.test(text));
  const [byLabel, byAgent] = [mentioned(/\blabels\b/), mentioned(/\bAgent\s*::/)];
  /** Without what no policy looks at: more questions are then the same. */
  const reduced = (question: PolicyQuestion): PolicyQuestion => ({
    ...question,
    agent: byAgent ? question.agent : { ...question.agent, id: '' },
    data: byLabel ? question.data : { ...question.data, labels: [] },
  });
  return {
    hash: sha256(JSON.stringify([SCHEMA.text, Object.entries(staticPolicies).sort(([a], [b]) => (a < b ? -1 : 1))])),
    ids: [...policies.keys()],
    answer(asked) {
      const question = reduced(asked);
      const key = JSON.stringify(question);
      let answer = kept.get(key);
      if (answer === undefined) answer = evaluate(name, policies, question);
      else kept.delete(key);
      kept.set(key, answer);
      if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
      return answer;
    },
  };
}

/** @throws govern-policy-invalid where a policy speaks of what the schema does not have */
function validate(policies: ReadonlyMap<string, Policy>, staticPolicies: Readonly<Record<string, string>>): void {
  const answer = cedar.validate({ schema: SCHEMA.text, policies: { staticPolicies } });
  if (answer.type === 'failure') throw invalid(answer.errors[0]!, SCHEMA, 0);
  const [first] = answer.validationErrors;
  if (first === undefined) return;
  const { file, start } = policies.get(first.policyId)!;
  throw invalid(first.error, file, start);
}

function evaluate(name: string, policies: ReadonlyMap<string, Policy>, question: PolicyQuestion): PolicyAnswer {
  const { agent, action, data, ...rest } = question;
  const { purpose, purposes, consent, implied, restricted, personal, own, breakGlass } = rest;
  const principal = { type: 'Gemel::Agent', id: agent.id };
  const resource = { type: 'Gemel::Data', id: data.type };
  const answer = cedar.statefulIsAuthorized({
    principal,
    action: { type: 'Gemel::Action', id: action },
    resource,
    context: { purpose, purposes: [...purposes], consent, implied, restricted, personal, own, breakGlass },
    preparsedPolicySetId: name,
    validateRequest: false,
    entities: [
      { uid: principal, attrs: { kind: agent.kind, roles: [...agent.roles] }, parents: [] },
      {
        uid: resource,
        attrs: { type: data.type, classes: [...data.classes], labels: [...data.labels] },
        parents: [],
      },
    ],
  });
  // A question that cannot be evaluated, or a policy that fails on it, permits nothing.
  if (answer.type === 'failure') return refusedBy(answer.errors[0]?.message ?? 'the policies could not be evaluated');
  const { decision, diagnostics } = answer.response;
  const failed = diagnostics.errors[0];
  if (failed !== undefined) return refusedBy(`${failed.policyId}: ${failed.error.message}`);
  const notes = diagnostics.reason.map((id) => {
    const { reason, code } = policies.get(id)!;
    return { id, reason, code };
  });
  return { permit: decision === 'allow', policies: notes.sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

function refusedBy(message: string): PolicyAnswer {
  return {
    permit: false,
    policies: [{ id: 'policy-failed', reason: `A policy failed: ${message}.`, code: 'policy-failed' }],
  };
}

function policiesOf(file: PolicyFile): readonly Policy[] {
  const parts = cedar.policySetTextToParts(file.text);
  if (parts.type === 'failure') throw invalid(parts.errors[0]!, file, 0);
  if (parts.policy_templates.length > 0) {
    const start = file.text.indexOf(parts.policy_templates[0]!);
    const message = 'a template stands for no policy by itself';
    throw governErrors.error('govern-policy-invalid', `${file.name}: ${message}.`, placeOf(file, start));
  }
  return parts.policies.map((text, i) => {
    const start = Math.max(0, file.text.indexOf(text));
    const { id, reason, code } = annotationsOf(text);
    return { id: id ?? `${file.name}#${i + 1}`, reason: reason ?? '', code: code ?? null, text, file, start };
  });
}

/** The annotations that a policy begins with. */
function annotationsOf(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const form = /\s*@(\w+)\s*\(\s*("(?:[^"\\]|\\.)*")\s*\)/y;
  for (let next = form.exec(text); next !== null; next = form.exec(text)) found[next[1]!] = JSON.parse(next[2]!);
  return found;
}

function invalid(error: cedar.DetailedError, file: PolicyFile, start: number) {
  const label = error.sourceLocations?.[0];
  const more = [label?.label, error.help].filter((text) => text != null && text !== '').join('; ');
  const message = `${file.name}: ${error.message}${more === '' ? '' : ` (${more})`}.`;
  const at = label === undefined ? start : start + characters(file.text.slice(start), label.start);
  return governErrors.error('govern-policy-invalid', message, placeOf(file, at));
}

/** Characters that so many bytes of UTF-8 make up. */
function characters(text: string, bytes: number): number {
  return Buffer.from(text).subarray(0, bytes).toString('utf8').length;
}

function placeOf({ name, text }: PolicyFile, at: number): Problem['where'] {
  const before = text.slice(0, at).split('\n');
  return { file: name, line: before.length, field: `column ${before.at(-1)!.length + 1}` };
}

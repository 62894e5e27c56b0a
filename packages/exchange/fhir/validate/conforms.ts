import { isJson, type Json } from './invariant/node.ts';
import { isError, type Place } from './issue.ts';
import { checkProfile, type Occurrence } from './profile-check.ts';
import { Run, type Scope, scopeOf } from './run.ts';

const NOWHERE: Place = { above: null, step: '' };

/** Whether a value meets a profile; undefined where the profile is not at hand. */
export function conformsTo(
  run: Run,
  value: unknown,
  type: string,
  url: string,
  scope: Scope,
  depth = 0,
): boolean | undefined {
  const { profiles, definitions, types } = run.tables;
  const own = isJson(value) && typeof value.resourceType === 'string' ? value.resourceType : type;
  const structure = definitions.structure(url);
  if (structure === undefined) return undefined;
  if (structure.derivation !== 'constraint')
    return structure.type === own || types.shape(own)?.lineage.includes(structure.type) === true;
  if (structure.type !== own) return false;
  const profile = profiles.profile(url);
  if (profile === undefined) return undefined;
  const trial = new Run(run.tables, run.options);
  const shape = types.shape(own);
  const inner =
    shape?.kind === 'resource' && value !== scope.resource ? scopeOf(value as Json, NOWHERE, run.tables) : scope;
  const occurrence: Occurrence = { value, beside: undefined, type: own, shape, place: NOWHERE };
  checkProfile(trial, profile.root, occurrence, profile, inner, depth + 1);
  return !trial.issues.some(isError);
}

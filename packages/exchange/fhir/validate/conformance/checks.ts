import { below } from '../issue.ts';
import type { Run, Scope } from '../run.ts';
import { checkCapabilityStatement } from './capability-statement.ts';
import { checkQuestionnaire, checkQuestionnaireResponse } from './questionnaire.ts';
import { checkSearchParameter } from './search-parameter.ts';
import { checkStructureDefinition } from './structure-definition.ts';
import { checkCodeSystem, checkValueSet } from './terminology.ts';

/** Checks of single resource types beyond structure and invariants. */
const CHECKS: Readonly<Record<string, (run: Run, scope: Scope) => void>> = {
  CapabilityStatement: checkCapabilityStatement,
  CodeSystem: checkCodeSystem,
  Questionnaire: checkQuestionnaire,
  QuestionnaireResponse: checkQuestionnaireResponse,
  SearchParameter: checkSearchParameter,
  StructureDefinition: checkStructureDefinition,
  ValueSet: checkValueSet,
};

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:/;

export function checkConformance(run: Run, scope: Scope): void {
  const { resource, node, place } = scope;
  if (Object.hasOwn(CHECKS, node.type)) CHECKS[node.type]!(run, scope);
  const { url } = resource;
  if (typeof url === 'string' && node.shape?.byName.has('publisher') === true && !ABSOLUTE.test(url))
    run.report('canonical-form', below(place, 'url'), `"${url}": the canonical URL of a definition is absolute`);
}

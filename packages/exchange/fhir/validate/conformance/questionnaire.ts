import { isJson, type Json } from '../invariant/node.ts';
import { below, type Place } from '../issue.ts';
import type { Run, Scope } from '../run.ts';

const listed = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isJson) : []);
const DEEPEST = 100;

/** Conditions of a Questionnaire ask for questions it has. */
export function checkQuestionnaire(run: Run, { resource, place }: Scope): void {
  const ids = new Set<unknown>();
  const gather = (items: readonly Json[], depth: number) => {
    for (const item of depth > DEEPEST ? [] : items) {
      ids.add(item.linkId);
      gather(listed(item.item), depth + 1);
    }
  };
  gather(listed(resource.item), 0);
  const walk = (items: readonly Json[], above: Place, depth: number) => {
    if (depth > DEEPEST) return;
    items.forEach((item, i) => {
      const at = below(above, 'item', i);
      listed(item.enableWhen).forEach(({ question }, j) => {
        if (typeof question === 'string' && !ids.has(question))
          run.report('conformance', below(at, 'enableWhen', j), `no item has the linkId "${question}"`);
        else if (question === item.linkId)
          run.report('conformance', below(at, 'enableWhen', j), 'an item cannot depend on itself');
      });
      walk(listed(item.item), at, depth + 1);
    });
  };
  walk(listed(resource.item), place, 0);
}

/** The JSON forms of an answer to an item of each type. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  boolean: ['valueBoolean'],
  decimal: ['valueDecimal', 'valueInteger'],
  integer: ['valueInteger'],
  date: ['valueDate'],
  dateTime: ['valueDateTime'],
  time: ['valueTime'],
  string: ['valueString'],
  text: ['valueString'],
  url: ['valueUri'],
  choice: ['valueCoding', 'valueString', 'valueDate', 'valueTime', 'valueInteger', 'valueReference'],
  'open-choice': ['valueCoding', 'valueString', 'valueDate', 'valueTime', 'valueInteger', 'valueReference'],
  attachment: ['valueAttachment'],
  reference: ['valueReference'],
  quantity: ['valueQuantity'],
};

/** Answers fit the questions, where the Questionnaire is contained in the response. */
export function checkQuestionnaireResponse(run: Run, scope: Scope): void {
  const { resource, place, contained } = scope;
  const { questionnaire, status } = resource;
  if (typeof questionnaire !== 'string' || !questionnaire.startsWith('#')) return;
  const form = contained.get(questionnaire.slice(1));
  if (form?.resourceType !== 'Questionnaire') return;
  const complete = status === 'completed' || status === 'amended';
  checkItems(run, listed(form.item), listed(resource.item), place, complete, 0);
}

function checkItems(
  run: Run,
  asked: readonly Json[],
  given: readonly Json[],
  place: Place,
  complete: boolean,
  depth: number,
): void {
  if (depth > DEEPEST) return;
  let last = -1;
  const counts = new Map<Json, number>();
  given.forEach((item, i) => {
    const at = below(place, 'item', i);
    const index = asked.findIndex(({ linkId }) => linkId === item.linkId);
    const question = asked[index];
    if (question === undefined) {
      run.report('questionnaire-answer', at, `the questionnaire has no item "${String(item.linkId)}" there`);
      return;
    }
    if (index < last) run.report('questionnaire-answer', at, `"${String(item.linkId)}" is out of order`);
    last = Math.max(last, index);
    counts.set(question, (counts.get(question) ?? 0) + 1);
    checkAnswers(run, question, item, at, complete, depth);
  });
  for (const question of asked) {
    const count = counts.get(question) ?? 0;
    if (count > 1 && !(question.type === 'group' && question.repeats === true))
      run.report('questionnaire-answer', place, `"${String(question.linkId)}" is there ${count} times`);
    if (count === 0 && question.required === true && complete && question.enableWhen === undefined)
      run.report('questionnaire-answer', place, `"${String(question.linkId)}" must be answered`);
  }
}

function checkAnswers(run: Run, question: Json, item: Json, place: Place, complete: boolean, depth: number): void {
  const answers = listed(item.answer);
  const type = String(question.type);
  if ((type === 'group' || type === 'display') && answers.length > 0)
    run.report('questionnaire-answer', place, `a ${type} has no answer`);
  if (answers.length > 1 && question.repeats !== true)
    run.report('questionnaire-answer', place, `${answers.length} answers, where one may be given`);
  if (answers.length === 0 && type !== 'group' && type !== 'display' && question.required === true && complete)
    run.report('questionnaire-answer', place, `"${String(question.linkId)}" must be answered`);
  const allowed = Object.hasOwn(ANSWERS, type) ? ANSWERS[type]! : null;
  answers.forEach((answer, i) => {
    const key = Object.keys(answer).find((name) => /^value[A-Z]/.test(name));
    if (allowed !== null && key !== undefined && !allowed.includes(key))
      run.report(
        'questionnaire-answer',
        below(place, 'answer', i),
        `the question is of type ${type}, and ${key} is given`,
      );
    checkItems(run, listed(question.item), listed(answer.item), below(place, 'answer', i), complete, depth + 1);
  });
  if (type === 'group') checkItems(run, listed(question.item), listed(item.item), place, complete, depth + 1);
}

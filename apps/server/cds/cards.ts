import type { Advisory, Instant, Plan, Trace } from '@gemel/core';
import type { ControlSpec } from '@gemel/runtime';
import type * as fhir from '@medplum/fhirtypes';
import { type Card, OVERRIDE_REASONS, type Suggestion } from './hooks.ts';

/** CDS Hooks cards from what twins say: pure, the same words for the same trace. */

export interface CardFrame {
  /** Title of the pack. */
  readonly title: string;
  /** Base address of this server: where the app is launched, and what the source is. */
  readonly base: string;
  /** The patient as the calling record names them: `Patient/12`. */
  readonly patient: string;
  readonly subject: string;
  readonly pack: string;
}

/** CDS Hooks 2.0, card attributes: below 140 characters. */
const LONGEST_SUMMARY = 139;
const RESEARCH = '_Research use. Not for clinical use._';

/** One sentence that fits: cut at a word, with an ellipsis. */
export function summaryOf(statement: string): string {
  const text = statement.replace(/\s+/g, ' ').trim();
  if (text.length <= LONGEST_SUMMARY) return text;
  const cut = text.slice(0, LONGEST_SUMMARY - 1);
  const word = cut.lastIndexOf(' ');
  return `${(word > LONGEST_SUMMARY / 2 ? cut.slice(0, word) : cut).trimEnd()}…`;
}

/** Text as Markdown shows it, letter by letter. */
export const markdownText = (text: string): string =>
  text.replace(/[\\`*_{}[\]()#+\-!|<>~]/g, '\\$&').replace(/\s+/g, ' ');

const source = ({ title, base }: CardFrame): Card['source'] => ({
  label: `Gemel: ${title}`,
  url: base,
  topic: { system: 'urn:gemel:pack', code: title, display: title },
});

const links = ({ base, subject, pack }: CardFrame): NonNullable<Card['links']> => [
  {
    label: 'Open the digital twin',
    url: `${base}/launch`,
    type: 'smart',
    appContext: JSON.stringify({ subject, pack }),
  },
];

/** The proposal of a twin with its options as drafts; null where it abstains or nothing of it is allowed. */
export function proposalCard(trace: Trace, orders: readonly fhir.Resource[], frame: CardFrame): Card | null {
  const { advice } = trace;
  if (advice.kind !== 'advise') return null;
  const allowed = advice.plans.filter((plan) => plan.allowed);
  const [best] = allowed;
  if (best === undefined) return null;
  const suggestion: Suggestion[] =
    orders.length === 0
      ? []
      : [
          {
            label: summaryOf(best.scenario.title).slice(0, 80),
            uuid: `${trace.id}/${best.scenario.id}`,
            isRecommended: true,
            actions: orders.map((resource) => ({
              type: 'create' as const,
              description: `Draft ${resource.resourceType} to be looked at and signed by a person`,
              resource: forPatient(resource, frame.patient),
            })),
          },
        ];
  return {
    uuid: trace.id,
    summary: summaryOf(advice.statement),
    detail: [
      ...reasonsOf(advice.reasons),
      '',
      'Options compared:',
      ...allowed.map(optionText),
      '',
      `Made ${isoMinute(trace.at)} from ${trace.inputs.length} inputs; holds until ${isoMinute(advice.expires)}.`,
      '',
      RESEARCH,
    ].join('\n'),
    indicator: 'info',
    source: source(frame),
    ...(suggestion.length === 0 ? {} : { suggestions: suggestion, selectionBehavior: 'at-most-one' as const }),
    overrideReasons: OVERRIDE_REASONS,
    links: links(frame),
  };
}

const reasonsOf = (reasons: readonly { readonly statement: string }[]) =>
  reasons.map(({ statement }) => `- ${markdownText(statement)}`);

const optionText = ({ scenario, probabilityBest }: Plan) =>
  `- ${markdownText(scenario.title)}: best with a probability of ${Math.round(probabilityBest * 100)} %`;

const isoMinute = (at: Instant) => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** The draft as the calling record can take it: of its own patient, without what it does not know. */
function forPatient(resource: fhir.Resource, patient: string): fhir.Resource {
  const own = Object.entries(resource).filter(
    ([name, value]) => name !== 'id' && !JSON.stringify(value).includes('urn:uuid:'),
  );
  const whose = resource.resourceType === 'NutritionOrder' ? 'patient' : 'subject';
  return { ...Object.fromEntries(own), [whose]: { reference: patient } } as unknown as fhir.Resource;
}

/** Warnings that a person should know now, in one card; null where there are none. Never critical: text, no alarm. */
export function advisoryCard(advisories: readonly Advisory[], uuid: string, frame: CardFrame): Card | null {
  const told = advisories.filter(({ priority }) => priority === 'high' || priority === 'medium');
  const [first] = told;
  if (first === undefined) return null;
  return {
    uuid,
    summary: summaryOf(first.statement),
    detail: [...reasonsOf(told), '', RESEARCH].join('\n'),
    indicator: told.some(({ priority }) => priority === 'high') ? 'warning' : 'info',
    source: source(frame),
    overrideReasons: OVERRIDE_REASONS,
    links: links(frame),
  };
}

/** An order that goes past a limit of the twin; null where all hold. */
export function limitCard(order: Order, plan: Plan, uuid: string, frame: CardFrame): Card | null {
  const broken = plan.limits.filter(({ verdict }) => verdict !== 'within');
  const [first] = broken;
  if (first === undefined) return null;
  return {
    uuid,
    summary: summaryOf(`${order.words}: ${first.message}`),
    detail: [
      ...broken.map(
        ({ title, message, source: from }) =>
          `- ${markdownText(`${title}: ${message}`)}${from === undefined ? '' : ` (${markdownText(from)})`}`,
      ),
      '',
      RESEARCH,
    ].join('\n'),
    indicator: 'warning',
    source: source(frame),
    overrideReasons: OVERRIDE_REASONS,
    links: links(frame),
  };
}

/** Why the twin has nothing to say of an order that it was made for. */
export function abstentionCard(
  order: Order,
  reasons: readonly { readonly statement: string }[],
  uuid: string,
  frame: CardFrame,
): Card {
  return {
    uuid,
    summary: summaryOf(`The digital twin does not advise on ${order.words}.`),
    detail: [...reasonsOf(reasons), '', RESEARCH].join('\n'),
    indicator: 'info',
    source: source(frame),
    links: links(frame),
  };
}

/** A draft order of something that a twin's pack doses. */
export interface Order {
  readonly reference: string;
  readonly control: string;
  /** What is ordered, in words. */
  readonly words: string;
  readonly value: number;
  readonly unit: string;
  /** Minutes between doses; null for one dose. */
  readonly everyMinutes: number | null;
}

/** The draft orders of what the controls dose; those without a dose that can be read are left out. */
export function ordersOf(
  draftOrders: fhir.Bundle | undefined,
  selections: readonly string[] | undefined,
  controls: readonly ControlSpec[],
): readonly Order[] {
  const found: Order[] = [];
  for (const { resource } of draftOrders?.entry ?? []) {
    if (resource?.resourceType !== 'MedicationRequest') continue;
    const reference = `MedicationRequest/${resource.id ?? ''}`;
    if (selections !== undefined && !selections.includes(reference)) continue;
    const codings = codingsOf(resource, draftOrders!);
    const spec = controls.find((control) =>
      control.codings.some((own) => codings.some(({ system, code }) => system === own.system && code === own.code)),
    );
    if (spec === undefined) continue;
    const [instruction] = resource.dosageInstruction ?? [];
    const [amount] = instruction?.doseAndRate ?? [];
    const quantity = amount?.doseQuantity ?? amount?.rateQuantity;
    const unit = quantity?.code ?? quantity?.unit;
    if (quantity?.value === undefined || unit === undefined) continue;
    const words = `${spec.title} ${quantity.value} ${unit}`;
    found.push({
      reference,
      control: spec.control,
      words,
      value: quantity.value,
      unit,
      everyMinutes: intervalOf(instruction?.timing?.repeat),
    });
  }
  return found;
}

function codingsOf(order: fhir.MedicationRequest, bundle: fhir.Bundle): readonly fhir.Coding[] {
  const { reference } = order.medicationReference ?? {};
  const medication =
    reference === undefined
      ? undefined
      : [...(order.contained ?? []), ...(bundle.entry ?? []).map((entry) => entry.resource)].find(
          (each) =>
            each?.resourceType === 'Medication' &&
            (reference === `#${each.id}` || reference === `Medication/${each.id}`),
        );
  return [
    ...(order.medicationCodeableConcept?.coding ?? []),
    ...(medication?.resourceType === 'Medication' ? (medication.code?.coding ?? []) : []),
  ];
}

const MINUTES: Readonly<Record<string, number>> = { s: 1 / 60, min: 1, h: 60, d: 1440, wk: 10_080 };

/** Minutes between doses of a FHIR timing; null where it states none. */
function intervalOf(repeat: fhir.TimingRepeat | undefined): number | null {
  const minutes = MINUTES[repeat?.periodUnit ?? ''];
  const { period, frequency = 1 } = repeat ?? {};
  return minutes === undefined || period === undefined || frequency <= 0 ? null : (period * minutes) / frequency;
}

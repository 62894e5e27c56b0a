import type { Account } from './account.ts';
import { Draft, hashText, pruned } from './draft.ts';
import { header, type MessageSetting } from './header.ts';
import type { Message, Segment } from './message.ts';
import { orders } from './orders.ts';
import { type Identity, patientIdentity } from './patient.ts';
import { isReadForItems, type Purpose } from './purpose.ts';
import { fillRequired } from './required.ts';
import { type Application, applyMap } from './segment-map.ts';
import type { Made, Setting } from './values.ts';
import { visit } from './visit.ts';

/** A resource made of a message, with the segment it is made of first. */
export interface MadeResource {
  readonly resource: Made & { readonly resourceType: string; readonly id: string };
  readonly segment: Segment;
}

/** Marks that are written one by one; more are counted. */
const MARKS = 100;

/** Two patients that a message says are one, or are no longer. */
export interface PatientLink {
  readonly kind: 'merge' | 'link' | 'unlink';
  readonly segment: Segment;
  readonly from: Identity;
  readonly into: Identity;
}

/** The message while it becomes resources: whose it is, which visit, which order. */
export class Assembly {
  readonly message: Message;
  readonly account: Account;
  readonly file: string;
  readonly purpose: Purpose;
  readonly setting: Omit<Setting, 'note'>;
  readonly drafts: Draft[] = [];
  readonly links: PatientLink[] = [];
  /** Identities by the id of their Patient resource. */
  readonly patients = new Map<string, Identity>();
  /** Segments seen last, by name: conditions may ask for them. */
  readonly group: Record<string, Segment | undefined> = {};
  patient: Draft | null = null;
  encounter: Draft | null = null;
  /** What notes and participations that follow belong to. */
  about: Draft | null = null;
  /** Values made for a draft that other drafts refer to. */
  readonly #made = new Map<string, MadeResource>();
  /** Ids of resources that are nothing but their content, by it. */
  readonly #ids = new Map<string, string>();
  readonly #patientOf = new Map<Draft, Made | null>();
  readonly #taken = new Set<string>();
  /** How often a key has come, so that a thousand alike are not compared with each other. */
  readonly #times = new Map<string, number>();

  constructor(message: Message, account: Account, file: string, setting: MessageSetting, purpose: Purpose) {
    this.message = message;
    this.account = account;
    this.file = file;
    this.purpose = purpose;
    this.setting = {
      ...setting,
      resource: (type, content) => {
        const made = this.#register(type, content, message.header, this.patientReference());
        return made === null ? {} : { reference: `${type}/${made}` };
      },
    };
  }

  get use(): Application {
    const { account, group, setting, file, purpose } = this;
    return { account, group, setting, file, purpose };
  }

  patientReference(): Made | null {
    return this.patient === null ? null : { reference: `Patient/${this.patient.id}` };
  }

  encounterReference(): Made | null {
    return this.encounter === null ? null : { reference: `Encounter/${this.encounter.id}` };
  }

  /** Begins a resource. Its id comes of what identifies it, so that the same thing sent again is the same resource. */
  begin(type: string, segment: Segment, ...identity: readonly string[]): Draft {
    const draft = new Draft(type, segment);
    const known = identity.filter((part) => part !== '');
    if (known.length > 0) {
      draft.id = hashText(this.#own([type, this.setting.sender, this.patient?.id ?? '', ...identity].join('\u0000')));
    }
    this.drafts.push(draft);
    this.#patientOf.set(draft, this.patientReference());
    return draft;
  }

  /** The key, marked where the message has it already. */
  #own(key: string): string {
    let times = this.#times.get(key) ?? 0;
    const marked = () => key + (times <= MARKS ? '+'.repeat(times) : `+${times}`);
    while (this.#taken.has(marked())) times++;
    this.#taken.add(marked());
    this.#times.set(key, times + 1);
    return marked();
  }

  apply(map: string, draft: Draft, segment: Segment): void {
    applyMap(map, draft, segment, this.use);
  }

  /** All segments in order. */
  run(): void {
    if (this.purpose === 'resources') header(this);
    let skip = 0;
    for (const segment of this.message.segments) {
      if (segment.index < skip) continue;
      this.group[segment.id] = segment;
      if (visit(this, segment)) continue;
      skip = orders(this, segment);
    }
  }

  /**
   * The resources, references resolved, empty ones left out, what R4 requires filled in. null where only items were asked for,
   * and the rest of a resource would tell whether it is there, or which one it is.
   */
  finish(): readonly MadeResource[] | null {
    const primary: MadeResource[] = [];
    for (const draft of this.drafts) {
      const whole = this.purpose === 'resources';
      if (!whole && !isReadForItems(draft.type)) continue;
      const patient = this.#patientOf.get(draft) ?? null;
      const content = this.#resolve(draft, patient);
      if (!whole && (content === undefined || draft.id === null)) return null;
      if (content === undefined) continue;
      if (draft.id === null) draft.id = hashText(JSON.stringify([draft.type, patient, content]));
      const made = this.#complete(draft.type, draft.id, content, draft.segment, patient);
      primary.push(made);
    }
    const known = new Set(primary.map(({ resource }) => `${resource.resourceType}/${resource.id}`));
    const nested = [...this.#made].filter(([key]) => !known.has(key)).map(([, made]) => made);
    return [...primary, ...nested];
  }

  #resolve(draft: Draft, patient: Made | null): Made | undefined {
    for (const [element, inner] of draft.nested) {
      if (inner.type === 'Patient') {
        if (patient !== null) element.reference = patient.reference;
        continue;
      }
      const content = this.#resolve(inner, patient);
      const id = content === undefined ? null : this.#register(inner.type, content, inner.segment, patient);
      if (id !== null) element.reference = `${inner.type}/${id}`;
    }
    return pruned(draft.value) as Made | undefined;
  }

  #register(type: string, content: Made, segment: Segment, patient: Made | null): string | null {
    const value = pruned(content) as Made | undefined;
    if (value === undefined) return null;
    const text = type + JSON.stringify(value);
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = hashText(text);
    this.#ids.set(text, id);
    this.#made.set(`${type}/${id}`, this.#complete(type, id, value, segment, patient));
    return id;
  }

  #complete(type: string, id: string, content: Made, segment: Segment, patient: Made | null): MadeResource {
    const resource = { resourceType: type, id, ...content };
    fillRequired(resource, type, patient);
    return { resource, segment };
  }

  /** The patient that PID names becomes the one that what follows is about. */
  startPatient(segment: Segment): Draft {
    const identity = patientIdentity(segment, [3, 2, 4, 18, 19], this.setting);
    this.patient = null;
    this.encounter = null;
    const draft = new Draft('Patient', segment);
    draft.id = identity?.id ?? hashText(`Patient|${this.setting.sender}|${this.message.controlId}|${segment.index}`);
    if (identity !== null) this.patients.set(draft.id, identity);
    const there = this.drafts.find((each) => each.type === 'Patient' && each.id === draft.id);
    if (there === undefined) this.drafts.push(draft);
    this.patient = there ?? draft;
    this.#patientOf.set(this.patient, null);
    this.about = this.patient;
    return this.patient;
  }
}

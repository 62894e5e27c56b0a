import {
  CONSENT,
  type Consent,
  type ControlInput,
  canonicalJson,
  consentOf,
  type Fact,
  type Instant,
  isWill,
  type LeftOut,
  type Observation,
  RESTRICTION,
  type Ruling,
} from '@gemel/core';
import type { SubjectLog } from '../subject-log.ts';
import { kindKey, kindOf } from './data-kind.ts';
import type { Decision, Governor, SubjectWill, Use } from './decide.ts';

type Item = Observation | ControlInput | Fact;

/** What the subject of a log has said of the use of its data, as known there. */
export function willOf(log: SubjectLog, at: Instant): SubjectWill {
  const consents: Consent[] = [];
  let restricted = false;
  for (const { item } of log.facts) {
    if (item.fact === CONSENT) {
      const consent = consentOf(item);
      if (consent !== null) consents.push(consent);
    } else if (item.fact === RESTRICTION && item.trueAt <= at && (item.until === undefined || at < item.until)) {
      restricted = true;
    }
  }
  return { subject: log.subject, consents, restricted };
}

/** Whether a consent asks for more than the kind of data: then each item is decided by itself. */
function isParticular(consent: Consent): boolean {
  const asks = ({ dataPeriod, data, provisions }: Consent['root']): boolean =>
    dataPeriod !== undefined || data !== undefined || provisions.some(asks);
  return asks(consent.root);
}

interface Kept {
  readonly version: number;
  readonly until: Instant | null;
  readonly ruling: Ruling;
}

/** Decides what may be used of subjects' data; what was decided is kept while nothing it rests on changes. */
export class Rulings {
  readonly #governor: Governor;
  readonly #sha256: (text: string) => string;
  readonly #kinds = new WeakMap<SubjectLog, { changes: number; readonly kinds: Map<string, Item> }>();
  readonly #kept = new WeakMap<SubjectLog, Map<string, Kept>>();

  constructor(governor: Governor, sha256: (text: string) => string) {
    this.#governor = governor;
    this.#sha256 = sha256;
  }

  /** @throws govern-purpose-unknown, govern-break-glass-reason */
  of(log: SubjectLog, use: Use, at: Instant): Ruling {
    let own = this.#kept.get(log);
    if (own === undefined) {
      own = new Map();
      this.#kept.set(log, own);
    }
    const key = JSON.stringify(use);
    const kept = own.get(key);
    if (kept !== undefined && kept.version === log.version && (kept.until === null || at < kept.until))
      return kept.ruling;
    const made = this.#make(log, use, at);
    own.set(key, { version: log.version, ...made });
    return made.ruling;
  }

  #make(log: SubjectLog, use: Use, at: Instant): { readonly ruling: Ruling; readonly until: Instant | null } {
    const will = willOf(log, at);
    let until: Instant | null = nextRestriction(log, at);
    const decide = (item: Item, particular: boolean): Decision => {
      const { sourceId } = item.provenance;
      const decision = this.#governor.decide({
        use,
        action: 'simulate',
        data: kindOf(item),
        will,
        at,
        ...(particular ? { dataAt: item.kind === 'control' ? item.from : item.trueAt } : {}),
        ...(particular && sourceId !== undefined ? { reference: sourceId } : {}),
      });
      if (decision.until !== null && (until === null || decision.until < until)) until = decision.until;
      return decision;
    };
    const decisions: Decision[] = [];
    const leftOut: LeftOut[] = [];
    if (will.consents.some(isParticular)) {
      const denied = new Map<string, { code: string; reason: string; items: string[]; some: boolean }>();
      for (const item of itemsOf(log)) {
        const decision = decide(item, true);
        decisions.push(decision);
        const kind = kindKey(item);
        const own = denied.get(kind) ?? { code: '', reason: '', items: [], some: false };
        denied.set(kind, own);
        if (decision.permit) own.some = true;
        else {
          own.code = decision.code;
          own.reason = decision.reason;
          own.items.push(item.id);
        }
      }
      for (const [kind, { code, reason, items, some }] of denied) {
        if (items.length > 0) leftOut.push({ kind, code, reason, ...(some ? { items } : {}) });
      }
    } else {
      for (const [kind, item] of this.#kindsOf(log)) {
        const decision = decide(item, false);
        decisions.push(decision);
        if (!decision.permit) leftOut.push({ kind, code: decision.code, reason: decision.reason });
      }
    }
    const { purpose, agent, breakGlass } = use;
    const content: Omit<Ruling, 'hash'> = {
      purpose,
      agent: agent.id,
      ...(breakGlass === undefined ? {} : { breakGlass }),
      consents: sorted(decisions.flatMap(({ consent }) => (consent === null ? [] : [consent]))),
      policies: sorted(decisions.flatMap(({ policies }) => policies)),
      governor: this.#governor.hash,
      classes: sorted(decisions.flatMap(({ permit, classes }) => (permit ? classes : []))),
      leftOut: leftOut.sort((a, b) => (a.kind < b.kind ? -1 : 1)),
    };
    return { ruling: { ...content, hash: rulingHash(content, this.#sha256) }, until };
  }

  /** One item of each kind that was ever entered; only what is new is looked at. */
  #kindsOf(log: SubjectLog): ReadonlyMap<string, Item> {
    let own = this.#kinds.get(log);
    if (own === undefined) {
      own = { changes: 0, kinds: new Map() };
      this.#kinds.set(log, own);
    }
    for (const { about } of log.changes.slice(own.changes)) {
      for (const { item } of about) {
        if (item === null || !isUsed(item)) continue;
        const kind = kindKey(item);
        if (!own.kinds.has(kind)) own.kinds.set(kind, item);
      }
    }
    own.changes = log.changes.length;
    return own.kinds;
  }
}

export function rulingHash(ruling: Omit<Ruling, 'hash'>, sha256: (text: string) => string): string {
  return sha256(canonicalJson(JSON.parse(JSON.stringify(ruling))));
}

/** Consents and restrictions say what may be used; they are not themselves used. */
function isUsed(item: Item): boolean {
  return item.kind !== 'fact' || !isWill(item.fact);
}

function* itemsOf({ observations, controls, facts }: SubjectLog): Generator<Item> {
  for (const list of [observations, controls, facts]) {
    for (const { item } of list) if (isUsed(item)) yield item;
  }
}

/** The next instant at which a restriction begins or is lifted. */
function nextRestriction(log: SubjectLog, at: Instant): Instant | null {
  let next: Instant | null = null;
  for (const { item } of log.facts) {
    if (item.fact !== RESTRICTION) continue;
    for (const edge of [item.trueAt, item.until]) {
      if (edge !== undefined && edge > at && (next === null || edge < next)) next = edge;
    }
  }
  return next;
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

import { registered, tagOfKeyword } from '../dictionary.ts';
import type { DataElement, Tag, Vr } from '../element.ts';
import { PROFILE, PUBLIC_TEXTS, PUBLIC_UIDS } from './profile.data.ts';

/** The options of the profile (PS3.15, E.3) that are offered; all off is the basic profile. */
export interface ProfileOptions {
  readonly retainUids?: boolean;
  readonly retainDevice?: boolean;
  readonly retainInstitution?: boolean;
  readonly retainPatientCharacteristics?: boolean;
  /** Dates are kept, moved by a number of days that is the same for all of a patient. */
  readonly retainLongitudinal?: boolean;
  readonly cleanDescriptors?: boolean;
  readonly cleanStructuredContent?: boolean;
}

/**
 * What is done with an element: kept, removed, emptied, given a dummy value, its UIDs mapped, its dates moved, its words
 * cleaned; `search`: a sequence whose items are gone through by the same rules.
 */
export type Action = 'keep' | 'remove' | 'empty' | 'dummy' | 'uid' | 'shift' | 'clean' | 'search';

export interface Ruling {
  readonly action: Action;
  /** Why, in the words of the table or of the rule. */
  readonly why: string;
}

interface Row {
  readonly actions: string;
  readonly options: Readonly<Record<string, 'K' | 'C'>>;
}

let rows: Map<Tag, Row> | undefined;

function rowOf(tag: Tag): Row | undefined {
  rows ??= new Map(
    PROFILE.trim()
      .split('\n')
      .filter((line) => !line.includes('x'))
      .map((line) => {
        const [hex, actions, ...options] = line.split(' ') as [string, string, ...string[]];
        return [
          Number.parseInt(hex, 16),
          { actions, options: Object.fromEntries(options.map((option) => [option[0]!, option[1] as 'K' | 'C'])) },
        ];
      }),
  );
  return rows.get(tag);
}

const OPTION_OF = {
  U: 'retainUids',
  D: 'retainDevice',
  I: 'retainInstitution',
  P: 'retainPatientCharacteristics',
  M: 'retainLongitudinal',
  S: 'cleanStructuredContent',
  T: 'cleanDescriptors',
} as const satisfies Record<string, keyof ProfileOptions>;

const ACTION_OF = { X: 'remove', Z: 'empty', D: 'dummy', U: 'uid' } as const;
const PUBLIC: ReadonlySet<Tag | null> = new Set([...PUBLIC_UIDS, ...PUBLIC_TEXTS].map(tagOfKeyword));

/** What the profile with its options does with an element. */
export function rulingOf({ tag, vr }: DataElement, options: ProfileOptions): Ruling {
  const group = Math.floor(tag / 0x10000);
  if (group % 2 === 1) return { action: 'remove', why: 'private' };
  if (group >= 0x5000 && group < 0x5100) return { action: 'remove', why: 'table E.1-1: curve' };
  if (group >= 0x6000 && group < 0x6100) return { action: 'remove', why: 'table E.1-1: overlay' };
  const known = registered(tag);
  if (known === null) return { action: 'remove', why: 'not in the registry' };
  const row = rowOf(tag);
  if (row !== undefined) return listed(row, vr, options);
  if (!known.vrs.includes(vr)) return { action: 'remove', why: 'not of the registered representation' };
  return unlisted(tag, vr, options);
}

function listed({ actions, options: letters }: Row, vr: Vr, options: ProfileOptions): Ruling {
  for (const [letter, option] of Object.entries(OPTION_OF)) {
    const does = letters[letter];
    if (does === undefined || options[option] !== true) continue;
    const why = `table E.1-1: ${does}, ${option}`;
    // A sequence that is kept or cleaned may hold what the table protects.
    if (vr === 'SQ') return { action: 'search', why };
    if (does === 'K') return { action: 'keep', why };
    if (letter === 'M' && vr !== 'TM' && vr !== 'DA' && vr !== 'DT') continue;
    if (letter === 'M') return { action: vr === 'TM' ? 'keep' : 'shift', why };
    return { action: 'clean', why };
  }
  const last = actions.at(-1) as keyof typeof ACTION_OF;
  const why = `table E.1-1: ${[...actions].join('/')}`;
  return { action: vr === 'SQ' && last === 'U' ? 'search' : ACTION_OF[last], why };
}

/** What the table does not list stays, but for representations that hold names, free text, dates or addresses. */
function unlisted(tag: Tag, vr: Vr, options: ProfileOptions): Ruling {
  const why = `not in table E.1-1: ${vr}`;
  switch (vr) {
    case 'SQ':
      return { action: 'search', why };
    case 'UI':
      return { action: PUBLIC.has(tag) || options.retainUids === true ? 'keep' : 'uid', why };
    case 'PN':
      return { action: 'empty', why };
    case 'LT':
    case 'ST':
    case 'UT':
    case 'UC':
      if (PUBLIC.has(tag)) return { action: 'keep', why };
      return { action: options.cleanDescriptors === true ? 'clean' : 'dummy', why };
    case 'UR':
    case 'UN':
      return { action: 'remove', why };
    case 'DA':
    case 'DT':
      return { action: options.retainLongitudinal === true ? 'shift' : 'remove', why };
    case 'TM':
      return { action: options.retainLongitudinal === true ? 'keep' : 'remove', why };
    default:
      return { action: 'keep', why };
  }
}

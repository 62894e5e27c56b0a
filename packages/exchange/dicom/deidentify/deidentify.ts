import { DataSet, newElement } from '../dataset.ts';
import { nameOfTag, tagText } from '../dictionary.ts';
import type { DataElement } from '../element.ts';
import { CHARACTERISTIC_ITEMS, METHODS, SUBJECT_ITEMS } from './profile.data.ts';
import { type Action, type ProfileOptions, rulingOf } from './profile.ts';
import { cleaned, dummyOf, type KeyedHash, mappedUids, pseudonymOf, shifted, shiftOf } from './replacement.ts';

/** What became of one element of the source. */
export interface ElementAction {
  /** `RequestAttributesSequence[0].ScheduledProcedureStepID`. */
  readonly path: string;
  readonly tag: string;
  readonly vr: string;
  readonly action: Action | 'pseudonym';
  readonly why: string;
}

/** Methods beside the basic profile that were applied to the pixels. */
export type PixelMethod = 'cleanPixels' | 'cleanFaces';

export interface Deidentified {
  readonly dataSet: DataSet;
  readonly actions: readonly ElementAction[];
}

/**
 * A data set by the Basic Application Level Confidentiality Profile of DICOM PS3.15, annex E, with options, and with a
 * statement of what was done (PS3.3, C.12.1.1.7). Patient ID and name become a pseudonym, UIDs others, by a keyed hash: the
 * same key gives the same ones, so that what belongs together stays together. Pixels are left as they are.
 */
export function deidentified(
  dataSet: DataSet,
  options: ProfileOptions,
  keyed: KeyedHash,
  pixelMethods: readonly PixelMethod[] = [],
): Deidentified {
  const patient = `${dataSet.text('IssuerOfPatientID') ?? ''}|${dataSet.text('PatientID') ?? dataSet.text('StudyInstanceUID') ?? ''}`;
  const walk = new Walk(options, keyed, shiftOf(patient, keyed));
  const plain = walk.dataSet(dataSet, '');
  const pseudonym = pseudonymOf(patient, keyed);
  const methods = ['basic', ...pixelMethods, ...Object.keys(METHODS).filter((name) => applied(name, options))] as const;
  const codes = methods.map((name) => {
    const [code, meaning] = METHODS[name as keyof typeof METHODS];
    return new DataSet([
      newElement('CodeValue', 'SH', code),
      newElement('CodingSchemeDesignator', 'SH', 'DCM'),
      newElement('CodeMeaning', 'LO', meaning),
    ]);
  });
  const own = [
    newElement('PatientName', 'PN', pseudonym),
    newElement('PatientID', 'LO', pseudonym),
    newElement('PatientIdentityRemoved', 'CS', 'YES'),
    newElement('DeidentificationMethod', 'LO', 'DICOM PS3.15 annex E, edition 2024e'),
    newElement('DeidentificationMethodCodeSequence', 'SQ', codes),
    newElement(
      'LongitudinalTemporalInformationModified',
      'CS',
      options.retainLongitudinal === true ? 'MODIFIED' : 'REMOVED',
    ),
    ...(pixelMethods.includes('cleanPixels') ? [newElement('BurnedInAnnotation', 'CS', 'NO')] : []),
    ...(pixelMethods.includes('cleanFaces') ? [newElement('RecognizableVisualFeatures', 'CS', 'NO')] : []),
  ];
  const identity = new Set(['PatientName', 'PatientID']);
  const actions = walk.actions.map((row) =>
    identity.has(row.path)
      ? { ...row, action: 'pseudonym' as const, why: 'table E.1-1: Z, by a value of the key' }
      : row,
  );
  return { dataSet: plain.with(...own), actions };
}

function applied(name: string, options: ProfileOptions): boolean {
  return options[name as keyof ProfileOptions] === true;
}

class Walk {
  readonly actions: ElementAction[] = [];
  readonly #options: ProfileOptions;
  readonly #keyed: KeyedHash;
  readonly #days: number;

  constructor(options: ProfileOptions, keyed: KeyedHash, days: number) {
    this.#options = options;
    this.#keyed = keyed;
    this.#days = days;
  }

  dataSet(source: DataSet, path: string): DataSet {
    const kept: DataElement[] = [];
    for (const element of source.elements.values()) {
      if (element.tag % 0x10000 === 0) continue;
      const made = this.#element(element, source, path);
      if (made !== null) kept.push(made);
    }
    return new DataSet(kept, source.charset);
  }

  #element(element: DataElement, { charset }: DataSet, path: string): DataElement | null {
    const { tag, vr } = element;
    const place = `${path}${nameOfTag(tag)}`;
    const ruling = rulingOf(element, this.#options);
    this.actions.push({ path: place, tag: tagText(tag), vr, ...ruling });
    if (element.items !== undefined && ruling.action !== 'remove') return this.#sequence(element, ruling.action, place);
    switch (ruling.action) {
      case 'remove':
        return null;
      case 'empty':
        return { ...element, value: new Uint8Array(0) };
      case 'dummy':
        return dummyOf(element);
      case 'uid':
        return mappedUids(element, charset, this.#keyed);
      case 'shift':
        return shifted(element, charset, this.#days);
      case 'clean':
        return cleaned(element, charset);
      default:
        return element;
    }
  }

  #sequence(element: DataElement, action: Action, path: string): DataElement {
    const items = element.items ?? [];
    if (action === 'empty') return { ...element, items: [] };
    if (action === 'dummy') return { ...element, items: items.slice(0, 1).map((item) => this.#dummy(item)) };
    const said = items.filter((item, i) => {
      const withheld = this.#aboutSubject(item);
      if (withheld)
        this.actions.push({
          path: `${path}[${i}]`,
          tag: tagText(element.tag),
          vr: 'SQ',
          action: 'remove',
          why: 'says who the subject is',
        });
      return !withheld;
    });
    return { ...element, items: said.map((item, i) => this.dataSet(item, `${path}[${i}].`)) };
  }

  /** An item of which nothing but its form is left. */
  #dummy(item: DataSet): DataSet {
    const elements: DataElement[] = [];
    for (const element of item.elements.values()) {
      if (rulingOf(element, this.#options).action === 'remove') continue;
      if (element.items !== undefined)
        elements.push({ ...element, items: element.items.slice(0, 1).map((each) => this.#dummy(each)) });
      else elements.push(element.vr === 'UI' ? mappedUids(element, item.charset, this.#keyed) : dummyOf(element));
    }
    return new DataSet(elements, item.charset);
  }

  /** A content item whose name says that its value is the subject's identity, or, unless that is kept, a characteristic. */
  #aboutSubject(item: DataSet): boolean {
    const name = item.item('ConceptNameCodeSequence');
    const code = name?.text('CodeValue') ?? '';
    if (name?.text('CodingSchemeDesignator') !== 'DCM') return false;
    const characteristic = CHARACTERISTIC_ITEMS.has(code) && this.#options.retainPatientCharacteristics !== true;
    return SUBJECT_ITEMS.has(code) || characteristic;
  }
}

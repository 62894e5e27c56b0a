import type { Fate } from '@gemel/core';
import type { FieldLoss } from '../door.ts';
import { type Conversion, Draft, type Made } from './draft.ts';
import type { XmlElement } from './xml.ts';

/** Which resource an element's reader made; null where it came to nothing. */
export function madeBy(conversion: Conversion, by: object): Made | null {
  if (!(by instanceof Draft)) return null;
  if (by.made !== null) return by.made;
  // A section speaks through the Composition; a draft without a resource, through whoever read what is around it.
  if (conversion.sections.has(by)) return conversion.composition;
  for (let around = by.element.parent; around !== null; around = around.parent) {
    if (around.use !== null && around.use.by !== by) return madeBy(conversion, around.use.by);
  }
  return null;
}

/** What became of an element: as it was read; around something read, mapped with it; otherwise kept as it stands. */
export function fateOf(element: XmlElement): Fate {
  if (element.use !== null) return element.use.fate;
  // Template ids were read when the template was chosen.
  if (element.name === 'templateId' && element.parent?.use?.fate === 'mapped') return 'mapped';
  return element.children.some((child) => fateOf(child) === 'mapped' && child.name !== 'templateId')
    ? 'mapped'
    : 'kept';
}

/** The account of every element of the document, in its order. */
export function* elementFates(conversion: Conversion): Generator<FieldLoss, void, void> {
  const { bytes } = conversion.xml;
  const makers = new Map<object, string | undefined>();
  const targetOf = (by: object): string | undefined => {
    if (!makers.has(by)) {
      const made = madeBy(conversion, by);
      makers.set(by, made === null ? undefined : `${made.type}/${made.id}`);
    }
    return makers.get(by);
  };
  const fates = new Map<XmlElement, Fate>();
  const settle = (element: XmlElement): Fate => {
    const below = element.children.map(settle);
    const mapped = element.children.some((child, i) => below[i] === 'mapped' && child.name !== 'templateId');
    const fate = element.use?.fate ?? (mapped || isChosen(element) ? 'mapped' : 'kept');
    fates.set(element, fate);
    return fate;
  };
  function* walk(element: XmlElement, path: string, around: string | undefined): Generator<FieldLoss, void, void> {
    const fate = fates.get(element)!;
    const own = element.use === null ? undefined : targetOf(element.use.by);
    const target = own ?? around;
    const code = element.use?.code;
    yield {
      element: path,
      byteStart: bytes.byteAt(element.start),
      byteEnd: bytes.byteAt(element.end),
      fate,
      to: fate === 'mapped' && target !== undefined ? [target] : [],
      left: [],
      codes: code === undefined ? [] : [code],
    };
    const counts = new Map<string, number>();
    for (const child of element.children) counts.set(child.name, (counts.get(child.name) ?? 0) + 1);
    const seen = new Map<string, number>();
    for (const child of element.children) {
      const index = (seen.get(child.name) ?? 0) + 1;
      seen.set(child.name, index);
      yield* walk(child, `${path}/${child.name}${counts.get(child.name)! > 1 ? `[${index}]` : ''}`, target);
    }
  }
  for (const root of conversion.xml.roots) {
    settle(root);
    yield* walk(root, `/${root.name}`, undefined);
  }
}

function isChosen(element: XmlElement): boolean {
  return element.name === 'templateId' && element.parent?.use?.fate === 'mapped';
}

/** The largest elements in which nothing was read or that were refused, by the resource whose source they stand in. */
export function remainders(conversion: Conversion): Map<Made | null, XmlElement[]> {
  const found = new Map<Made | null, XmlElement[]>();
  const put = (made: Made | null, element: XmlElement) => {
    const list = found.get(made);
    if (list === undefined) found.set(made, [element]);
    else list.push(element);
  };
  const walk = (element: XmlElement, around: object | null): void => {
    const use = element.use;
    if (use !== null && use.fate !== 'mapped') {
      put(madeBy(conversion, use.by), element);
      if (!element.children.some((child) => child.use?.fate === 'mapped')) return;
    } else if (use === null && !isChosen(element) && !holdsMapped(element)) {
      put(around === null ? null : madeBy(conversion, around), element);
      return;
    }
    for (const child of element.children) walk(child, use?.by ?? around);
  };
  for (const root of conversion.xml.roots) walk(root, null);
  return found;
}

function holdsMapped(element: XmlElement): boolean {
  return element.children.some((child) => child.use !== null || holdsMapped(child));
}

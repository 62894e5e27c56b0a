import { escapeXml } from '../escape.ts';

/** Written XML; undefined stands for nothing. */
export type Xml = string | undefined;

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** One element with its attributes and children. */
export function tag(name: string, attributes: Attributes = {}, ...children: readonly (Xml | readonly Xml[])[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`)
    .join('');
  const inner = children
    .flat()
    .filter((child) => child !== undefined)
    .join('');
  return inner === '' ? `<${name}${written}/>` : `<${name}${written}>${inner}</${name}>`;
}

/** Words as content. */
export function words(text: string | undefined): Xml {
  return text === undefined ? undefined : escapeXml(text);
}

/** Template ids of C-CDA R2.1: the release where there is one, and the bare id beside it. */
export function templates(...ids: readonly (readonly [root: string, release?: string])[]): Xml[] {
  return ids.flatMap(([root, release]) => {
    const full = root.startsWith('2.') ? root : `2.16.840.1.113883.10.20.22.${root}`;
    return release === undefined
      ? [tag('templateId', { root: full })]
      : [tag('templateId', { root: full }), tag('templateId', { root: full, extension: release })];
  });
}

import { escapeXml } from './escape.ts';
import type { XmlElement } from './xml.ts';

/** Elements of CDA narrative and the XHTML that FHIR allows for them. */
const PLAIN: Readonly<Record<string, string>> = {
  content: 'span',
  paragraph: 'p',
  item: 'li',
  sub: 'sub',
  sup: 'sup',
  table: 'table',
  thead: 'thead',
  tbody: 'tbody',
  tfoot: 'tfoot',
  tr: 'tr',
  th: 'th',
  td: 'td',
  colgroup: 'colgroup',
  footnote: 'span',
};
const EMPTY = new Set(['br', 'col']);
const ATTRIBUTES = new Set(['colspan', 'rowspan', 'align', 'valign', 'scope', 'span', 'abbr']);
const STYLES: readonly (readonly [style: RegExp, name: string])[] = [
  [/\bBold\b/i, 'b'],
  [/\bItalics?\b/i, 'i'],
  [/\bEmphasis\b/i, 'em'],
];

/** CDA narrative as the XHTML div of FHIR; undefined where it holds no words. */
export function xhtml(element: XmlElement): string | undefined {
  const inner = write(element).trim();
  if (inner.replace(/<[^>]*>/g, '').trim() === '') return undefined;
  return `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>`;
}

function write(element: XmlElement): string {
  return element.content.map((item) => (typeof item === 'string' ? escapeXml(item) : tag(item))).join('');
}

function tag(element: XmlElement): string {
  const name = element.name.replace(/^\{http:\/\/www\.w3\.org\/1999\/xhtml\}/, '');
  if (EMPTY.has(name)) return `<${name}/>`;
  if (name === 'linkHtml') {
    const href = element.attributes.href?.trim() ?? '';
    const safe = /^(https?:|mailto:|tel:|#)/i.test(href);
    return `<a${safe ? ` href="${escapeXml(href)}"` : ''}>${write(element)}</a>`;
  }
  if (name === 'list') {
    const list = element.attributes.listType?.toLowerCase() === 'ordered' ? 'ol' : 'ul';
    const caption = element.children.find((child) => child.name === 'caption');
    const items = element.children
      .filter((child) => child.name === 'item')
      .map(tag)
      .join('');
    return `${caption === undefined ? '' : `<p>${write(caption)}</p>`}${items === '' ? '' : `<${list}>${items}</${list}>`}`;
  }
  // In a table a caption is one; elsewhere it is a heading in words.
  if (name === 'caption')
    return element.parent?.name === 'table' ? `<caption>${write(element)}</caption>` : `<b>${write(element)}</b>`;
  const html = PLAIN[name];
  if (html === undefined) return write(element);
  return `<${html}${attributes(element)}>${styled(element.attributes.styleCode ?? '', write(element))}</${html}>`;
}

function attributes(element: XmlElement): string {
  const parts: string[] = [];
  const id = element.attributes.ID?.trim();
  if (id !== undefined && /^[A-Za-z_][\w.-]*$/.test(id)) parts.push(` id="${id}"`);
  for (const [name, value] of Object.entries(element.attributes)) {
    if (ATTRIBUTES.has(name)) parts.push(` ${name}="${escapeXml(value)}"`);
  }
  return parts.join('');
}

function styled(style: string, inner: string): string {
  return STYLES.reduce((text, [pattern, name]) => (pattern.test(style) ? `<${name}>${text}</${name}>` : text), inner);
}

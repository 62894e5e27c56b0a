import { colour, FONT } from './theme.ts';

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Text made safe for XML content and attributes; control characters XML 1.0 forbids are dropped. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A coordinate with at most one decimal: a tenth of a pixel is enough to draw and keeps files small. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** An element; attributes left undefined are omitted, numbers are rounded as coordinates, children are markup. */
export function element(name: string, attributes: Attributes = {}, children: readonly string[] | string = []): string {
  const open = Object.entries(attributes)
    .filter(([, v]) => v !== undefined)
    .map(([k, v]) => ` ${k}="${typeof v === 'number' ? px(v) : escapeXml(v!)}"`)
    .join('');
  const inner = typeof children === 'string' ? children : children.join('');
  return inner === '' ? `<${name}${open}/>` : `<${name}${open}>${inner}</${name}>`;
}

/** A text element; `text` is plain. */
export function text(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, escapeXml(content));
}

/** Attributes that set a text off from what it lies on. */
export const HALO: Attributes = {
  stroke: colour('--gm-paper'),
  'stroke-width': '3',
  'stroke-linejoin': 'round',
  'paint-order': 'stroke',
};

/** Rough width of a string in px at a font size: no DOM to measure with, so a mean advance of 0.56 em. */
export function textWidth(content: string, size: number): number {
  return content.length * size * 0.56;
}

/** An open path through points; a non-finite coordinate lifts the pen. */
export function linePath(points: Iterable<readonly [x: number, y: number]>): string {
  let d = '';
  let down = false;
  for (const [x, y] of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      down = false;
      continue;
    }
    d += `${down ? 'L' : 'M'}${px(x)} ${px(y)}`;
    down = true;
  }
  return d;
}

/** Closed areas between an upper and a lower edge over the same x; a non-finite value closes one area and begins another. */
export function areaPath(x: readonly number[], low: readonly number[], high: readonly number[]): string {
  let d = '';
  let from = 0;
  const close = (to: number) => {
    if (to - from < 2) return;
    const upper = linePath(x.slice(from, to).map((v, i) => [v, high[from + i]!] as const));
    const lower = linePath(
      x
        .slice(from, to)
        .map((v, i) => [v, low[from + i]!] as const)
        .reverse(),
    );
    d += `${upper}L${lower.slice(1)}Z`;
  };
  for (let i = 0; i <= x.length; i++) {
    if (i < x.length && Number.isFinite(x[i]! + low[i]! + high[i]!)) continue;
    close(i);
    from = i + 1;
  }
  return d;
}

/** One chart: the drawing, and the same in words and numbers for who cannot see it. */
export interface Chart {
  readonly title: string;
  readonly summary: string;
  /** A whole `<svg>` element with role img, title and description. */
  readonly svg: string;
  readonly width: number;
  readonly height: number;
  readonly table: ChartTable;
}

/** The numbers of a chart, rows of cells under named columns. */
export interface ChartTable {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** Wraps drawn parts into a chart. `id` distinguishes the charts of one page; it must be unique there. */
export function chart(given: {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly width: number;
  readonly height: number;
  readonly body: readonly string[];
  readonly table: ChartTable;
}): Chart {
  const { id, title, summary, width, height, body, table } = given;
  const svg = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${px(width)} ${px(height)}`,
      width,
      height,
      role: 'img',
      'aria-labelledby': `${id}-title ${id}-desc`,
      'font-family': FONT,
      'font-size': '12px',
      style: 'max-width:100%;height:auto',
    },
    [
      element('title', { id: `${id}-title` }, escapeXml(title)),
      element('desc', { id: `${id}-desc` }, escapeXml(summary)),
      ...body,
    ],
  );
  return { title, summary, svg, width, height, table };
}

/** The table of a chart as HTML. */
export function tableHtml(table: ChartTable, tight = false): string {
  const row = (cells: readonly (string | number)[], tag: 'th' | 'td') =>
    `<tr>${cells.map((c) => element(tag, tag === 'th' ? { scope: 'col' } : {}, escapeXml(String(c)) || '&#160;')).join('')}</tr>`;
  return `<table class="gm-table${tight ? ' gm-tight' : ''}"><caption>${escapeXml(table.caption)}</caption><thead>${row(table.columns, 'th')}</thead><tbody>${table.rows
    .map((r) => row(r, 'td'))
    .join('')}</tbody></table>`;
}

/** A chart as a file of its own: the stylesheet inside, on paper of the theme. */
export function standaloneSvg(of: Chart, css: string): string {
  const paper = element('rect', { width: '100%', height: '100%', fill: colour('--gm-paper') });
  const style = element('style', {}, escapeXml(css)) + paper;
  return of.svg.replace(/<desc[\s\S]*?<\/desc>/, (desc) => desc + style);
}

import { REPORT_CSS, RESEARCH_STRIP } from './html-report.data.ts';
import { type Chart, type ChartTable, element, escapeXml, tableHtml } from './svg.ts';
import { CHART_CSS } from './theme.ts';

export { RESEARCH_STRIP };

/** A part of a report. `html` is markup; build it with the functions of this file, which escape. */
export interface ReportSection {
  readonly title: string;
  readonly html: string;
  /** Begins a new sheet in print. */
  readonly newPage?: boolean;
  /** May break across sheets. */
  readonly long?: boolean;
}

export interface HtmlReport {
  readonly title: string;
  readonly subtitle: string;
  readonly sections: readonly ReportSection[];
  /** Where what is shown came from: names and values, in order. */
  readonly provenance: readonly (readonly [name: string, value: string])[];
  /** Hash of the objects shown, by the caller, who has the means to compute it. */
  readonly contentHash: string;
  readonly language?: string;
  /** One sheet: set small in print. */
  readonly oneSheet?: boolean;
}

/** A report as one self-contained page: no script, no outside file, readable on screen and printed on A4 or Letter. */
export function htmlReport(report: HtmlReport): string {
  const sections = report.sections.map((s) => {
    const classes = [s.newPage ? 'gm-page' : '', s.long ? 'gm-long' : ''].filter((c) => c !== '').join(' ');
    return element('section', { class: classes === '' ? undefined : classes }, [
      s.title === '' ? '' : element('h2', {}, escapeXml(s.title)),
      s.html,
    ]);
  });
  return `<!doctype html>
<html lang="${escapeXml(report.language ?? 'en')}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeXml(report.title)}</title>
<style>${CHART_CSS}
${REPORT_CSS}</style>
</head>
<body${report.oneSheet ? ' class="gm-sheet"' : ''}>
<div class="gm-strip" role="note">${escapeXml(RESEARCH_STRIP)}</div>
<main>
<header><h1>${escapeXml(report.title)}</h1><p class="gm-sub">${escapeXml(report.subtitle)}</p></header>
${sections.join('\n')}
<footer><h3>Provenance</h3>${facts([...report.provenance, ['Content hash (SHA-256)', report.contentHash]])}<p>${escapeXml(RESEARCH_STRIP)}</p></footer>
</main>
</body>
</html>
`;
}

/** A chart with its numbers folded beneath. */
export function figure(chart: Chart): string {
  return element('figure', {}, [chart.svg, details(`Numbers: ${chart.title}`, tableHtml(chart.table))]);
}

export function details(summary: string, html: string): string {
  return element('details', {}, [
    element('summary', {}, escapeXml(summary)),
    element('div', { class: 'gm-wide' }, html),
  ]);
}

export function paragraph(text: string, kind: 'plain' | 'note' | 'warning' = 'plain'): string {
  const cls = kind === 'plain' ? undefined : kind === 'note' ? 'gm-note gm-plain' : 'gm-note';
  return element('p', { class: cls }, escapeXml(text));
}

export function list(items: readonly string[]): string {
  return items.length === 0
    ? ''
    : element(
        'ul',
        {},
        items.map((i) => element('li', {}, escapeXml(i))),
      );
}

/** `tight`: only the first column may wrap. */
export function table(of: ChartTable, tight = false): string {
  return element('div', { class: 'gm-wide' }, tableHtml(of, tight));
}

/** Names and values side by side. */
export function facts(pairs: readonly (readonly [name: string, value: string])[]): string {
  return element(
    'dl',
    { class: 'gm-facts' },
    pairs.flatMap(([name, value]) => [element('dt', {}, escapeXml(name)), element('dd', {}, escapeXml(value) || '–')]),
  );
}

export function columns(...parts: readonly string[]): string {
  return element(
    'div',
    { class: 'gm-columns' },
    parts.map((p) => element('div', {}, p)),
  );
}

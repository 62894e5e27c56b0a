import { type Chart, element, escapeXml, standaloneSvg, text } from '@gemel/charts/svg';
import { CHART_CSS } from '@gemel/charts/theme';
import { strings } from '../strings.data.ts';

const STRIP = 28;
const CAPTION = 26;

/** A chart as a file of its own: the strip above, whose it is below. */
export function figureSvg(chart: Chart, caption: string): string {
  const height = chart.height + STRIP + CAPTION;
  const inner = standaloneSvg(chart, CHART_CSS).replace('<svg ', `<svg x="0" y="${STRIP}" `);
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${chart.width} ${height}`,
      width: chart.width,
      height,
      'font-family': 'system-ui, sans-serif',
    },
    [
      element('title', {}, escapeXml(`${caption}. ${strings.banner}`)),
      element('rect', { width: '100%', height: '100%', fill: '#ffffff' }),
      element('rect', { width: '100%', height: STRIP, fill: '#fff3d6' }),
      text(chart.width / 2, 19, strings.banner, {
        'text-anchor': 'middle',
        'font-size': '13px',
        'font-weight': '600',
        fill: '#5c3c00',
      }),
      inner,
      text(14, height - 9, caption, { 'font-size': '12px', fill: '#4a5561' }),
    ],
  );
}

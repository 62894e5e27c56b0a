import { shown } from './scales.ts';
import { type Chart, chart, element, text } from './svg.ts';
import { colour, type ThemeColour } from './theme.ts';

/** One part of a whole, from top to bottom. */
export interface StackPart {
  readonly label: string;
  /** Where the part lies, `>250 mg/dL`. */
  readonly detail: string;
  /** Percent of the whole. */
  readonly share: number;
  /** `3 h 12 min`. */
  readonly duration?: string;
  readonly goal?: string;
  readonly colour: ThemeColour;
}

export interface StackBar {
  readonly id: string;
  readonly title: string;
  readonly parts: readonly StackPart[];
  readonly width?: number;
  readonly height?: number;
}

/** Vertical distance two labels need. */
const LABEL = 30;

/** Shares of a whole as one vertical bar with labels beside it, such as time in ranges. */
export function stackBar(given: StackBar): Chart {
  const width = given.width ?? 400;
  const height = given.height ?? 220;
  const [top, bottom] = [28, height - 8];
  const gap = 2;
  const room = bottom - top - gap * (given.parts.length - 1);
  const total = given.parts.reduce((s, p) => s + p.share, 0) || 1;
  // A part that is there is seen: at least 2 px, taken from the largest.
  const heights = given.parts.map((p) => (p.share > 0 ? Math.max(2, (p.share / total) * room) : 0));
  const largest = heights.indexOf(Math.max(...heights));
  heights[largest]! -= heights.reduce((s, h) => s + h, 0) - room;
  let y = top;
  const blocks = heights.map((h) => {
    const at = y;
    y += h + gap;
    return { at, h, middle: at + h / 2 };
  });
  const labels = spread(
    blocks.map((b) => b.middle),
    top + 10,
    bottom - 12,
  );
  const body = [
    text(0, 14, given.title, { 'font-size': '14px', 'font-weight': '650', fill: colour('--gm-ink') }),
    ...given.parts.flatMap((p, i) => {
      const b = blocks[i]!;
      const at = labels[i]!;
      return [
        b.h === 0 ? '' : element('rect', { x: 4, y: b.at, width: 48, height: b.h, fill: colour(p.colour), rx: '1' }),
        element('path', {
          d: `M54 ${b.middle.toFixed(1)}L66 ${at.toFixed(1)}H74`,
          fill: 'none',
          stroke: colour('--gm-axis'),
          'stroke-width': '1',
        }),
        text(80, at + 1, p.label, { 'font-size': '12px', 'font-weight': '600', fill: colour('--gm-ink') }),
        text(80, at + 14, [p.detail, p.goal].filter((t) => t !== undefined).join(' · '), {
          'font-size': '10.5px',
          fill: colour('--gm-ink-soft'),
        }),
        text(width - 4, at + 1, `${percent(p.share)} %`, {
          'text-anchor': 'end',
          'font-size': '13px',
          'font-weight': '650',
          fill: colour('--gm-ink'),
        }),
        text(width - 4, at + 14, p.duration ?? '', {
          'text-anchor': 'end',
          'font-size': '10.5px',
          fill: colour('--gm-ink-soft'),
        }),
      ];
    }),
  ];
  return chart({
    id: given.id,
    title: given.title,
    summary: given.parts.map((p) => `${p.label} (${p.detail}): ${percent(p.share)} percent`).join('; '),
    width,
    height,
    body,
    table: {
      caption: given.title,
      columns: ['Range', 'Values', 'Share (%)', 'Time per day', 'Goal'],
      rows: given.parts.map((p) => [p.label, p.detail, percent(p.share), p.duration ?? '', p.goal ?? '']),
    },
  });
}

/** One decimal under 10 percent, where a tenth matters to the goals; none above. A share that is there is never shown as 0. */
function percent(share: number): string {
  if (share > 0 && share < 0.05) return '<0.1';
  return shown(share, { factor: 1, decimals: share > 0 && share < 10 ? 1 : 0 });
}

/** Moves label positions apart to at least `LABEL` within [low, high], keeping their order. */
function spread(wanted: readonly number[], low: number, high: number): number[] {
  const step = Math.min(LABEL, (high - low) / Math.max(1, wanted.length - 1));
  const at = [...wanted];
  for (let i = 0; i < at.length; i++) at[i] = Math.max(at[i]!, i === 0 ? low : at[i - 1]! + step);
  for (let i = at.length - 1; i >= 0; i--) at[i] = Math.min(at[i]!, i === at.length - 1 ? high : at[i + 1]! - step);
  return at;
}

import type { Chart } from '@gemel/charts/svg';
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { Drawing } from '../chart/drawing.tsx';
import { strings } from '../strings.data.ts';
import type { Stretch } from './cockpit-chart.ts';
import css from './timeline-view.module.css';

interface TimelineViewProps {
  readonly chart: Chart;
  readonly label: string;
  /** Steps of the cursor by keyboard, ms. */
  readonly step: number;
  readonly stretch: Stretch;
  /** Words for one moment, first the time. */
  readonly readout: (at: number) => readonly string[];
  /** Moves the window by so many ms. */
  readonly onPan: (by: number) => void;
}

interface Plot {
  readonly top: number;
  readonly left: number;
  readonly width: number;
}

/** Where the plot lies in the drawing: the chart clips its curves to that rectangle. */
function plotOf(svg: SVGSVGElement): Plot | null {
  const rect = svg.querySelector('clipPath rect');
  if (rect === null) return null;
  const read = (name: string) => Number(rect.getAttribute(name));
  return { top: read('y'), left: read('x'), width: read('width') };
}

/** Movement below this many pixels is a click, not a drag. */
const SLACK = 4;

/** The chart with a cursor that reads values out, by pointer and keyboard, and a drag along the time axis. */
export function TimelineView({ chart, label, step, stretch, readout, onPan }: TimelineViewProps) {
  const [plot, setPlot] = useState<Plot | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const drag = useRef<{ x: number; moved: boolean } | null>(null);
  const host = useRef<HTMLDivElement>(null);
  const span = stretch.to - stretch.from;

  const timeAt = (clientX: number): number | null => {
    if (plot === null || host.current === null) return null;
    const inside = (clientX - host.current.getBoundingClientRect().left - plot.left) / plot.width;
    return inside < 0 || inside > 1 ? null : stretch.from + inside * span;
  };
  const move = (event: PointerEvent) => {
    const held = drag.current;
    if (held === null || plot === null) return setCursor(timeAt(event.clientX));
    const dx = event.clientX - held.x;
    if (!held.moved && Math.abs(dx) < SLACK) return;
    if (!held.moved) event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { x: event.clientX, moved: true };
    setCursor(null);
    onPan((-dx / plot.width) * span);
  };
  const key = (event: KeyboardEvent) => {
    const middle = stretch.from + span * 0.66;
    const at = cursor ?? Math.round(middle / step) * step;
    if (event.key === 'ArrowLeft') setCursor(Math.max(stretch.from, cursor === null ? at : at - step));
    else if (event.key === 'ArrowRight') setCursor(Math.min(stretch.to, cursor === null ? at : at + step));
    else if (event.key === 'PageUp') onPan(-span / 2);
    else if (event.key === 'PageDown') onPan(span / 2);
    else if (event.key === 'Escape') setCursor(null);
    else return;
    event.preventDefault();
  };
  const inView = cursor !== null && cursor >= stretch.from && cursor <= stretch.to;
  const x = plot === null || cursor === null ? 0 : plot.left + ((cursor - stretch.from) / span) * plot.width;
  const words = inView ? readout(cursor) : [];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would promise form fields
    <div
      ref={host}
      role="group"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the cursor is moved by arrow keys
      tabIndex={0}
      className={css.view}
      aria-label={`${label}. ${strings.chart.keys}`}
      onKeyDown={key}
      onPointerDown={(event) => {
        if (event.button === 0) drag.current = { x: event.clientX, moved: false };
      }}
      onPointerMove={move}
      onPointerUp={() => {
        drag.current = null;
      }}
      onPointerCancel={() => {
        drag.current = null;
      }}
      onPointerLeave={() => {
        drag.current = null;
        setCursor(null);
      }}
      onBlur={() => setCursor(null)}
    >
      <Drawing svg={chart.svg} onDrawn={(svg) => setPlot(plotOf(svg))} />
      {inView && (
        <>
          <div className={css.line} style={{ left: x, top: plot?.top }} />
          <div className={css.words} style={x > chart.width / 2 ? { right: chart.width - x + 10 } : { left: x + 10 }}>
            {words.map((line, i) => (i === 0 ? <strong key={line}>{line}</strong> : <div key={line}>{line}</div>))}
          </div>
        </>
      )}
      <p className="visually-hidden" aria-live="polite">
        {words.join('. ')}
      </p>
    </div>
  );
}

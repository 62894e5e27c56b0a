import type { Interval } from '../data/quantile.ts';

const WIDTH = 120;

/** An interval about its zero line; each row has its own scale, the numbers stand beside it. */
export function DifferenceBar({ of }: { readonly of: Interval }) {
  const most = Math.max(Math.abs(of.low), Math.abs(of.high), 1e-12) * 1.1;
  const x = (value: number) => WIDTH / 2 + (value / most) * (WIDTH / 2);
  return (
    <svg viewBox={`0 0 ${WIDTH} 16`} width={WIDTH} height="16" aria-hidden="true" focusable="false">
      <line x1={WIDTH / 2} x2={WIDTH / 2} y1="0" y2="16" stroke="var(--edge-strong)" strokeDasharray="2 2" />
      <line
        x1={x(of.low)}
        x2={x(of.high)}
        y1="8"
        y2="8"
        stroke="var(--gm-arm-2)"
        strokeWidth="3"
        strokeLinecap="round"
        opacity="0.55"
      />
      <circle cx={x(of.median)} cy="8" r="4" fill="var(--gm-arm-2)" />
    </svg>
  );
}

import type { SummaryView } from '@gemel/server/api';
import { MINUTE } from '../data/time.ts';
import css from './sparkline.module.css';

interface SparklineProps {
  readonly points: readonly { readonly at: number; readonly value: number }[];
  readonly label: string;
  readonly view: SummaryView;
}

const WIDTH = 160;
const HEIGHT = 44;
const PAD = 4;
/** Of the target range this share stands below and above it. */
const MARGIN = 0.15;

/** The last values at a glance: shape, target range, newest value; single ones as dots where they are not joined. */
export function Sparkline({ points, label, view: { band, joinedMinutes } }: SparklineProps) {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return null;
  const values = points.map((point) => point.value);
  const margin = band === undefined ? 0 : MARGIN * (band.to - band.from);
  const low = Math.min(...values, ...(band === undefined ? [] : [band.from - margin]));
  const high = Math.max(...values, ...(band === undefined ? [] : [band.to + margin]));
  const gap = joinedMinutes * MINUTE * 1.25;
  const x = (at: number) => PAD + ((at - first.at) / Math.max(1, last.at - first.at)) * (WIDTH - 2 * PAD);
  const y = (value: number) => HEIGHT - PAD - ((value - low) / Math.max(1e-9, high - low)) * (HEIGHT - 2 * PAD);
  let path = '';
  for (const [i, point] of points.entries()) {
    const before = points[i - 1];
    const joined = before !== undefined && point.at - before.at <= gap;
    path += `${joined ? 'L' : 'M'}${x(point.at).toFixed(1)} ${y(point.value).toFixed(1)}`;
  }
  return (
    <svg
      className={css.sparkline}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="xMinYMid"
      role="img"
      aria-label={label}
    >
      {band !== undefined && (
        <rect
          className={css.target}
          x="0"
          width={WIDTH}
          y={y(band.to)}
          height={Math.max(0, y(band.from) - y(band.to))}
        />
      )}
      <path className={css.line} d={path} />
      {gap === 0 &&
        points.map((point) => <circle key={point.at} className={css.end} cx={x(point.at)} cy={y(point.value)} r="2" />)}
      <circle className={css.end} cx={x(last.at)} cy={y(last.value)} r="3" />
    </svg>
  );
}

import { TARGET } from '../data/glucose.ts';
import css from './sparkline.module.css';

interface SparklineProps {
  readonly points: readonly { readonly at: number; readonly value: number }[];
  readonly label: string;
  /** Draws the glucose target range behind. */
  readonly glucose: boolean;
}

const WIDTH = 160;
const HEIGHT = 44;
const PAD = 4;
/** A longer silence than this is a gap in the line, ms. */
const GAP = 20 * 60_000;

/** The last hours at a glance: shape, range, newest value. */
export function Sparkline({ points, label, glucose }: SparklineProps) {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return null;
  const values = points.map((point) => point.value);
  const low = glucose ? Math.min(60, ...values) : Math.min(...values);
  const high = glucose ? Math.max(200, ...values) : Math.max(...values);
  const x = (at: number) => PAD + ((at - first.at) / Math.max(1, last.at - first.at)) * (WIDTH - 2 * PAD);
  const y = (value: number) => HEIGHT - PAD - ((value - low) / Math.max(1e-9, high - low)) * (HEIGHT - 2 * PAD);
  let path = '';
  for (const [i, point] of points.entries()) {
    const before = points[i - 1];
    const joined = before !== undefined && point.at - before.at <= GAP;
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
      {glucose && (
        <rect
          className={css.target}
          x="0"
          width={WIDTH}
          y={y(TARGET.high)}
          height={Math.max(0, y(TARGET.low) - y(TARGET.high))}
        />
      )}
      <path className={css.line} d={path} />
      <circle className={css.end} cx={x(last.at)} cy={y(last.value)} r="3" />
    </svg>
  );
}

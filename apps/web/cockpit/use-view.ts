import { HOUR } from '../data/time.ts';
import { navigate, usePlace } from '../navigation.tsx';

export const WINDOWS = { '6h': 6 * HOUR, '12h': 12 * HOUR, '24h': 24 * HOUR, '3d': 72 * HOUR } as const;
export type WindowName = keyof typeof WINDOWS;
export type FanStyle = 'off' | 'lines' | 'fan';

/** What of the timeline is shown; it stands in the address, so that a link shows the same. */
export interface View {
  readonly window: WindowName;
  /** Right edge of the measured part, ms; null follows now. */
  readonly end: number | null;
  readonly fan: FanStyle;
  /** Draws what had been predicted then. */
  readonly before: boolean;
  readonly as: 'chart' | 'table';
}

export function readView(search: URLSearchParams): View {
  const window = search.get('w') ?? '';
  const fan = search.get('fan');
  const end = Number(search.get('end') ?? Number.NaN);
  return {
    window: window in WINDOWS ? (window as WindowName) : '6h',
    end: Number.isFinite(end) && end > 0 ? end : null,
    fan: fan === 'off' || fan === 'lines' ? fan : 'fan',
    before: search.get('before') === '1',
    as: search.get('as') === 'table' ? 'table' : 'chart',
  };
}

/** The address' query of a view; what is as by default is left out. */
export function viewQuery(view: View): string {
  const query = new URLSearchParams();
  if (view.window !== '6h') query.set('w', view.window);
  if (view.end !== null) query.set('end', String(Math.round(view.end)));
  if (view.fan !== 'fan') query.set('fan', view.fan);
  if (view.before) query.set('before', '1');
  if (view.as !== 'chart') query.set('as', view.as);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

export function useView(): [View, (change: Partial<View>) => void] {
  const { path, search } = usePlace();
  const view = readView(search);
  return [view, (change) => navigate(path + viewQuery({ ...view, ...change }), { replace: true })];
}

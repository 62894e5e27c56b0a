import type { TwinView } from '@gemel/server/api';
import { navigate, usePlace } from '../navigation.tsx';

export type FanStyle = 'off' | 'lines' | 'fan';

/** What of the timeline is shown; it stands in the address, so that a link shows the same. */
export interface View {
  /** `12h`, `3d`; null: the twin's first. */
  readonly window: string | null;
  /** Right edge of the measured part, ms; null follows now. */
  readonly end: number | null;
  readonly fan: FanStyle;
  /** Draws what had been predicted then. */
  readonly before: boolean;
  readonly as: 'chart' | 'table';
}

/** A window in addresses: `6h`, and in days beyond two. */
export function windowName(hours: number): string {
  return hours > 48 && hours % 24 === 0 ? `${hours / 24}d` : `${hours}h`;
}

/** The window that a view asks for among those of the twin; its first where it has none such. */
export function windowOf({ window }: Pick<View, 'window'>, { windows }: Pick<TwinView, 'windows'>) {
  return windows.find(({ past }) => windowName(past) === window) ?? windows[0];
}

export function readView(search: URLSearchParams): View {
  const window = search.get('w');
  const fan = search.get('fan');
  const end = Number(search.get('end') ?? Number.NaN);
  return {
    window: window !== null && /^\d+(\.\d+)?[hd]$/.test(window) ? window : null,
    end: Number.isFinite(end) && end > 0 ? end : null,
    fan: fan === 'off' || fan === 'lines' ? fan : 'fan',
    before: search.get('before') === '1',
    as: search.get('as') === 'table' ? 'table' : 'chart',
  };
}

/** The address' query of a view; what is as by default is left out. */
export function viewQuery(view: View, pack: string | null = null): string {
  const query = new URLSearchParams();
  if (pack !== null) query.set('pack', pack);
  if (view.window !== null) query.set('w', view.window);
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
  const pack = search.get('pack');
  return [view, (change) => navigate(path + viewQuery({ ...view, ...change }, pack), { replace: true })];
}

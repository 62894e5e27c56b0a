import type { ObservationPoint, TwinDetail } from '@gemel/server/api';

/** Values of the twin's data; others (a creatinine beside levels) are shown in lists, not drawn. */
export function dataPoints({ view, observations }: Pick<TwinDetail, 'view' | 'observations'>): ObservationPoint[] {
  return observations.filter((point) => view.signals.includes(point.signal));
}

/** The signal the cockpit is about: of those that are the twin's data the one most of the values are of. */
export function mainSignal(detail: Pick<TwinDetail, 'view' | 'observations'>): string {
  const counts = new Map<string, number>();
  for (const point of dataPoints(detail)) counts.set(point.signal, (counts.get(point.signal) ?? 0) + 1);
  let best: string | null = null;
  for (const [signal, count] of counts) if (best === null || count > counts.get(best)!) best = signal;
  return best ?? detail.view.signals[0];
}

/** The newest measured value in the answer, whichever window it holds. */
export function lastPoint(points: readonly ObservationPoint[]): ObservationPoint | null {
  return points.reduce<ObservationPoint | null>((last, p) => (last === null || p.at >= last.at ? p : last), null);
}

/** Instant of the newest value: of the window, or of the summary where the window ends earlier. */
export function newestValueAt(detail: TwinDetail): number | null {
  const { dataAgeMinutes } = detail.summary;
  if (dataAgeMinutes !== null) return detail.now - dataAgeMinutes * 60_000;
  return lastPoint(dataPoints(detail))?.at ?? null;
}

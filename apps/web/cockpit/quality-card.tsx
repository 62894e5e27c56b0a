import type { QualityView, TwinDetail } from '@gemel/server/api';
import type { LocalTime } from '../data/time.ts';
import { useApi } from '../data/use-api.ts';
import { Card } from '../parts/card.tsx';
import { QualityMark } from '../parts/quality-mark.tsx';
import { strings } from '../strings.data.ts';
import { inputName } from '../twin/names.ts';
import { twinPath } from '../twin/twin-path.ts';
import { concernsTwin } from '../twin/use-twin.ts';
import css from './quality-card.module.css';

interface QualityCardProps {
  readonly subject: string;
  readonly titles: TwinDetail['titles'];
  readonly time: LocalTime;
}

type Signal = QualityView['signals'][number];

const SIDES = ['conformance', 'completeness', 'plausibility'] as const;
const t = strings.quality;

/** How good the data of this person are: their form, what is missing, what can be believed. */
export function QualityCard({ subject, titles, time }: QualityCardProps) {
  const { data, error } = useApi<QualityView>(twinPath(subject, null, 'quality'), {
    renewOn: (event) => concernsTwin(event, subject),
  });
  return (
    <Card title={t.title} text={t.text}>
      {data === undefined && error !== null && <p role="alert">{error.message}</p>}
      {data !== undefined && (
        <>
          <dl className={css.sides} data-testid="quality">
            {SIDES.map((side) => (
              <div key={side}>
                <dt>{t.sides[side]}</dt>
                <dd>
                  <QualityMark level={data.badge[side].level} />
                  <span>{data.badge[side].statement}</span>
                </dd>
              </div>
            ))}
          </dl>
          {data.signals.length > 0 && (
            <details className={css.more}>
              <summary>{t.signals}</summary>
              {data.signals.map((signal) => (
                <SignalPart key={signal.signal} signal={signal} name={inputName(signal.signal, titles)} time={time} />
              ))}
            </details>
          )}
        </>
      )}
    </Card>
  );
}

function SignalPart({
  signal,
  name,
  time,
}: {
  readonly signal: Signal;
  readonly name: string;
  readonly time: LocalTime;
}) {
  const { count, grades, doubtful, pairs } = signal;
  return (
    <section>
      <h3>{name}</h3>
      <p>{t.count(count, grades.uncertain, grades.poor)}</p>
      {pairs.flatMap(({ first, second, disagrees, clock }) => [
        ...(disagrees ? [<p key={`${first} ${second}`}>{t.disagree(first, second)}</p>] : []),
        ...(clock === null ? [] : [<p key={`${first} ${second} clock`}>{t.clock(first, second, clock.minutes)}</p>]),
      ])}
      {doubtful.length > 0 && (
        <ul>
          {doubtful.map(({ id, at, value, unit, message }) => (
            <li key={id}>
              {time.dayAndTime(at)}: {strings.of(String(value), unit)}. {message}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

import type { CalibrationStatement } from '@gemel/server/api';
import { useSentence } from '../data/preferences.tsx';
import { Icon, type IconName } from '../parts/icon.tsx';
import { strings } from '../strings.data.ts';
import css from './calibration-words.module.css';

const ICON: Readonly<Record<CalibrationStatement['standing'], IconName>> = {
  sound: 'check',
  limited: 'info',
  doubtful: 'warning',
};

/** What the calibration could tell and what not, in plain words; each with its symbol and its standing in words. */
export function CalibrationWords({ statements }: { readonly statements: readonly CalibrationStatement[] }) {
  const say = useSentence();
  if (statements.length === 0) return null;
  return (
    <ul className={css.list} aria-label={strings.calibration.title}>
      {statements.map(({ standing, code, statement }) => (
        <li key={`${code} ${statement}`} data-standing={standing}>
          <Icon name={ICON[standing]} size={18} />
          <span>
            <span className={standing === 'doubtful' ? css.doubt : 'visually-hidden'}>
              {strings.calibration.standing[standing]}:{' '}
            </span>
            {say(statement)}
          </span>
        </li>
      ))}
    </ul>
  );
}

import type { Advisory } from '@gemel/core';
import { useSentence } from '../data/preferences.tsx';
import { strings } from '../strings.data.ts';
import css from './advisory-list.module.css';
import { Icon, type IconName } from './icon.tsx';

const ICON: Readonly<Record<Advisory['priority'], IconName>> = {
  high: 'warning',
  medium: 'warning',
  low: 'info',
  information: 'info',
};
const ORDER: readonly Advisory['priority'][] = ['high', 'medium', 'low', 'information'];

/** Advisories, most important first, each with its symbol and its priority in words. */
export function AdvisoryList({ advisories }: { readonly advisories: readonly Advisory[] }) {
  const say = useSentence();
  const sorted = [...advisories].sort((a, b) => ORDER.indexOf(a.priority) - ORDER.indexOf(b.priority));
  return (
    <ul className={css.list}>
      {sorted.map((advisory) => (
        <li key={`${advisory.code} ${advisory.statement}`} data-priority={advisory.priority}>
          <Icon name={ICON[advisory.priority]} />
          <span>
            <strong>{strings.cockpit.priority[advisory.priority]}:</strong> {say(advisory.statement)}
          </span>
        </li>
      ))}
    </ul>
  );
}

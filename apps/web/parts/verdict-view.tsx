import type { Verdict } from '@gemel/core';
import { useSentence } from '../data/preferences.tsx';
import { strings } from '../strings.data.ts';
import { Icon, type IconName } from './icon.tsx';
import css from './verdict-view.module.css';

const ICON: Readonly<Record<Verdict['applies'], IconName>> = { yes: 'check', no: 'cross', unknown: 'question' };

/** May the model speak of this person, and why. */
export function VerdictView({ verdict }: { readonly verdict: Verdict }) {
  const say = useSentence();
  return (
    <div className={css.verdict} data-applies={verdict.applies}>
      <p className={css.head}>
        <Icon name={ICON[verdict.applies]} size={18} /> {strings.standing.applies[verdict.applies]}
      </p>
      {verdict.reasons.length > 0 && (
        <ul>
          {verdict.reasons.map((reason) => (
            <li key={`${reason.code} ${reason.statement}`}>{say(reason.statement)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

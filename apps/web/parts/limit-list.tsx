import type { LimitVerdict } from '@gemel/core';
import { useSentence } from '../data/preferences.tsx';
import { strings } from '../strings.data.ts';
import { Icon, type IconName } from './icon.tsx';
import css from './limit-list.module.css';

const ICON: Readonly<Record<LimitVerdict['verdict'], IconName>> = {
  within: 'check',
  clipped: 'cut',
  forbidden: 'cross',
};

/** What the hard limits said, each in a line with symbol and word; where they are from, behind a word. */
export function LimitList({ limits }: { readonly limits: readonly LimitVerdict[] }) {
  const say = useSentence();
  if (limits.length === 0) return <p className={css.none}>{strings.whatif.noLimits}</p>;
  const sources = [...new Set(limits.flatMap(({ source }) => source ?? []))];
  return (
    <>
      <ul className={css.limits}>
        {limits.map((limit) => (
          <li key={`${limit.limit} ${limit.message}`} data-verdict={limit.verdict}>
            <Icon name={ICON[limit.verdict]} size={17} />
            <span>
              <strong>
                {limit.title}: {strings.whatif.verdict[limit.verdict].toLowerCase()}.
              </strong>
              {limit.message === `${strings.whatif.verdict[limit.verdict]}.` ? '' : ` ${say(limit.message)}`}
            </span>
          </li>
        ))}
      </ul>
      {sources.length > 0 && (
        <details className={css.sources}>
          <summary>{strings.whatif.limitSources}</summary>
          {sources.map((source) => (
            <p key={source}>{source}.</p>
          ))}
        </details>
      )}
    </>
  );
}

import type { TwinDetail } from '@gemel/server/api';
import { strings } from '../strings.data.ts';
import css from './twin-head.module.css';

const YEAR = 365.2425 * 24 * 3_600_000;
/** Shown beside the name, in this order; all facts stand in the cockpit. */
const SHOWN = ['birthDate', 'sex', 'body.weight', 'condition'];

/** The few facts that say whom the numbers concern. */
export function PersonFacts({ detail }: { readonly detail: TwinDetail }) {
  const texts: string[] = [];
  for (const name of SHOWN) {
    const fact = detail.facts.find((candidate) => candidate.fact === name);
    if (fact === undefined || fact.value === '') continue;
    const born = name === 'birthDate' ? Date.parse(fact.value) : Number.NaN;
    texts.push(Number.isFinite(born) ? strings.facts.age(Math.floor((detail.now - born) / YEAR)) : fact.value);
  }
  return (
    <span className={css.facts}>
      {texts.map((text) => (
        <span key={text}>{text}</span>
      ))}
    </span>
  );
}

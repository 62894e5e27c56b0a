import type { ReactNode } from 'react';
import css from './scroller.module.css';

/** A wide table scrolls inside its own box, by keyboard too; the page never does. */
export function Scroller({
  label,
  children,
  tall,
}: {
  readonly label: string;
  readonly children: ReactNode;
  readonly tall?: boolean;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1)
    <section className={css.scroller} aria-label={label} tabIndex={0} data-tall={tall}>
      {children}
    </section>
  );
}

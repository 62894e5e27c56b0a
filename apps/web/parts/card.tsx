import { type ReactNode, useId } from 'react';
import css from './card.module.css';

interface CardProps {
  readonly title?: string;
  readonly text?: ReactNode;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  readonly tone?: 'plain' | 'warning' | 'high';
  readonly screenOnly?: boolean;
}

/** A section with its heading. */
export function Card({ title, text, aside, children, tone = 'plain', screenOnly }: CardProps) {
  const heading = useId();
  return (
    <section
      className={screenOnly ? `${css.card} no-print` : css.card}
      data-tone={tone}
      aria-labelledby={title === undefined ? undefined : heading}
    >
      {(title !== undefined || aside !== undefined) && (
        <div className={css.head}>
          {title !== undefined && (
            <h2 className={css.title} id={heading}>
              {title}
            </h2>
          )}
          {aside}
        </div>
      )}
      {text !== undefined && <p className={css.text}>{text}</p>}
      {children}
    </section>
  );
}

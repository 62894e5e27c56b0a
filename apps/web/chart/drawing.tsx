import { useEffect, useRef } from 'react';
import css from './drawing.module.css';

/** Puts a chart's SVG text into the page: parsed as XML, so nothing in it runs. */
export function Drawing({ svg, onDrawn }: { readonly svg: string; readonly onDrawn?: (svg: SVGSVGElement) => void }) {
  const host = useRef<HTMLDivElement>(null);
  const drawn = useRef(onDrawn);
  useEffect(() => {
    drawn.current = onDrawn;
  });
  useEffect(() => {
    const root = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
    const node = document.importNode(root, true) as unknown as SVGSVGElement;
    host.current?.replaceChildren(node);
    drawn.current?.(node);
  }, [svg]);
  return <div ref={host} className={css.drawing} />;
}

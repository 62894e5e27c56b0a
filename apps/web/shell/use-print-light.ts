import { useEffect } from 'react';

const SCHEME = 'data-mantine-color-scheme';

/** Paper is light whatever the screen is: the scheme's attribute is changed for as long as the page is printed. */
export function usePrintLight(): void {
  useEffect(() => {
    const root = document.documentElement;
    const printing = matchMedia('print');
    let screen: string | null = null;
    const change = () => {
      if (printing.matches) {
        screen ??= root.getAttribute(SCHEME);
        root.setAttribute(SCHEME, 'light');
      } else if (screen !== null) {
        root.setAttribute(SCHEME, screen);
        screen = null;
      }
    };
    printing.addEventListener('change', change);
    return () => printing.removeEventListener('change', change);
  }, []);
}

/** Line drawings on a 24 grid. */
const PATHS = {
  sun: 'M12 4V2m0 20v-2m8-8h2M2 12h2m13.66-5.66 1.41-1.41M4.93 19.07l1.41-1.41m0-11.32L4.93 4.93m14.14 14.14-1.41-1.41M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z',
  contrast: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 0v18m0-14h6.5M12 12h9m-9 5h6.5',
  left: 'm15 5-7 7 7 7',
  right: 'm9 5 7 7-7 7',
  end: 'm6 5 7 7-7 7m11-14v14',
  download: 'M12 4v11m0 0 4.5-4.5M12 15l-4.5-4.5M4 20h16',
  upload: 'M12 16V5m0 0L7.5 9.5M12 5l4.5 4.5M4 20h16',
  file: 'M14 3H6v18h12V7l-4-4Zm0 0v4h4',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm9 2-4-4',
  check: 'm5 12.5 5 5L19.5 7',
  cross: 'M6 6l12 12M18 6 6 18',
  cut: 'M4 8h16M4 16h9m5-3v6m3-3h-6',
  link: 'M10 14a4 4 0 0 0 5.66 0l3-3A4 4 0 0 0 13 5.34l-1 1M14 10a4 4 0 0 0-5.66 0l-3 3A4 4 0 0 0 11 18.66l1-1',
  question: 'M9 9.2A3 3 0 1 1 12 12.5v1.3m0 3.2v.2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z',
  info: 'M12 11v5.5m0-9v.2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z',
  warning: 'M12 9.5v4m0 3v.2M12 4 2.8 20h18.4L12 4Z',
  pause: 'M9 6v12m6-12v12',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

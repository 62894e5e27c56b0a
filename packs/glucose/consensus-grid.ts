/** Clinical meaning of a difference: A none, B little, C overcorrection likely, D danger missed, E opposite treatment. */
export type Zone = 'A' | 'B' | 'C' | 'D' | 'E';

type Line = readonly (readonly [reference: number, value: number])[];

/**
 * The consensus error grid for type 1 diabetes, mg/dL: Parkes et al., Diabetes Care 2000;23:1143, with the vertices of
 * Pfützner et al., J Diabetes Sci Technol 2013;7:1275, doi:10.1177/193229681300700517. Outermost line first.
 */
const ABOVE: readonly (readonly [Zone, Line])[] = [
  [
    'E',
    [
      [0, 150],
      [35, 155],
      [50, 550],
    ],
  ],
  [
    'D',
    [
      [0, 100],
      [25, 100],
      [50, 125],
      [80, 215],
      [125, 550],
    ],
  ],
  [
    'C',
    [
      [0, 60],
      [30, 60],
      [50, 80],
      [70, 110],
      [260, 550],
    ],
  ],
  [
    'B',
    [
      [0, 50],
      [30, 50],
      [140, 170],
      [280, 380],
      [430, 550],
    ],
  ],
];
const BELOW: readonly (readonly [Zone, Line])[] = [
  [
    'D',
    [
      [250, 40],
      [550, 150],
    ],
  ],
  [
    'C',
    [
      [120, 30],
      [260, 130],
      [550, 250],
    ],
  ],
  [
    'B',
    [
      [50, 30],
      [170, 145],
      [385, 300],
      [550, 450],
    ],
  ],
];

/** Zone of a value against its reference, both mg/dL in [0, 550]. */
export function consensusZone(reference: number, value: number): Zone {
  for (const [zone, line] of ABOVE) if (value > at(line, reference, Number.POSITIVE_INFINITY)) return zone;
  for (const [zone, line] of BELOW) {
    if (reference >= line[0]![0] && value < at(line, reference, line.at(-1)![1])) return zone;
  }
  return 'A';
}

/** Height of a line, straight between its vertices; `after` beyond its last. */
function at(line: Line, x: number, after: number): number {
  for (let i = 1; i < line.length; i++) {
    const [x0, y0] = line[i - 1]!;
    const [x1, y1] = line[i]!;
    if (x <= x1) return y0 + ((x - x0) * (y1 - y0)) / (x1 - x0);
  }
  return after;
}

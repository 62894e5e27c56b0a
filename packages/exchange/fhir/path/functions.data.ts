/** Fewest and most arguments of the functions of FHIRPath 3.0 and of FHIR R4 that the engine has. */
export const pathFunctions: Readonly<Record<string, readonly [least: number, most: number]>> = Object.fromEntries(
  Object.entries({
    '0 0': [
      'empty not allTrue anyTrue allFalse anyFalse isDistinct distinct count sum min max avg single first last type tail',
      'toInteger toLong toDecimal toString toDate toDateTime toTime toBoolean hasValue getValue htmlChecks resolve',
      'convertsToBoolean convertsToInteger convertsToLong convertsToDecimal convertsToString convertsToDate',
      'convertsToDateTime convertsToTime convertsToQuantity upper lower length toChars trim abs ceiling exp floor ln sqrt',
      'truncate now today timeOfDay yearOf monthOf dayOf hourOf minuteOf secondOf millisecondOf timezoneOffsetOf dateOf',
      'timeOf children descendants weight ordinal precision',
    ],
    '0 1': ['exists toQuantity join round lowBoundary highBoundary pathname'],
    '0 Infinity': ['sort'],
    '1 1': [
      'memberOf all subsetOf supersetOf where extension select ofType is as take skip combine union intersect exclude',
      'indexOf lastIndexOf startsWith endsWith contains split encode decode escape unescape log power repeat comparable',
    ],
    '1 2': ['aggregate trace defineVariable substring matches matchesFull'],
    '1 Infinity': ['coalesce'],
    '2 2': ['replace replaceMatches'],
    '2 3': ['iif'],
  }).flatMap(([range, names]) => {
    const [least, most] = range.split(' ').map(Number) as [number, number];
    return names.flatMap((line) => line.split(' ').map((name) => [name, [least, most] as const]));
  }),
);

/** Even-numbered cases of the SBML Test Suite: 2 to 1820. */
export const LAST_CASE = 1820;

/** Cases that the suite does not have at Level 3 Version 2, by the highest level and version it has of them. */
export const LOWER: Readonly<Record<string, readonly number[]>> = {
  l3v1: [
    134, 870, 872, 874, 986, 988, 1052, 1396, 1398, 1544, 1546, 1548, 1550, 1558, 1560, 1568, 1570, 1638, 1640, 1656,
    1750, 1752, 1764,
  ],
  l2v4: [
    68, 70, 130, 388, 394, 448, 516, 518, 520, 562, 564, 610, 726, 728, 730, 828, 898, 900, 968, 990, 992, 994, 1028,
    1562, 1572, 1632, 1634, 1636, 1784, 1786, 1788, 1790, 1792, 1794, 1796, 1798,
  ],
};

import { expect, test } from 'vitest';
import { consensusZone } from './consensus-grid.ts';

test('equal values are in zone A everywhere', () => {
  for (let g = 0; g <= 550; g += 10) expect(consensusZone(g, g)).toBe('A');
});

test('the vertices of the published grid part the zones', () => {
  const near = [
    [140, 170, 'A', 'B'],
    [70, 110, 'B', 'C'],
    [80, 215, 'C', 'D'],
    [35, 155, 'D', 'E'],
  ] as const;
  for (const [reference, value, inside, outside] of near) {
    expect([consensusZone(reference, value - 1), consensusZone(reference, value + 1)]).toEqual([inside, outside]);
  }
  const low = [
    [170, 145, 'A', 'B'],
    [260, 130, 'B', 'C'],
    [550, 150, 'C', 'D'],
  ] as const;
  for (const [reference, value, inside, outside] of low) {
    expect([consensusZone(reference, value + 1), consensusZone(reference, value - 1)]).toEqual([inside, outside]);
  }
});

test('a larger error is never in a better zone', () => {
  for (let reference = 20; reference <= 500; reference += 20) {
    for (const side of [-1, 1]) {
      let worst = 'A';
      for (let error = 0; error <= 500; error += 5) {
        const value = reference + side * error;
        if (value < 0 || value > 550) break;
        const zone = consensusZone(reference, value);
        expect(zone >= worst).toBe(true);
        worst = zone;
      }
    }
  }
});

import type { World } from './world.ts';

/** Everything that is the case in a world, as named columns. */
export type WorldColumns = Readonly<Record<string, Float64Array | Int32Array | Uint32Array>>;

const rows = (from: readonly { row(): readonly number[] }[]) => Float64Array.from(from.flatMap((each) => each.row()));

const averages = ({ allocation: { use, queue, offered } }: World) => [...use, ...queue, ...offered];
const tallies = (world: World) => [...world.allocation.waits, ...world.stays, ...world.tallies.values()];

/** What `restore` takes up again. */
export function snapshot(world: World): WorldColumns {
  const { customers, lines, allocation, calendar } = world;
  const columns: Record<string, Float64Array | Int32Array | Uint32Array> = {
    clock: Float64Array.of(world.now, world.happened, allocation.order, calendar.order),
    calendar: calendar.rows(),
    free: allocation.free.slice(),
    capacities: allocation.capacities.slice(),
    variables: world.variables.slice(),
    heads: lines.head.slice(),
    tails: lines.tail.slice(),
    lengths: lines.length.slice(),
    averages: rows(averages(world)),
    tallies: rows(tallies(world)),
    gaveUp: allocation.gaveUp.slice(),
    foundFull: allocation.foundFull.slice(),
    came: world.came.slice(),
    arriving: rows(world.arriving),
    groups: Float64Array.from(world.groups.flatMap(({ first, last, size, number }) => [first, last, size, number])),
  };
  allocation.holders.forEach((holders, r) => {
    columns[`holders ${r}`] = Float64Array.from(holders.flatMap(({ who, priority }) => [who, priority]));
  });
  for (const [name, column] of Object.entries(customers.columns())) columns[`customer ${name}`] = column;
  return columns;
}

/** Puts into a new world of the same flow what `snapshot` gave. What comes is then what would have come. */
export function restore(world: World, columns: WorldColumns): void {
  const { customers, lines, allocation } = world;
  const [now, happened, joined, scheduled] = columns.clock;
  world.now = now;
  world.happened = happened;
  allocation.order = joined;
  world.calendar.load(columns.calendar as Float64Array, scheduled);
  allocation.free.set(columns.free);
  allocation.capacities.set(columns.capacities);
  world.variables.set(columns.variables);
  lines.head.set(columns.heads);
  lines.tail.set(columns.tails);
  lines.length.set(columns.lengths);
  averages(world).forEach((average, i) => {
    average.load(columns.averages.subarray(5 * i, 5 * i + 5));
  });
  tallies(world).forEach((tally, i) => {
    tally.load(columns.tallies.subarray(5 * i, 5 * i + 5));
  });
  allocation.gaveUp.set(columns.gaveUp);
  allocation.foundFull.set(columns.foundFull);
  world.came.set(columns.came);
  world.arriving.forEach((each, i) => {
    each.load(columns.arriving.subarray(4 * i, 4 * i + 4));
  });
  world.groups.forEach((group, i) => {
    [group.first, group.last, group.size, group.number] = columns.groups.subarray(4 * i, 4 * i + 4);
  });
  allocation.holders.forEach((holders, r) => {
    const each = columns[`holders ${r}`];
    holders.length = 0;
    for (let i = 0; i < each.length; i += 2) holders.push({ who: each[i], priority: each[i + 1] });
  });
  const own: Record<string, Float64Array | Int32Array | Uint32Array> = {};
  for (const [name, column] of Object.entries(columns)) {
    if (name.startsWith('customer ')) own[name.slice('customer '.length)] = column;
  }
  customers.load(own);
}

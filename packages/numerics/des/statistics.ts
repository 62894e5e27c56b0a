/** Count, mean and spread of numbers as they come, by Welford's recurrence (Technometrics 4 (1962) 419). */
export class Tally {
  count = 0;
  mean = 0;
  /** Sum of squared deviations from the mean. */
  squares = 0;
  least = Number.POSITIVE_INFINITY;
  most = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    const step = value - this.mean;
    this.mean += step / ++this.count;
    this.squares += step * (value - this.mean);
    if (value < this.least) this.least = value;
    if (value > this.most) this.most = value;
  }

  /** Sample variance (n − 1); NaN below two numbers. */
  get variance(): number {
    return this.count > 1 ? this.squares / (this.count - 1) : Number.NaN;
  }

  reset(): void {
    this.load([0, 0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  }

  row(): readonly number[] {
    return [this.count, this.mean, this.squares, this.least, this.most];
  }

  load(row: ArrayLike<number>): void {
    this.count = row[0];
    this.mean = row[1];
    this.squares = row[2];
    this.least = row[3];
    this.most = row[4];
  }
}

/** The mean over time of a number that stays as it is between changes. */
export class TimeAverage {
  value = 0;
  area = 0;
  most = 0;
  /** When counting began, and up to when the area is counted. */
  start = 0;
  last = 0;

  change(now: number, value: number): void {
    this.area += this.value * (now - this.last);
    this.last = now;
    this.value = value;
    if (value > this.most) this.most = value;
  }

  mean(now: number): number {
    const span = now - this.start;
    return span > 0 ? (this.area + this.value * (now - this.last)) / span : this.value;
  }

  reset(now: number): void {
    this.area = 0;
    this.start = now;
    this.last = now;
    this.most = this.value;
  }

  row(): readonly number[] {
    return [this.value, this.area, this.most, this.start, this.last];
  }

  load(row: ArrayLike<number>): void {
    this.value = row[0];
    this.area = row[1];
    this.most = row[2];
    this.start = row[3];
    this.last = row[4];
  }
}

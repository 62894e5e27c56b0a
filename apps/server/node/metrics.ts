import process from 'node:process';

/** Upper bounds of the histogram's buckets, seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Histogram {
  readonly counts: number[];
  sum: number;
  count: number;
}

/** Counts and times of requests by address pattern, in the text format of Prometheus (0.0.4). */
export class Metrics {
  readonly #requests = new Map<string, number>();
  readonly #seconds = new Map<string, Histogram>();

  /** @param seconds from the request's arrival to the end of its answer */
  observe(method: string, route: string, status: number, seconds: number): void {
    const labels = `method="${label(method)}",route="${label(route)}"`;
    const counted = `${labels},status="${status}"`;
    this.#requests.set(counted, (this.#requests.get(counted) ?? 0) + 1);
    let histogram = this.#seconds.get(labels);
    if (histogram === undefined) {
      histogram = { counts: BOUNDS.map(() => 0), sum: 0, count: 0 };
      this.#seconds.set(labels, histogram);
    }
    for (const [i, bound] of BOUNDS.entries()) if (seconds <= bound) histogram.counts[i]!++;
    histogram.sum += seconds;
    histogram.count++;
  }

  /** @param gauges further values by name, with what each means */
  text(gauges: readonly (readonly [name: string, help: string, value: number])[] = []): string {
    const lines: string[] = [];
    const head = (name: string, help: string, type: string) =>
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    head('gemel_http_requests_total', 'Requests answered.', 'counter');
    for (const [labels, count] of this.#requests) lines.push(`gemel_http_requests_total{${labels}} ${count}`);
    head('gemel_http_request_duration_seconds', 'Time to the end of the answer.', 'histogram');
    for (const [labels, { counts, sum, count }] of this.#seconds) {
      for (const [i, bound] of BOUNDS.entries())
        lines.push(`gemel_http_request_duration_seconds_bucket{${labels},le="${bound}"} ${counts[i]}`);
      lines.push(`gemel_http_request_duration_seconds_bucket{${labels},le="+Inf"} ${count}`);
      lines.push(`gemel_http_request_duration_seconds_sum{${labels}} ${sum}`);
      lines.push(`gemel_http_request_duration_seconds_count{${labels}} ${count}`);
    }
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    for (const [name, help, value, type] of [
      ['process_resident_memory_bytes', 'Memory of the process.', rss, 'gauge'],
      ['nodejs_heap_size_used_bytes', 'Heap in use.', heapUsed, 'gauge'],
      ['process_cpu_seconds_total', 'Processor time.', (user + system) / 1e6, 'counter'],
      ['process_uptime_seconds', 'Time since the start.', process.uptime(), 'gauge'],
      ...gauges.map(([name, help, value]) => [name, help, value, 'gauge'] as const),
    ] as const) {
      head(name, help, type);
      lines.push(`${name} ${value}`);
    }
    return `${lines.join('\n')}\n`;
  }
}

const label = (text: string): string => text.replace(/[\\"\n]/g, (mark) => (mark === '\n' ? '\\n' : `\\${mark}`));

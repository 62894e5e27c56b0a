import type { FastifyInstance } from 'fastify';
import type { Metrics } from './metrics.ts';
import type { World } from './world.ts';

/** Whether the process lives, whether it can serve, and how it fares. */
export function healthRoutes(app: FastifyInstance, world: World, metrics: Metrics, stopping: () => boolean): void {
  app.get('/healthz', { config: { access: 'open' } }, async () => ({ status: 'ok' }));

  app.get('/readyz', { config: { access: 'open' } }, async (_request, reply) => {
    const store = await world.store.lastSeq().then(
      () => 'ok' as const,
      () => 'failed' as const,
    );
    const ready = store === 'ok' && !stopping();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : stopping() ? 'stopping' : 'failed', store });
  });

  app.get('/metrics', { config: { access: 'operator' } }, async (_request, reply) => {
    const entries = await world.store.lastSeq();
    const text = metrics.text([['gemel_log_entries', 'Entries of the log.', entries]]);
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
  });
}

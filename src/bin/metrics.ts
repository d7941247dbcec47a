import type { Config } from '../config.ts';
import { askFigures, type Looked } from '../figures.ts';
import { startMetricsServer } from '../http/metrics-server.ts';

/**
 * Shows the figures of this process on the port of the settings. A port that nobody chose and somebody else has, such as
 * a second process on this machine, costs the figures alone.
 */
export async function showMetrics(
  looked: Looked & { config: Pick<Config, 'metricsServer'> },
): Promise<AsyncDisposable> {
  const { config, logger, metrics } = looked;
  const { metricsServer: server } = config;
  if (server === undefined) return { [Symbol.asyncDispose]: () => Promise.resolve() };
  const running = new AsyncDisposableStack();
  running.use(askFigures(looked));
  try {
    const { port } = running.use(await startMetricsServer({ ...server, metrics, logger }));
    logger.info({ event: 'metrics_shown', host: server.host, port }, 'figures are at /metrics');
  } catch (error) {
    await running.disposeAsync();
    if (!isTaken(error)) throw error;
    if (server.isRequired) throw portTaken(server, error);
    logger.warn(
      { event: 'metrics_not_shown', host: server.host, port: server.port },
      'the port of METRICS_PORT is in use: this process shows no figures; give it another one, or 0 for none',
    );
  }
  return running;
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function portTaken({ host, port }: NonNullable<Config['metricsServer']>, cause: unknown): Error {
  return new Error(`METRICS_PORT: ${port} on ${host} is in use. Choose another one, or 0 to show no figures.`, {
    cause,
  });
}

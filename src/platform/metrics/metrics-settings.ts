import type { createSettingsReader } from '../settings.ts';

/** Where figures are shown. One that is not required gives way where somebody else has its port. */
export type MetricsServer = { host: string; port: number; isRequired: boolean };

const portUsual = 9464;

/** METRICS_PORT and METRICS_HOST; undefined where the port is 0. */
export function readMetricsServer(read: ReturnType<typeof createSettingsReader>): MetricsServer | undefined {
  const given = read.integer('METRICS_PORT', { min: 0, max: 65_535 });
  if (given === 0) return undefined;
  return { host: read.text('METRICS_HOST') ?? '127.0.0.1', port: given ?? portUsual, isRequired: given !== undefined };
}

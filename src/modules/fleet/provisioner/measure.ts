import type { Context, Round } from './context.ts';
import { type MeasuredUsage, type ProvisionedServer, recordUsage } from './provisioned-system.ts';
import type { ServerUsage } from './server-driver.ts';

/** Reads what each running container uses, every now and then; the processor's share is that between two looks. */
export function createMeasure(context: Context) {
  const { clock, db, driver, logger, settings } = context;
  const last = new Map<string, ServerUsage>();
  let measuredAtMs: number | undefined;

  async function usageOf(server: ProvisionedServer): Promise<MeasuredUsage[]> {
    const usage = await driver.usage(server.name).catch((error) => {
      logger.warn({ event: 'usage_not_read', server: server.name, err: error }, 'usage of a container not read');
      return undefined;
    });
    // Another container of the same name begins at nothing.
    const key = `${server.name} ${server.engineId}`;
    const before = last.get(key);
    if (usage === undefined) return [];
    last.set(key, usage);
    return [{ ...usage, id: server.id, cpu: before === undefined ? null : shareOf(before, usage) }];
  }

  return async (round: Round, servers: readonly ProvisionedServer[]): Promise<void> => {
    if (measuredAtMs !== undefined && clock.monotonicMs() - measuredAtMs < settings.measureEveryMs) return;
    measuredAtMs = clock.monotonicMs();
    const running = servers.filter(({ engineId, name }) => {
      const there = round.engineServers.get(name);
      return engineId !== null && there?.isRunning === true;
    });
    for (const key of last.keys()) {
      if (!running.some(({ engineId, name }) => key === `${name} ${engineId}`)) last.delete(key);
    }
    const usages = (await Promise.all(running.map(usageOf))).flat();
    if (usages.length > 0) await recordUsage(db, round.lease, usages);
  };
}

function shareOf(before: ServerUsage, now: ServerUsage): number | null {
  const ms = now.readAtMs - before.readAtMs;
  // The engine restarted it: its count began anew.
  if (ms <= 0 || now.cpuNs < before.cpuNs) return null;
  return (now.cpuNs - before.cpuNs) / 1e6 / ms;
}

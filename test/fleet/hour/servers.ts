import type { Drift, Watched } from './drifts.ts';
import { isTold } from './drifts.ts';
import type { Sandbox } from './sandbox.ts';
import type { Watch } from './watch.ts';
import type { HourNumber, World } from './world.ts';

/** What can be done to a whole server, each as a drift that begins with the call. */
export function createServerDeeds(world: World, watch: Watch) {
  const begin = (what: string, sandbox: Sandbox, aim: Drift['aim'] = 'mended'): Drift => {
    const now = Date.now();
    return { what, aim, url: sandbox.url, injectedAt: now, countsFrom: now };
  };

  async function numbersOf(sandbox: Sandbox): Promise<{ number: HourNumber; name: string }[]> {
    const rows = await world.look<{ id: string; name: string }>(
      `select n.id, n.backend_name as name from phone_numbers n join backends b on b.id = n.backend_id
       where b.url = $1 and n.deleted_at is null`,
      [sandbox.url],
    );
    return rows.flatMap(({ id, name }) => {
      const number = world.numbers.find((each) => each.id === Number(id));
      return number === undefined ? [] : [{ number, name }];
    });
  }
  async function incidentAt(sandbox: Sandbox, kinds: string[], since: number): Promise<number | undefined> {
    const [row] = await world.look<{ at: Date | null }>(
      `select min(i.began_at) as at from incidents i join backends b on b.id = i.backend_id
       where b.url = $1 and i.kind = any($2) and i.began_at >= to_timestamp($3::float8 / 1000)`,
      [sandbox.url, kinds, since - 50],
    );
    return row?.at?.getTime();
  }
  /** Its numbers are open by its own word, and send: the gateways know it. `but`: broken for reasons of their own. */
  async function serves(sandbox: Sandbox, names: readonly string[]): Promise<boolean> {
    const shown = await sandbox.shown();
    if (shown === undefined || !names.every((name) => shown.get(name)?.state === 'open')) return false;
    const [row] = await world.look<{ state: string }>('select state from backends where url = $1', [sandbox.url]);
    return row?.state === 'active' || row?.state === 'draining' || row?.state === 'cordoned';
  }
  /** Names that are open now. */
  async function openNames(sandbox: Sandbox): Promise<string[]> {
    const shown = await sandbox.shown();
    return (await numbersOf(sandbox)).map(({ name }) => name).filter((name) => shown?.get(name)?.state === 'open');
  }
  function away(drift: Drift, sandbox: Sandbox, names: readonly string[]): Watched {
    drift.countsFrom = Number.POSITIVE_INFINITY;
    return {
      drift,
      foundAt: () => incidentAt(sandbox, ['backend_down'], drift.injectedAt),
      isMended: () => serves(sandbox, names),
    };
  }

  return {
    numbersOf,
    /** SIGKILL. What is answered starts it again. */
    async kill(sandbox: Sandbox): Promise<() => Promise<void>> {
      const names = await openNames(sandbox);
      const drift = begin('server killed', sandbox);
      await sandbox.kill();
      watch.add(away(drift, sandbox, names));
      return async () => {
        drift.countsFrom = Date.now();
        await sandbox.start();
      };
    },
    /** SIGSTOP. What is answered wakes it. */
    async freeze(sandbox: Sandbox): Promise<() => void> {
      const names = await openNames(sandbox);
      const drift = begin('server hangs', sandbox);
      sandbox.program.signal('SIGSTOP');
      watch.add(away(drift, sandbox, names));
      return () => {
        drift.countsFrom = Date.now();
        sandbox.program.signal('SIGCONT');
      };
    },
    /** It comes back without any credentials: users are told, and scan. */
    async loseSessions(sandbox: Sandbox): Promise<void> {
      const drift = begin('server back without its sessions', sandbox, 'told');
      const numbers = await numbersOf(sandbox);
      await sandbox.kill();
      await sandbox.loseSessions();
      await sandbox.start();
      drift.countsFrom = Date.now();
      let told: HourNumber[] = [];
      watch.add({
        drift,
        foundAt: async () => (told.length > 0 ? Date.now() : undefined),
        async isMended() {
          const areTold = await Promise.all(numbers.map(({ number }) => isTold(world, number, drift.injectedAt)));
          told = numbers.filter((_number, n) => areTold[n]).map(({ number }) => number);
          const untold = numbers.filter((_number, n) => !areTold[n]).map(({ number }) => number.id);
          drift.lacks = `numbers ${untold.join(', ')}`;
          if (untold.length > 0) return false;
          void Promise.all(told.map((number) => watch.scan(number))).then(
            () => {
              drift.scannedAt = Date.now();
            },
            () => undefined,
          );
          return true;
        },
      });
    },
    /** For as long as the work takes. It is over when operators are told so. */
    async lies(sandbox: Sandbox, meanwhile: () => Promise<unknown>): Promise<{ applied: string[] }> {
      const drift = begin('server lies about its instances', sandbox);
      drift.countsFrom = Number.POSITIVE_INFINITY;
      // What was broken before may still be mended.
      const broken = new Set(watch.drifts.map(({ numberId }) => numberId));
      const ids = (await numbersOf(sandbox)).map(({ number }) => number.id).filter((id) => !broken.has(id));
      const findings = (ends: string) => `
        select min(f.found_at) as at, count(*) filter (where f.ended_at is null)::int as open
        from findings f join backends b on b.id = f.backend_id
        where b.url = $1 and f.kind = 'unreadable_answer' and f.found_at >= to_timestamp($2::float8 / 1000) ${ends}`;
      const ask = async () =>
        (await world.look<{ at: Date | null; open: number }>(findings(''), [sandbox.url, drift.injectedAt - 50]))[0];
      watch.add({
        drift,
        foundAt: async () => (await ask())?.at?.getTime(),
        isMended: async () => (await ask())?.open === 0 && (await ask())?.at !== null,
      });
      sandbox.lie(true);
      await meanwhile();
      sandbox.lie(false);
      drift.countsFrom = Date.now();
      // A webhook's row does not name its instance: at worst it is set once more to what it is.
      const rows = await world.look<{ what: string }>(
        `select 'told ' || type || ' of number ' || phone_number_id as what from events
         where phone_number_id = any($1) and type like 'number.%' and created_at between to_timestamp($2::float8 / 1000) and now()
         union all
         select 'repaired by ' || step || ' number ' || phone_number_id from repairs
         where phone_number_id = any($1) and step <> 'set_webhook' and ended_at between to_timestamp($2::float8 / 1000) and now()`,
        [ids, drift.injectedAt + 1_000],
      );
      return { applied: rows.map(({ what }) => what) };
    },
    /** An instance under this installation's prefix that is nobody's. */
    async makeOrphan(sandbox: Sandbox, nth: number): Promise<void> {
      const [one] = await numbersOf(sandbox);
      const prefix = (one?.name ?? '').split('-').slice(0, 2).join('-');
      const name = `${prefix}-orphan${nth}${'x'.repeat(10)}`;
      await sandbox.ask('POST', '/instance/create', {
        instanceName: name,
        integration: 'WHATSAPP-BAILEYS',
        qrcode: false,
      });
      const drift = { ...begin('orphan', sandbox, 'removed') };
      watch.add({
        drift,
        async foundAt() {
          const [row] = await world.look<{ at: Date | null }>(
            `select min(found_at) as at from findings where kind = 'orphan' and backend_name = $1`,
            [name],
          );
          return row?.at?.getTime();
        },
        async isMended() {
          const shown = await sandbox.shown();
          return shown !== undefined && !shown.has(name);
        },
      });
    },
    async makeForeign(sandbox: Sandbox, name: string): Promise<void> {
      await sandbox.ask('POST', '/instance/create', { instanceName: name, integration: 'EVOLUTION' });
    },
  };
}

import type { Look } from '../../faults/support/database.ts';

/** Backends that ever join here have smaller ids. */
const backendsMax = 40;

/** Takes the leases under which backends are looked over, so that nobody can: the proof that drifts are mended by that. */
export async function holdReconciler(look: Look): Promise<void> {
  await look(
    `insert into leases (name, holder, epoch, until)
     select kind || ':' || id, 'nobody', 1, now() + interval '1 hour'
     from generate_series(1, $1::int) as id, unnest(array['reconcile', 'orphans']) as kind
     on conflict (name) do update set holder = 'nobody', epoch = leases.epoch + 1, until = excluded.until`,
    [backendsMax],
  );
}

export async function releaseReconciler(look: Look): Promise<void> {
  await look(`update leases set until = now() where holder = 'nobody'`);
}

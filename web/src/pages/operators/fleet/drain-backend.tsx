import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../../api/client.ts';
import { useFormat } from '../../../i18n/format.ts';
import { ListState } from '../list-state.tsx';
import { planQuery } from '../queries.ts';
import type { Backend, FleetPlan } from '../types.ts';
import { useOrder } from '../use-order.tsx';

const movesMax = 1_000;

/** Says what a drain will come to before it is ordered. */
export function DrainBackend({ backend, onClose }: { backend: Backend; onClose: () => void }) {
  const { t } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  const navigate = useNavigate();
  const { id } = backend;
  const plan = useQuery(planQuery({ drain: id, limit: movesMax }));
  const draining = useOrder(() => answerOf(api.POST('/api/admin/backends/{id}/drain', { params: { path: { id } } })), {
    done: () => t('backend.drainDone', { id }),
    onDone() {
      onClose();
      void navigate({ to: '/fleet/moves' });
    },
  });
  return (
    <Modal opened onClose={onClose} title={t('drain.title', { id })}>
      <Stack>
        <Text size="sm">{t('drain.text')}</Text>
        <ListState query={plan}>{(foreseen) => <Foreseen backend={backend} plan={foreseen} />}</ListState>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {tCommon('cancel')}
          </Button>
          <Button color="red" onClick={() => draining.mutate(undefined)} loading={draining.isPending}>
            {t('backend.drain')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Foreseen({ backend, plan }: { backend: Backend; plan: FleetPlan }) {
  const { t } = useTranslation('operators');
  const format = useFormat();
  const isOfIt = (move: { from_backend_id: number; reason: string }) =>
    move.from_backend_id === backend.id && move.reason === 'draining';
  const moves = plan.moves.filter(isOfIt);
  const unplaced = plan.unplaced.filter(isOfIt).length;
  const targets = countsOf(moves.map((move) => move.to_backend_id));
  const scans = moves.filter((move) => move.needs_scan).length;
  if (moves.length + unplaced === 0) return <Text size="sm">{t('drain.empty')}</Text>;
  return (
    <List size="sm" spacing={4}>
      {targets.map(([to, count]) => (
        <List.Item key={to}>{t('drain.toBackend', { count, id: to, load: loadAfter(plan, to) })}</List.Item>
      ))}
      {scans > 0 && <List.Item>{t('drain.scans', { count: scans })}</List.Item>}
      {unplaced > 0 && <List.Item c="red">{t('drain.unplaced', { count: unplaced })}</List.Item>}
      {plan.moves.length >= movesMax && <List.Item>{t('drain.more', { most: format.number(movesMax) })}</List.Item>}
    </List>
  );

  function loadAfter({ loads }: FleetPlan, id: number): string {
    return format.percent(loads.find(({ backend_id }) => backend_id === id)?.after ?? 0);
  }
}

function countsOf(ids: readonly number[]): [id: number, count: number][] {
  const counts = new Map<number, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts];
}

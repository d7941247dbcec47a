import { Alert, Button, Group, Stack, Table, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../../components/empty-state.tsx';
import { PageTitle } from '../../../components/page-title.tsx';
import { NumberLink, UserLink } from '../links.tsx';
import { ListState } from '../list-state.tsx';
import { planQuery } from '../queries.ts';
import { FleetTabs } from '../tabs.tsx';
import type { FleetPlan, PlannedMove } from '../types.ts';
import { MovesProgress } from './moves-run.tsx';
import { useMoves } from './use-moves.ts';

const movesMax = 200;

/** What should move and why; nothing does until it is ordered. */
export function Moves() {
  const { t } = useTranslation('operators');
  const plan = useQuery(planQuery({ limit: movesMax }));
  const moves = useMoves();
  return (
    <>
      <PageTitle title={t('tab.moves')} text={t('moves.text')} />
      <FleetTabs />
      <Stack>
        {moves.run !== undefined && <MovesProgress run={moves.run} onStop={moves.stop} />}
        <ListState query={plan}>
          {(wanted) => (
            <Wanted plan={wanted} isRunning={moves.isRunning} onMove={(chosen) => void moves.start(chosen)} />
          )}
        </ListState>
      </Stack>
    </>
  );
}

function Wanted(props: { plan: FleetPlan; isRunning: boolean; onMove: (moves: readonly PlannedMove[]) => void }) {
  const { t } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  const { moves, unplaced } = props.plan;
  if (moves.length + unplaced.length === 0) return <EmptyState title={t('moves.none')} text={t('moves.noneText')} />;
  const ask = (chosen: readonly PlannedMove[]) => {
    const scans = chosen.filter((move) => move.needs_scan).length;
    modals.openConfirmModal({
      title: t('moves.move', { count: chosen.length }),
      children: (
        <Stack gap="xs">
          <Text size="sm">{t('moves.consequence')}</Text>
          {scans > 0 && <Text size="sm">{t('drain.scans', { count: scans })}</Text>}
        </Stack>
      ),
      labels: { confirm: t('moves.move', { count: chosen.length }), cancel: tCommon('cancel') },
      confirmProps: { color: 'red' },
      onConfirm: () => props.onMove(chosen),
    });
  };
  return (
    <>
      {unplaced.length > 0 && (
        <Alert color="orange" title={t('moves.unplaced', { count: unplaced.length })}>
          <Text size="sm">{t('moves.unplacedText')}</Text>
        </Alert>
      )}
      {moves.length > 0 && (
        <>
          <Group justify="space-between">
            <Text size="sm">{t('moves.wanted', { count: moves.length })}</Text>
            <Button disabled={props.isRunning} onClick={() => ask(moves)}>
              {t('moves.move', { count: moves.length })}
            </Button>
          </Group>
          <MovesTable moves={moves} isRunning={props.isRunning} onMove={(move) => ask([move])} />
        </>
      )}
    </>
  );
}

function MovesTable(props: { moves: readonly PlannedMove[]; isRunning: boolean; onMove: (move: PlannedMove) => void }) {
  const { t } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('number.one')}</Table.Th>
            <Table.Th>{t('user.one')}</Table.Th>
            <Table.Th>{t('moves.from')}</Table.Th>
            <Table.Th>{t('moves.to')}</Table.Th>
            <Table.Th>{t('moves.why')}</Table.Th>
            <Table.Th>{t('moves.scan')}</Table.Th>
            <Table.Th aria-label={t('actions')} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.moves.map((move) => (
            <Table.Tr key={move.phone_number_id}>
              <Table.Td>
                <NumberLink id={move.phone_number_id} />
              </Table.Td>
              <Table.Td>
                <UserLink id={move.user_id} />
              </Table.Td>
              <Table.Td>#{move.from_backend_id}</Table.Td>
              <Table.Td>#{move.to_backend_id}</Table.Td>
              <Table.Td>{t(`moveReason.${move.reason}`)}</Table.Td>
              <Table.Td>{tCommon(move.needs_scan ? 'yes' : 'no')}</Table.Td>
              <Table.Td>
                <Button size="compact-xs" variant="light" disabled={props.isRunning} onClick={() => props.onMove(move)}>
                  {t('number.move')}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

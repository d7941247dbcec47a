import { Group, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../../components/empty-state.tsx';
import { PageTitle } from '../../../components/page-title.tsx';
import { BackendLink, NumberLink } from '../links.tsx';
import { ListState } from '../list-state.tsx';
import { Pager } from '../pager.tsx';
import { repairsQuery } from '../queries.ts';
import { filled } from '../search-params.ts';
import { FleetTabs } from '../tabs.tsx';
import type { Repair } from '../types.ts';
import { usePages } from '../use-pages.ts';
import { When } from '../when.tsx';
import { BackendSelect } from './backend-select.tsx';
import { RepairOutcome } from './repair-outcome.tsx';

export function Repairs() {
  const { t } = useTranslation('operators');
  const filter = useSearch({ from: '/signed-in/operators/fleet/repairs' });
  const navigate = useNavigate();
  const pages = usePages(filter);
  const repairs = useQuery(repairsQuery({ ...filter, limit: 50, ...pages.page }));
  return (
    <>
      <PageTitle title={t('tab.repairs')} text={t('repair.text')} />
      <FleetTabs />
      <Group mb="md">
        <BackendSelect
          label={t('backend.one')}
          value={filter.backend_id}
          onChange={(backend_id) =>
            void navigate({ to: '/fleet/repairs', search: filled({ backend_id }), replace: true })
          }
        />
      </Group>
      <ListState query={repairs}>
        {({ repairs: shown, next_cursor: next }) =>
          shown.length === 0 ? (
            <EmptyState title={t('repair.none')} text={t('repair.noneText')} />
          ) : (
            <>
              <RepairsTable repairs={shown} />
              <Pager pages={pages} next={next} />
            </>
          )
        }
      </ListState>
    </>
  );
}

function RepairsTable({ repairs }: { repairs: readonly Repair[] }) {
  const { t } = useTranslation('operators');
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('repair.step')}</Table.Th>
            <Table.Th>{t('repair.outcome')}</Table.Th>
            <Table.Th>{t('backend.one')}</Table.Th>
            <Table.Th>{t('number.one')}</Table.Th>
            <Table.Th>{t('repair.when')}</Table.Th>
            <Table.Th>{t('repair.detail')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {repairs.map((repair) => (
            <Table.Tr key={repair.id}>
              <Table.Td>{t(`step.${repair.step}`, { defaultValue: repair.step })}</Table.Td>
              <Table.Td>
                <RepairOutcome outcome={repair.outcome} />
              </Table.Td>
              <Table.Td>
                <BackendLink id={repair.backend_id} />
              </Table.Td>
              <Table.Td>{repair.phone_number_id === null ? '–' : <NumberLink id={repair.phone_number_id} />}</Table.Td>
              <Table.Td>
                <When at={repair.ended_at} />
              </Table.Td>
              <Table.Td>
                <Text size="sm" lang="en" className="ltr" span>
                  {repair.detail ?? '–'}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

import { Badge, Group, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { StatusBadge } from '../../../components/status-badge.tsx';
import { useFormat } from '../../../i18n/format.ts';
import { BackendLink, UserLink } from '../links.tsx';
import type { NumberRow } from '../types.ts';
import { When } from '../when.tsx';
import { NumberMenu } from './number-menu.tsx';

type Row = NumberRow & { uptime_30d?: number | null };

export function NumbersTable({ numbers }: { numbers: readonly Row[] }) {
  const { t } = useTranslation('operators');
  const format = useFormat();
  const hasUptime = numbers.some((number) => typeof number.uptime_30d === 'number');
  return (
    <Table.ScrollContainer minWidth={760}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('number.one')}</Table.Th>
            <Table.Th>{t('number.status')}</Table.Th>
            <Table.Th>{t('user.one')}</Table.Th>
            <Table.Th>{t('backend.one')}</Table.Th>
            {hasUptime && <Table.Th>{t('number.uptime')}</Table.Th>}
            <Table.Th>{t('number.created')}</Table.Th>
            <Table.Th aria-label={t('actions')} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {numbers.map((number) => (
            <Table.Tr key={number.id}>
              <Table.Td>
                <Name number={number} />
              </Table.Td>
              <Table.Td>
                <Status number={number} />
              </Table.Td>
              <Table.Td>
                <UserLink id={number.user_id} />
              </Table.Td>
              <Table.Td>{number.backend_id === null ? '–' : <BackendLink id={number.backend_id} />}</Table.Td>
              {hasUptime && (
                <Table.Td>{typeof number.uptime_30d === 'number' ? format.percent(number.uptime_30d) : '–'}</Table.Td>
              )}
              <Table.Td>
                <When at={number.created_at} />
              </Table.Td>
              <Table.Td>
                <Group justify="flex-end">
                  <NumberMenu number={number} />
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Name({ number }: { number: NumberRow }) {
  const name = number.display_name ?? number.alias;
  return (
    <>
      <Text size="sm" fw={500}>
        <span className="ltr">#{number.id}</span>
        {number.phone_number !== null && (
          <>
            {' '}
            <span className="ltr">+{number.phone_number}</span>
          </>
        )}
        {name !== null && (
          <>
            {' '}
            <bdi>{name}</bdi>
          </>
        )}
      </Text>
      <Text size="xs" c="dimmed" component="div">
        <span className="ltr">{number.instance_name}</span>
        <br />
        {number.backend_name !== null && <span className="ltr">{number.backend_name}</span>}
      </Text>
    </>
  );
}

function Status({ number }: { number: NumberRow }) {
  const { t } = useTranslation('operators');
  return (
    <>
      {number.deleted_at === null ? (
        <StatusBadge status={number.status} />
      ) : (
        <Badge variant="light" color="gray" tt="none">
          {t('number.deleted')}
        </Badge>
      )}
      {number.status_reason !== null && (
        <Text size="xs" c="dimmed">
          <span className="ltr">{number.status_reason}</span>
        </Text>
      )}
    </>
  );
}

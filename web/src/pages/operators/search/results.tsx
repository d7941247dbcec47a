import { Alert, Stack, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../../components/empty-state.tsx';
import { useFormat } from '../../../i18n/format.ts';
import { TextLink, UserLink } from '../links.tsx';
import { NumbersTable } from '../numbers/numbers-table.tsx';
import type { Found } from '../types.ts';
import { UserStatus } from '../users/user-status.tsx';
import { FoundMessages } from './found-messages.tsx';

/** The server finds so many of each kind at most. */
const mostOfEach = 50;

export function Results({ q, found }: { q: string; found: Found }) {
  const { t } = useTranslation('operators');
  const format = useFormat();
  const { phone_numbers: numbers, users, messages, requests } = found;
  const counts = [numbers.length, users.length, messages.length, requests.length];
  if (counts.every((count) => count === 0)) {
    return <EmptyState title={t('search.nothing')} text={t('search.nothingText', { q })} />;
  }
  return (
    <Stack gap="lg">
      {Math.max(...counts) >= mostOfEach && <Alert>{t('search.most', { most: format.number(mostOfEach) })}</Alert>}
      {numbers.length > 0 && (
        <Section title={t('tab.numbers')}>
          <NumbersTable numbers={numbers} />
        </Section>
      )}
      {users.length > 0 && (
        <Section title={t('tab.users')}>
          <FoundUsers users={users} />
        </Section>
      )}
      {messages.length > 0 && (
        <Section title={t('search.messages')}>
          <FoundMessages messages={messages} />
        </Section>
      )}
      {requests.length > 0 && (
        <Section title={t('search.requests')}>
          <FoundRequests requests={requests} />
        </Section>
      )}
    </Stack>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        {title}
      </Title>
      {children}
    </section>
  );
}

function FoundUsers({ users }: { users: Found['users'] }) {
  const { t: tCommon } = useTranslation();
  return (
    <Stack gap="xs">
      {users.map((user) => (
        <div key={user.id}>
          <TextLink to="/users/$id" params={{ id: String(user.id) }} className="ltr">
            #{user.id} {user.email}
          </TextLink>
          <Text size="sm">{tCommon(`plan.${user.plan_type}`, { defaultValue: user.plan_type })}</Text>
          <UserStatus user={user} />
        </div>
      ))}
    </Stack>
  );
}

function FoundRequests({ requests }: { requests: Found['requests'] }) {
  const { t } = useTranslation('operators');
  const format = useFormat();
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('search.call')}</Table.Th>
            <Table.Th>{t('search.answer')}</Table.Th>
            <Table.Th>{t('user.one')}</Table.Th>
            <Table.Th>{t('audit.when')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {requests.map((request) => (
            <Table.Tr key={request.id}>
              <Table.Td>
                <code>
                  {request.method} {request.endpoint}
                </code>
              </Table.Td>
              <Table.Td>
                <span className="ltr">{request.status_code ?? '–'}</span>
              </Table.Td>
              <Table.Td>{request.user_id === null ? '–' : <UserLink id={request.user_id} />}</Table.Td>
              <Table.Td>{format.dateTime(request.created_at)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

import { Select, SimpleGrid, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../../components/empty-state.tsx';
import { PageTitle } from '../../../components/page-title.tsx';
import { useFormat } from '../../../i18n/format.ts';
import { TextLink } from '../links.tsx';
import { ListState } from '../list-state.tsx';
import { Pager } from '../pager.tsx';
import { plansQuery, usersQuery } from '../queries.ts';
import { filled } from '../search-params.ts';
import { UserTabs } from '../tabs.tsx';
import type { ManagedUser } from '../types.ts';
import { usePages } from '../use-pages.ts';
import { When } from '../when.tsx';
import { UserStatus } from './user-status.tsx';

export function Users() {
  const { t } = useTranslation('operators');
  const filter = useSearch({ from: '/signed-in/operators/users' });
  const pages = usePages(filter);
  const users = useQuery(usersQuery({ ...filter, limit: 50, ...pages.page }));
  return (
    <>
      <PageTitle title={t('tab.users')} text={t('user.text')} />
      <UserTabs />
      <UserFilter filter={filter} />
      <ListState query={users}>
        {({ users: shown, next_cursor: next }) =>
          shown.length === 0 ? (
            <EmptyState title={t('user.none')} text={t('user.noneText')} />
          ) : (
            <>
              <UsersTable users={shown} />
              <Pager pages={pages} next={next} />
            </>
          )
        }
      </ListState>
    </>
  );
}

type Filter = { search?: string; plan_type?: string; status?: 'active' | 'suspended' };

function UserFilter({ filter }: { filter: Filter }) {
  const { t } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  const navigate = useNavigate();
  const { data: plans = [] } = useQuery(plansQuery);
  const change = (changed: Filter) =>
    void navigate({ to: '/users', search: filled({ ...filter, ...changed }), replace: true });
  const changeSoon = useDebouncedCallback((search: string) => change({ search: search.trim() }), 300);
  return (
    <SimpleGrid cols={{ base: 1, xs: 3 }} mb="md">
      <TextInput
        label={t('user.search')}
        placeholder={t('user.searchText')}
        defaultValue={filter.search ?? ''}
        onChange={(event) => changeSoon(event.currentTarget.value)}
      />
      <Select
        label={t('user.plan')}
        placeholder={t('filter.all')}
        clearable
        data={plans.map(({ plan_type: value }) => ({
          value,
          label: tCommon(`plan.${value}`, { defaultValue: value }),
        }))}
        value={filter.plan_type ?? null}
        onChange={(plan) => change({ plan_type: plan ?? undefined })}
      />
      <Select
        label={t('user.status')}
        placeholder={t('filter.all')}
        clearable
        data={[
          { value: 'active', label: t('userStatus.active') },
          { value: 'suspended', label: t('userStatus.suspended') },
        ]}
        value={filter.status ?? null}
        onChange={(status) => change({ status: status === 'active' || status === 'suspended' ? status : undefined })}
      />
    </SimpleGrid>
  );
}

function UsersTable({ users }: { users: readonly ManagedUser[] }) {
  const { t } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  const format = useFormat();
  const of = (used: number, most: number) => t('user.ofMost', { used: format.number(used), most: format.number(most) });
  return (
    <Table.ScrollContainer minWidth={760}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('user.one')}</Table.Th>
            <Table.Th>{t('user.plan')}</Table.Th>
            <Table.Th>{t('user.status')}</Table.Th>
            <Table.Th>{t('user.numbers')}</Table.Th>
            <Table.Th>{t('user.messagesToday')}</Table.Th>
            <Table.Th>{t('user.since')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {users.map((user) => (
            <Table.Tr key={user.id}>
              <Table.Td>
                <TextLink to="/users/$id" params={{ id: String(user.id) }} size="sm">
                  <span className="ltr">
                    #{user.id} {user.email}
                  </span>
                </TextLink>
                <Text size="xs" c="dimmed">
                  {[user.full_name, user.company_name].filter((name) => name !== null).join(' · ')}
                </Text>
              </Table.Td>
              <Table.Td>{tCommon(`plan.${user.plan_type}`, { defaultValue: user.plan_type })}</Table.Td>
              <Table.Td>
                <UserStatus user={user} />
              </Table.Td>
              <Table.Td>{of(user.usage_today.phone_numbers, user.max_phone_numbers)}</Table.Td>
              <Table.Td>{of(user.usage_today.messages_used, user.max_messages_per_day)}</Table.Td>
              <Table.Td>
                <When at={user.created_at} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

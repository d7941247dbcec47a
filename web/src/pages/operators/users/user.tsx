import { Card, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../../api/errors.ts';
import { EmptyState } from '../../../components/empty-state.tsx';
import { PageTitle } from '../../../components/page-title.tsx';
import { useFormat } from '../../../i18n/format.ts';
import { Facts } from '../facts.tsx';
import { TextLink } from '../links.tsx';
import { ListState } from '../list-state.tsx';
import { NumberPages } from '../numbers/number-pages.tsx';
import { userQuery } from '../queries.ts';
import { UserTabs } from '../tabs.tsx';
import type { ManagedUser } from '../types.ts';
import { When } from '../when.tsx';
import { ErasingProgress } from './erasing-progress.tsx';
import { UserActions } from './user-actions.tsx';
import { UserForm } from './user-form.tsx';
import { UserStatus } from './user-status.tsx';

export function User() {
  const { t } = useTranslation('operators');
  const { id } = useParams({ from: '/signed-in/operators/users/$id' });
  const query = useQuery(userQuery(Number(id)));
  const isGone = query.error instanceof ApiError && query.error.status === 404;
  const user = isGone ? undefined : query.data?.user;
  return (
    <>
      <PageTitle
        title={user === undefined || user.erasing_since !== null ? t('user.title', { id }) : user.email}
        actions={user === undefined || user.erasing_since !== null ? undefined : <UserActions user={user} />}
      />
      <UserTabs />
      {isGone ? (
        <EmptyState
          title={t('user.gone')}
          text={t('user.goneText')}
          action={<TextLink to="/users">{t('user.toAll')}</TextLink>}
        />
      ) : (
        <ListState query={query}>{({ user: shown }) => <Shown user={shown} />}</ListState>
      )}
    </>
  );
}

function Shown({ user }: { user: ManagedUser }) {
  const { t } = useTranslation('operators');
  return (
    <>
      {user.erasing_since !== null && <ErasingProgress user={user} since={user.erasing_since} />}
      <About user={user} />
      {user.erasing_since === null && (
        <Card withBorder>
          <Title order={2} size="h4" mb="sm">
            {t('user.settings')}
          </Title>
          <UserForm key={JSON.stringify([user.plan_type, user.own])} user={user} />
        </Card>
      )}
      <Title order={2} size="h4">
        {t('tab.numbers')}
      </Title>
      <NumberPages filter={{ user_id: user.id }} />
    </>
  );
}

function About({ user }: { user: ManagedUser }) {
  const { t } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  const { usage_today: usage } = user;
  return (
    <Card withBorder>
      <Stack>
        <UserStatus user={user} />
        <Facts
          facts={[
            [t('user.name'), user.full_name],
            [t('user.company'), user.company_name],
            [t('user.plan'), tCommon(`plan.${user.plan_type}`, { defaultValue: user.plan_type })],
            [
              t('user.key'),
              user.api_key === '' ? null : (
                <span key="key" className="ltr">
                  {user.api_key}
                </span>
              ),
            ],
            [t('user.since'), <When key="since" at={user.created_at} />],
            [t('user.id'), `#${user.id}`],
          ]}
        />
        <Group grow align="flex-start">
          <Usage name={t('user.numbers')} used={usage.phone_numbers} most={user.max_phone_numbers} />
          <Usage name={t('user.messagesToday')} used={usage.messages_used} most={user.max_messages_per_day} />
        </Group>
        <TextLink to="/audit" search={{ target_type: 'user', target_id: String(user.id) }} size="sm">
          {t('audit.ofIt')}
        </TextLink>
      </Stack>
    </Card>
  );
}

function Usage({ name, used, most }: { name: string; used: number; most: number }) {
  const { t } = useTranslation('operators');
  const format = useFormat();
  const share = most === 0 ? (used > 0 ? 1 : 0) : used / most;
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="sm">{t('user.ofMost', { used: format.number(used), most: format.number(most) })}</Text>
      <Progress
        value={Math.min(100, share * 100)}
        color={share >= 0.9 ? 'orange' : 'fleet'}
        aria-label={name}
        size="sm"
      />
    </div>
  );
}

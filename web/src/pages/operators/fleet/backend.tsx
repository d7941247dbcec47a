import { Card, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../../../components/page-title.tsx';
import { StatusBadge } from '../../../components/status-badge.tsx';
import { useFormat } from '../../../i18n/format.ts';
import { Facts } from '../facts.tsx';
import { Labels } from '../labels.tsx';
import { TextLink } from '../links.tsx';
import { ListState } from '../list-state.tsx';
import { NumberPages } from '../numbers/number-pages.tsx';
import { backendQuery, fleetQuery } from '../queries.ts';
import { FleetTabs } from '../tabs.tsx';
import type { Backend as BackendFigures } from '../types.ts';
import { When } from '../when.tsx';
import { BackendMenu } from './backend-menu.tsx';
import { BackendState } from './backend-state.tsx';
import { ContainerFigures } from './container-figures.tsx';
import { Load } from './load.tsx';

export function Backend() {
  const { t } = useTranslation('operators');
  const { id } = useParams({ from: '/signed-in/operators/fleet/backends/$id' });
  const backend = useQuery(backendQuery(Number(id)));
  return (
    <>
      <PageTitle
        title={t('backend.title', { id })}
        actions={backend.data === undefined ? undefined : <BackendMenu backend={backend.data} />}
      />
      <FleetTabs />
      <ListState query={backend}>
        {(figures) => (
          <>
            <Figures backend={figures} />
            <Pass id={figures.id} />
            <Group gap="md">
              <TextLink to="/fleet/findings" search={{ backend_id: figures.id }} size="sm">
                {t('tab.findings')}
              </TextLink>
              <TextLink to="/fleet/repairs" search={{ backend_id: figures.id }} size="sm">
                {t('tab.repairs')}
              </TextLink>
              <TextLink to="/audit" search={{ target_type: 'backend', target_id: String(figures.id) }} size="sm">
                {t('audit.ofIt')}
              </TextLink>
            </Group>
            <Title order={2} size="h4">
              {t('tab.numbers')}
            </Title>
            <NumberPages filter={{ backend_id: figures.id }} />
          </>
        )}
      </ListState>
    </>
  );
}

function Figures({ backend }: { backend: BackendFigures }) {
  const { t } = useTranslation('operators');
  const format = useFormat();
  const statuses = Object.entries(backend.phone_numbers);
  const time = (at: string | null) => (at === null ? null : <When at={at} />);
  return (
    <Card withBorder>
      <Stack>
        <BackendState backend={backend} />
        <Load backend={backend} />
        {statuses.length > 0 && (
          <Group gap="xs">
            {statuses.map(([status, count]) => (
              <Group key={status} gap={4}>
                <StatusBadge status={status} /> <Text size="sm">{format.number(count)}</Text>
              </Group>
            ))}
          </Group>
        )}
        <Facts
          facts={[
            [
              t('backend.url'),
              <span key="url" className="ltr">
                {backend.url}
              </span>,
            ],
            [
              t('backend.version'),
              backend.version === null ? null : (
                <span key="version" className="ltr">
                  {backend.version}
                </span>
              ),
            ],
            [
              t('backend.latency'),
              backend.latency_ms === null
                ? null
                : format.number(backend.latency_ms, { style: 'unit', unit: 'millisecond', maximumFractionDigits: 1 }),
            ],
            [t('labels.name'), backend.labels.length === 0 ? null : <Labels key="labels" labels={backend.labels} />],
            [t('isolation.name'), isolationOf(backend)],
            [t('backend.failures'), format.number(backend.failures)],
            [t('backend.lastProbe'), time(backend.last_probe_at)],
            [t('backend.downAt'), time(backend.down_at)],
            [t('backend.backAt'), time(backend.back_at)],
            [t('backend.since'), time(backend.created_at)],
            [
              t('backend.container'),
              backend.container === null ? null : <ContainerFigures key="container" container={backend.container} />,
            ],
          ]}
        />
      </Stack>
    </Card>
  );

  function isolationOf({ isolation, dedicated_to: user }: BackendFigures) {
    if (isolation === 'shared' || user === null) return t(`isolation.${isolation}`);
    return (
      <TextLink to="/users/$id" params={{ id: String(user) }} size="sm">
        {t('isolation.dedicatedTo', { id: user })}
      </TextLink>
    );
  }
}

/** What the last looks over it came to. */
function Pass({ id }: { id: number }) {
  const { t } = useTranslation('operators');
  const format = useFormat();
  const { data } = useQuery(fleetQuery);
  const pass = data?.passes.find(({ backend_id }) => backend_id === id);
  if (pass === undefined) return null;
  const number = (value: number | null) => (value === null ? null : format.number(value));
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="sm">
        {t('pass.title')}
      </Title>
      <Facts
        facts={[
          [t('pass.last'), pass.last_pass_at === null ? null : <When key="last" at={pass.last_pass_at} />],
          [t('pass.numbers'), number(pass.phone_numbers)],
          [t('pass.questions'), number(pass.questions)],
          [t('pass.listed'), pass.last_list_at === null ? null : <When key="listed" at={pass.last_list_at} />],
          [t('pass.instances'), number(pass.instances)],
          [t('pass.foreign'), number(pass.foreign_instances)],
        ]}
      />
    </Card>
  );
}

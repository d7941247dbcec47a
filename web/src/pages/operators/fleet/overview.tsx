import { Alert, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../../../components/page-title.tsx';
import { StatusBadge } from '../../../components/status-badge.tsx';
import { useFormat } from '../../../i18n/format.ts';
import { TextLink } from '../links.tsx';
import { ListState } from '../list-state.tsx';
import { fleetQuery } from '../queries.ts';
import { FleetTabs } from '../tabs.tsx';
import { backendStates, type Fleet, findingKinds, numberStatuses } from '../types.ts';
import { BackendStateBadge } from './backend-state.tsx';
import { FleetHold, HoldButton } from './hold.tsx';
import { IncidentCard } from './incident-card.tsx';
import { LatestFindings } from './latest-findings.tsx';

export function FleetOverview() {
  const { t } = useTranslation('operators');
  const fleet = useQuery(fleetQuery);
  return (
    <>
      <PageTitle
        title={t('fleet.title')}
        text={t('fleet.text')}
        actions={fleet.data?.hold === null ? <HoldButton /> : undefined}
      />
      <FleetTabs />
      <ListState query={fleet}>
        {(overview) => (
          <>
            {overview.hold !== null && <FleetHold hold={overview.hold} />}
            <Incidents fleet={overview} />
            <SimpleGrid cols={{ base: 1, sm: 2, md: 3 }}>
              <Backends fleet={overview} />
              <Numbers fleet={overview} />
              <Findings fleet={overview} />
            </SimpleGrid>
            <LatestFindings />
          </>
        )}
      </ListState>
    </>
  );
}

function Incidents({ fleet: { open_incidents: open } }: { fleet: Fleet }) {
  const { t } = useTranslation('operators');
  if (open.length === 0) return <Alert color="teal" title={t('fleet.quiet')} />;
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        {t('fleet.openIncidents', { count: open.length })}
      </Title>
      {open.map((incident) => (
        <IncidentCard key={incident.id} incident={incident} />
      ))}
    </Stack>
  );
}

function Backends({ fleet: { backends } }: { fleet: Fleet }) {
  const { t } = useTranslation('operators');
  const states = inOrder(backends, backendStates);
  return (
    <Counts
      title={t('tab.backends')}
      total={sumOf(backends)}
      more={<MoreLink to="/fleet/backends" text={t('fleet.toBackends')} />}
    >
      {states.map(([state, count]) => (
        <Count key={state} name={<BackendStateBadge state={state} />} count={count} />
      ))}
    </Counts>
  );
}

function Numbers({ fleet: { phone_numbers: numbers } }: { fleet: Fleet }) {
  const { t } = useTranslation('operators');
  return (
    <Counts
      title={t('tab.numbers')}
      total={sumOf(numbers)}
      more={<MoreLink to="/fleet/numbers" text={t('fleet.toNumbers')} />}
    >
      {inOrder(numbers, numberStatuses).map(([status, count]) => (
        <Count
          key={status}
          name={
            <TextLink to="/fleet/numbers" search={{ status }} underline="never" display="inline-flex">
              <StatusBadge status={status} />
            </TextLink>
          }
          count={count}
        />
      ))}
    </Counts>
  );
}

function Findings({ fleet: { open_findings: findings } }: { fleet: Fleet }) {
  const { t } = useTranslation('operators');
  return (
    <Counts
      title={t('fleet.openFindings')}
      total={sumOf(findings)}
      more={<MoreLink to="/fleet/findings" text={t('fleet.toFindings')} />}
    >
      {findingKinds
        .filter((kind) => (findings[kind] ?? 0) > 0)
        .map((kind) => (
          <Count
            key={kind}
            name={
              <TextLink to="/fleet/findings" search={{ kind, open: 'true' }} size="sm">
                {t(`finding.${kind}`)}
              </TextLink>
            }
            count={findings[kind] ?? 0}
          />
        ))}
      {sumOf(findings) === 0 && (
        <Text size="sm" c="dimmed">
          {t('fleet.noFindings')}
        </Text>
      )}
    </Counts>
  );
}

function Counts(props: { title: string; total: number; more: ReactNode; children: ReactNode }) {
  const format = useFormat();
  return (
    <Card withBorder>
      <Group justify="space-between" mb="sm" wrap="nowrap">
        <Title order={2} size="h4">
          {props.title}
        </Title>
        <Text fw={700} size="xl">
          {format.number(props.total)}
        </Text>
      </Group>
      <Stack gap={6} mb="sm">
        {props.children}
      </Stack>
      <Group mt="auto">{props.more}</Group>
    </Card>
  );
}

function Count({ name, count }: { name: ReactNode; count: number }) {
  const format = useFormat();
  return (
    <Group justify="space-between" wrap="nowrap">
      {name}
      <Text size="sm">{format.number(count)}</Text>
    </Group>
  );
}

function MoreLink({ to, text }: { to: '/fleet/backends' | '/fleet/numbers' | '/fleet/findings'; text: string }) {
  return (
    <TextLink to={to} size="sm">
      {text}
    </TextLink>
  );
}

const sumOf = (counts: Record<string, number>) => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** The known ones in their order, then what is new. */
function inOrder(counts: Record<string, number>, order: readonly string[]): [string, number][] {
  const names = [...order, ...Object.keys(counts).filter((name) => !order.includes(name))];
  return names.flatMap((name) => ((counts[name] ?? 0) > 0 ? [[name, counts[name] ?? 0] as [string, number]] : []));
}

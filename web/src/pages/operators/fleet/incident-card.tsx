import { Badge, Button, Card, Code, Group, Text, Title } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../../api/client.ts';
import { TextLink } from '../links.tsx';
import type { Incident } from '../types.ts';
import { useOrder } from '../use-order.tsx';
import { When } from '../when.tsx';
import { detailText } from './detail-text.ts';

/** Of these an operator may say that what they stopped goes on. */
const resumable = ['instances_lost', 'empty_list', 'orphan_stop'];

export function IncidentCard({ incident }: { incident: Incident }) {
  const { t } = useTranslation('operators');
  const { kind, backend_id: backendId, numbers, ended_at: endedAt } = incident;
  return (
    <Card withBorder>
      <Group justify="space-between" align="flex-start">
        <Title order={3} size="h5">
          {t(`incident.${kind}`, { defaultValue: kind })}
        </Title>
        <Badge variant="light" color={endedAt === null ? 'red' : 'gray'} tt="none">
          {t(endedAt === null ? 'incident.open' : 'incident.ended')}
        </Badge>
      </Group>
      <Text size="sm" mt={4}>
        {t(`incidentText.${kind}`, { defaultValue: '' })}
      </Text>
      <Group gap="md" mt="xs">
        {backendId !== null && (
          <TextLink to="/fleet/backends/$id" params={{ id: String(backendId) }} size="sm">
            {t('backend.title', { id: backendId })}
          </TextLink>
        )}
        {numbers > 0 && <Text size="sm">{t('incident.numbers', { count: numbers })}</Text>}
        <Group gap={4}>
          <Text size="sm">{t('incident.began')}</Text>
          <When at={incident.began_at} />
        </Group>
        {endedAt !== null && (
          <Group gap={4}>
            <Text size="sm">{t('incident.over')}</Text>
            <When at={endedAt} />
          </Group>
        )}
        {incident.resumed_at !== null && (
          <Group gap={4}>
            <Text size="sm">{t('incident.resumed')}</Text>
            <When at={incident.resumed_at} />
          </Group>
        )}
      </Group>
      {incident.detail !== null && (
        <Text size="xs" mt="xs">
          <Code className="ltr">{detailText(incident.detail)}</Code>
        </Text>
      )}
      {endedAt === null && incident.resumed_at === null && resumable.includes(kind) && <Resume incident={incident} />}
    </Card>
  );
}

function Resume({ incident: { id, kind } }: { incident: Incident }) {
  const { t } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  const resuming = useOrder(
    () => answerOf(api.POST('/api/admin/incidents/{id}/resume', { params: { path: { id } } })),
    { done: () => t('incident.resumeDone') },
  );
  const ask = () =>
    modals.openConfirmModal({
      title: t('incident.resume'),
      children: <Text size="sm">{t(`incidentResume.${kind}`)}</Text>,
      labels: { confirm: t('incident.resume'), cancel: tCommon('cancel') },
      confirmProps: { color: 'red' },
      onConfirm: () => resuming.mutate(undefined),
    });
  return (
    <Group mt="sm">
      <Button size="xs" variant="light" color="red" onClick={ask} loading={resuming.isPending}>
        {t('incident.resume')}
      </Button>
    </Group>
  );
}

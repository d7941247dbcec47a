import { Alert, Button, Code, Group, Select, Skeleton, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../api/client.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useFormat } from '../../i18n/format.ts';
import { type ShownNumber, shareLinksQuery } from './number-queries.ts';
import { Section } from './section.tsx';

const lives = { quarter: 900, hour: 3_600, day: 86_400, week: 604_800 } as const;
type Life = keyof typeof lives;

/** Links by which the owner of the phone connects it without an account. */
export function ShareLinks({ number }: { number: ShownNumber }) {
  const { t } = useTranslation('numbers');
  const { t: tCommon } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const path = { id: number.id };
  const [life, setLife] = useState<Life>('hour');
  const links = useQuery(shareLinksQuery(number.id));
  const refresh = () => queries.invalidateQueries({ queryKey: shareLinksQuery(number.id).queryKey });
  const making = useMutation({
    mutationFn: (expires_in: number) =>
      answerOf(api.POST('/api/phone-numbers/{id}/share-links', { params: { path }, body: { expires_in } })),
    onSettled: refresh,
  });
  const revoking = useMutation({
    mutationFn: (linkId: string) =>
      answerOf(api.DELETE('/api/phone-numbers/{id}/share-links/{linkId}', { params: { path: { ...path, linkId } } })),
    onSuccess(_, linkId) {
      if (making.data?.id === linkId) making.reset();
    },
    onSettled: refresh,
  });
  const askRevoke = (linkId: string) =>
    modals.openConfirmModal({
      title: t('share.revokeTitle'),
      children: <Text size="sm">{t('share.revokeText')}</Text>,
      labels: { confirm: t('share.revoke'), cancel: tCommon('cancel') },
      confirmProps: { color: 'red' },
      closeButtonProps: { 'aria-label': tCommon('close') },
      onConfirm: () => revoking.mutate(linkId),
    });
  return (
    <Section title={t('share.title')} text={t('share.text')}>
      <Group align="flex-end" gap="xs">
        <Select
          w={180}
          label={t('share.life')}
          allowDeselect={false}
          data={(Object.keys(lives) as Life[]).map((value) => ({ value, label: t(`share.for.${value}`) }))}
          value={life}
          onChange={(value) => setLife((value ?? 'hour') as Life)}
        />
        <Button variant="default" loading={making.isPending} onClick={() => making.mutate(lives[life])}>
          {t('share.make')}
        </Button>
      </Group>
      {making.error !== null && <ErrorNotice error={making.error} />}
      {revoking.error !== null && <ErrorNotice error={revoking.error} />}
      {making.data !== undefined && (
        <Alert color="blue" title={t('share.ready')} role="status">
          <Stack gap="xs">
            <Group wrap="nowrap" gap={4}>
              <Code block flex={1} miw={0} style={{ whiteSpace: 'pre-wrap' }} data-testid="share-url">
                {making.data.url}
              </Code>
              <CopyButton text={making.data.url} label={t('share.copy')} />
            </Group>
            <Text size="sm">{t('share.once')}</Text>
          </Stack>
        </Alert>
      )}
      {links.error !== null && <ErrorNotice error={links.error} onRetry={() => void links.refetch()} />}
      {links.isPending && <Skeleton h={36} />}
      {links.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('share.none')}
        </Text>
      )}
      {links.data?.map((link) => (
        <Group key={link.id} justify="space-between" gap="xs">
          <Text size="sm">{t('share.ends', { when: format.dateTime(link.expires_at) })}</Text>
          <Button
            size="compact-sm"
            variant="light"
            color="red"
            loading={revoking.isPending && revoking.variables === link.id}
            aria-label={`${t('share.revoke')}: ${t('share.ends', { when: format.dateTime(link.expires_at) })}`}
            onClick={() => askRevoke(link.id)}
          >
            {t('share.revoke')}
          </Button>
        </Group>
      ))}
    </Section>
  );
}

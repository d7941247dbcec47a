import { Box, Button, Group, Paper, Skeleton, Stack, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../api/client.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useFormat } from '../../i18n/format.ts';
import { type Message, type MessageFilter, otherOf, textOf } from './message.ts';
import { MessageStatus } from './message-status.tsx';
import classes from './messages.module.css';

/** A page of messages at a time, so that a live event costs one page however far a reader has come. */
export function MessageList({ filter, onClear }: { filter: MessageFilter; onClear: () => void }) {
  const { t } = useTranslation('messages');
  const { t: tCommon } = useTranslation();
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1);
  const query = { ...filter, limit: 50, ...(cursor === undefined ? {} : { cursor }) };
  const { data, error, refetch, isPlaceholderData } = useQuery({
    queryKey: ['messages', 'list', query],
    queryFn: () => answerOf(api.GET('/api/messages', { params: { query } })),
    placeholderData: keepPreviousData,
  });
  if (data === undefined) {
    if (error !== null) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
    return (
      <Stack role="status" aria-busy aria-label={tCommon('loading')} gap="xs">
        {[1, 2, 3, 4, 5].map((row) => (
          <Skeleton key={row} h={58} />
        ))}
      </Stack>
    );
  }
  const next = data.next_cursor;
  if (data.messages.length === 0 && cursors.length === 0) return <NoMessages filter={filter} onClear={onClear} />;
  return (
    <Stack>
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      <Paper withBorder component="ul" m={0} p={0} className={classes.list} aria-label={tCommon('nav.messages')}>
        {data.messages.map((message) => (
          <li key={message.id}>
            <MessageRow message={message} />
          </li>
        ))}
      </Paper>
      {(next !== null || cursors.length > 0) && (
        <Group justify="center">
          <Button variant="default" disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
            {t('list.newer')}
          </Button>
          <Button
            variant="default"
            disabled={next === null || isPlaceholderData}
            onClick={() => next !== null && setCursors([...cursors, next])}
          >
            {t('list.older')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function NoMessages({ filter, onClear }: { filter: MessageFilter; onClear: () => void }) {
  const { t } = useTranslation('messages');
  if (Object.keys(filter).length === 0) return <EmptyState title={t('list.emptyTitle')} text={t('list.emptyText')} />;
  return (
    <EmptyState
      title={t('list.noneTitle')}
      text={t('list.noneText')}
      action={
        <Button variant="default" onClick={onClear}>
          {t('list.showAll')}
        </Button>
      }
    />
  );
}

function MessageRow({ message }: { message: Message }) {
  const { t } = useTranslation('messages');
  const format = useFormat();
  const kind = t(`kind.${message.kind}`, { defaultValue: message.kind });
  return (
    <Link to="/messages/$id" params={{ id: message.id }} className={classes.row}>
      <Box miw={0} flex={1}>
        <Text size="sm" fw={600}>
          {t(`direction.${message.direction}`)} · <bdi className="ltr">{otherOf(message)}</bdi>
        </Text>
        <Text size="sm" c="dimmed" lineClamp={1} dir="auto">
          {textOf(message) ?? kind}
        </Text>
      </Box>
      <Stack gap={2} align="flex-end">
        <MessageStatus status={message.status} />
        <Text size="xs" c="dimmed">
          {format.ago(message.created_at)}
        </Text>
      </Stack>
    </Link>
  );
}

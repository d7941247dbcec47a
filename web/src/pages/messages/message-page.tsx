import { Alert, Button, Group, Paper, Stack, Text, Timeline } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../api/client.ts';
import { ApiError } from '../../api/errors.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageLoading } from '../../components/page-loading.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { useFormat } from '../../i18n/format.ts';
import { canCancel, canRetry, type Message, otherOf, textOf } from './message.ts';
import { MessageStatus } from './message-status.tsx';

/** One message: what it says, what became of it, and what can be done about it. */
export function MessagePage() {
  const { t } = useTranslation('messages');
  const { id = '' } = useParams({ strict: false });
  const path = { params: { path: { id } } };
  const { data, error, refetch } = useQuery({
    queryKey: ['messages', id],
    queryFn: async () => (await answerOf(api.GET('/api/messages/{id}', path))).message,
  });
  if (error instanceof ApiError && (error.status === 404 || error.status === 400)) {
    return <EmptyState title={t('gone.title')} text={t('gone.text')} action={<ToList />} />;
  }
  if (data === undefined)
    return error === null ? <PageLoading /> : <ErrorNotice error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <PageTitle
        title={t(`kind.${data.kind}`, { defaultValue: data.kind })}
        actions={
          <>
            <MessageStatus status={data.status} />
            <ToList />
          </>
        }
      />
      <Stack key={id}>
        <Reason message={data} />
        <Orders message={data} />
        <Paper withBorder p="lg">
          <Text size="sm" c="dimmed">
            {t(`direction.${data.direction}`)} · <bdi className="ltr">{otherOf(data)}</bdi>
          </Text>
          {textOf(data) !== null && (
            <Text dir="auto" style={{ whiteSpace: 'pre-wrap' }}>
              {textOf(data)}
            </Text>
          )}
          <Text size="xs" c="dimmed" className="ltr" mt="sm">
            {data.id}
          </Text>
        </Paper>
        <History message={data} />
      </Stack>
    </>
  );
}

function ToList() {
  const { t } = useTranslation('messages');
  return (
    <Button component={Link} to="/messages" variant="default" size="xs">
      {t('gone.list')}
    </Button>
  );
}

function Reason({ message: { status, status_reason } }: { message: Message }) {
  const { t } = useTranslation('messages');
  if (status_reason === null && status !== 'unknown') return null;
  return (
    <Alert color={status === 'failed' ? 'red' : 'orange'} title={t(`status.${status}`)}>
      <Text size="sm">
        {t(`reason.${status === 'unknown' ? 'unknown' : status_reason}`, { defaultValue: t('reason.other') })}
      </Text>
      {status_reason !== null && (
        <Text size="xs" component="code">
          {status_reason}
        </Text>
      )}
    </Alert>
  );
}

function Orders({ message }: { message: Message }) {
  const { t } = useTranslation('messages');
  const { t: tCommon } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const path = { params: { path: { id: message.id } } };
  const onSettled = () => queries.invalidateQueries({ queryKey: ['messages'] });
  const cancelling = useMutation({
    mutationFn: async () => void (await answerOf<unknown>(api.POST('/api/messages/{id}/cancel', path))),
    onSettled,
  });
  const retrying = useMutation({
    mutationFn: async () =>
      answerOf(api.POST('/api/messages/{id}/retry', { params: { ...path.params, header: {} }, body: { async: true } })),
    onSuccess: ({ message_id }) => navigate({ to: '/messages/$id', params: { id: message_id } }),
    onSettled,
  });
  const ask = (what: 'retry' | 'cancel', act: () => void) =>
    modals.openConfirmModal({
      title: t(`order.${what}`),
      children: <Text size="sm">{t(what === 'retry' ? `order.retry_${message.status}` : 'order.cancelText')}</Text>,
      labels: { confirm: t(`order.${what}`), cancel: tCommon('close') },
      onConfirm: act,
    });
  const error = cancelling.error ?? retrying.error;
  return (
    <>
      {error !== null && <ErrorNotice error={error} />}
      {(canCancel(message) || canRetry(message)) && (
        <Group>
          {canRetry(message) && (
            <Button loading={retrying.isPending} onClick={() => ask('retry', () => retrying.mutate())}>
              {t('order.retry')}
            </Button>
          )}
          {canCancel(message) && (
            <Button
              color="red"
              variant="light"
              loading={cancelling.isPending}
              onClick={() => ask('cancel', () => cancelling.mutate())}
            >
              {t('order.cancel')}
            </Button>
          )}
        </Group>
      )}
    </>
  );
}

function History({ message: { history } }: { message: Message }) {
  const { t } = useTranslation('messages');
  const format = useFormat();
  return (
    <Paper withBorder p="lg">
      <Timeline active={history.length - 1} bulletSize={16}>
        {history.map(({ status, at }) => (
          <Timeline.Item key={`${status} ${at}`} title={t(`status.${status}`)}>
            <Text size="xs" c="dimmed">
              {format.dateTime(at)}
            </Text>
          </Timeline.Item>
        ))}
      </Timeline>
    </Paper>
  );
}

import { Badge, Button, Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/errors.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageLoading } from '../../components/page-loading.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { ConnectPanel } from './connect-panel.tsx';
import { ConnectedPanel } from './connected-panel.tsx';
import { ManageNumber } from './manage-number.tsx';
import { NewToken } from './new-token.tsx';
import { nameOf, shownNumber } from './number.ts';
import { NumberFigures } from './number-figures.tsx';
import { numberQuery } from './number-queries.ts';
import { NumberSettings } from './number-settings.tsx';
import { ShareLinks } from './share-links.tsx';

/** One number: how to connect it, how it does, and all that its user can do with it. */
export function NumberPage() {
  const { t } = useTranslation('numbers');
  const id = Number(useParams({ strict: false }).id);
  const isId = Number.isSafeInteger(id) && id > 0;
  const { data: number, error, refetch } = useQuery({ ...numberQuery(id), enabled: isId });
  if (!isId || (error instanceof ApiError && error.status === 404)) {
    return (
      <EmptyState
        title={t('gone.title')}
        text={t('gone.text')}
        action={
          <Button component={Link} to="/numbers">
            {t('gone.list')}
          </Button>
        }
      />
    );
  }
  if (number === undefined)
    return error === null ? <PageLoading /> : <ErrorNotice error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <PageTitle
        title={nameOf(number)}
        actions={
          <Group gap={6} role="status">
            {number.sandbox && (
              <Badge variant="outline" color="gray" tt="none">
                {t('sandbox')}
              </Badge>
            )}
            {number.paused_at !== null && (
              <Badge variant="light" color="gray" tt="none">
                {t('paused')}
              </Badge>
            )}
            {number.phone_number !== null && <span className="ltr">{shownNumber(number.phone_number)}</span>}
            <StatusBadge status={number.status} />
          </Group>
        }
      />
      <Stack key={id}>
        {number.status === 'connected' ? <ConnectedPanel number={number} /> : <ConnectPanel number={number} />}
        <NewToken number={number} />
        {number.status !== 'connected' && <ShareLinks number={number} />}
        <NumberFigures number={number} />
        <NumberSettings number={number} />
        <ManageNumber number={number} />
      </Stack>
    </>
  );
}

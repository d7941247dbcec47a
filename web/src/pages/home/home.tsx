import { Button, SimpleGrid, Stack } from '@mantine/core';
import { PlusIcon } from '@radix-ui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageLoading } from '../../components/page-loading.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { dashboardQuery } from './home-queries.ts';
import { Month } from './month.tsx';
import { NumbersByState } from './numbers-by-state.tsx';
import { RecentFailures } from './recent-failures.tsx';
import { FirstSteps } from './steps-card.tsx';
import { Today } from './today.tsx';

/** What a user sees first: how the numbers are, what today brought, and what is left to do. */
export function Home() {
  const { t } = useTranslation('home');
  const { t: tCommon } = useTranslation();
  const { data: dashboard, error, refetch } = useQuery(dashboardQuery);
  if (dashboard === undefined)
    return error === null ? <PageLoading /> : <ErrorNotice error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <PageTitle
        title={tCommon('nav.home')}
        actions={
          dashboard.total_phone_numbers > 0 && (
            <Button component={Link} to="/numbers/new" variant="default" leftSection={<PlusIcon aria-hidden />}>
              {t('connectOne')}
            </Button>
          )
        }
      />
      <Stack>
        <FirstSteps dashboard={dashboard} />
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <Today dashboard={dashboard} />
          <NumbersByState dashboard={dashboard} />
        </SimpleGrid>
        <Month />
        <RecentFailures />
      </Stack>
    </>
  );
}

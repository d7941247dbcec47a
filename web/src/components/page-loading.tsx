import { Skeleton, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';

export function PageLoading() {
  const { t } = useTranslation();
  return (
    <Stack aria-busy="true" aria-label={t('loading')} role="status">
      <Skeleton h={28} w={220} />
      <Skeleton h={120} />
      <Skeleton h={240} />
    </Stack>
  );
}

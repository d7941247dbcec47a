import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/format.ts';
import type { Pages } from './use-pages.ts';

/** Nothing where all fits one page. */
export function Pager({ pages, next }: { pages: Pages; next: string | null }) {
  const { t } = useTranslation('operators');
  const format = useFormat();
  if (pages.number === 1 && next === null) return null;
  return (
    <Group justify="center" mt="md">
      <Button variant="default" size="xs" disabled={pages.number === 1} onClick={pages.back}>
        {t('pages.back')}
      </Button>
      <Text size="sm" aria-live="polite">
        {t('pages.number', { page: format.number(pages.number) })}
      </Text>
      <Button
        variant="default"
        size="xs"
        disabled={next === null}
        onClick={() => {
          if (next !== null) pages.next(next);
        }}
      >
        {t('pages.next')}
      </Button>
    </Group>
  );
}

import { Alert, Button, Card, Group, List, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../../api/errors.ts';
import { useFormat } from '../../../i18n/format.ts';
import type { MovesRun } from './use-moves.ts';

const failuresShown = 20;

/** How far the moves have come. */
export function MovesProgress({ run, onStop }: { run: MovesRun; onStop: () => void }) {
  const { t } = useTranslation('operators');
  const format = useFormat();
  const done = run.moved + run.moving + run.failed.length;
  const text = t('moves.progress', { done: format.number(done), total: format.number(run.total) });
  return (
    <Card withBorder>
      <Stack gap="xs">
        <Group justify="space-between">
          <Text fw={600} role="status">
            {run.isOver ? t('moves.over', { count: run.moved }) : text}
          </Text>
          {!run.isOver && (
            <Button size="xs" variant="default" onClick={onStop}>
              {t('moves.stop')}
            </Button>
          )}
        </Group>
        <Progress value={(done / Math.max(1, run.total)) * 100} aria-label={text} animated={!run.isOver} />
        {!run.isOver && (
          <Text size="sm" c="dimmed">
            {t('moves.stay')}
          </Text>
        )}
        {run.moving > 0 && <Text size="sm">{t('moves.moving', { count: run.moving })}</Text>}
        {run.failed.length > 0 && (
          <Alert color="red" title={t('moves.failed', { count: run.failed.length })}>
            <List size="sm">
              {run.failed.slice(0, failuresShown).map(({ phoneNumberId, error }) => (
                <List.Item key={phoneNumberId}>
                  <span className="ltr">
                    #{phoneNumberId}:{' '}
                    {error instanceof ApiError ? `${error.code} · ${error.requestId ?? ''}` : String(error)}
                  </span>
                </List.Item>
              ))}
            </List>
          </Alert>
        )}
      </Stack>
    </Card>
  );
}

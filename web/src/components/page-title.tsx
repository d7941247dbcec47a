import { Group, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';

/** The heading of a page, which also names the browser's tab; what can be done stands at its end. */
export function PageTitle({ title, text, actions }: { title: string; text?: string; actions?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Evofleet`;
  }, [title]);
  return (
    <Group justify="space-between" align="flex-start" mb="md">
      <div>
        <Title order={1} size="h2">
          {title}
        </Title>
        {text !== undefined && <Text c="dimmed">{text}</Text>}
      </div>
      {actions !== undefined && <Group gap="xs">{actions}</Group>}
    </Group>
  );
}

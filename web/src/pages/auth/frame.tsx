import { Box, Center, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { LanguageMenu } from '../../components/language-menu.tsx';
import { SchemeToggle } from '../../components/scheme-toggle.tsx';

/** What visitors see around a form. */
export function AuthFrame({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Evofleet`;
  }, [title]);
  return (
    <Center mih="100dvh" p="md" component="main">
      <Box w="100%" maw={420}>
        <Group justify="space-between" mb="md">
          <Group gap={8}>
            <img src="/console/logo.svg" alt="" width={32} height={32} />
            <Text fw={700} size="lg">
              Evofleet
            </Text>
          </Group>
          <Group gap={4}>
            <LanguageMenu />
            <SchemeToggle />
          </Group>
        </Group>
        <Paper withBorder p="lg">
          <Stack>
            <div>
              <Title order={1} size="h3">
                {title}
              </Title>
              {text !== undefined && (
                <Text size="sm" c="dimmed">
                  {text}
                </Text>
              )}
            </div>
            {children}
          </Stack>
        </Paper>
      </Box>
    </Center>
  );
}

import { AppShell, Box, Burger, Group, NavLink, ScrollArea, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useSession } from '../api/session.ts';
import { ConnectionNotice } from '../components/connection-notice.tsx';
import { InsecureNotice } from '../components/insecure-notice.tsx';
import { LanguageMenu } from '../components/language-menu.tsx';
import { SchemeToggle } from '../components/scheme-toggle.tsx';
import { UserMenu } from '../components/user-menu.tsx';
import { useLiveEvents } from '../live/live-events.ts';
import { navigation } from './navigation.ts';

/** What stands around every page of somebody who is logged in. */
export function Shell() {
  const { t } = useTranslation();
  const [isOpen, { toggle, close }] = useDisclosure();
  const { user } = useSession();
  const { pathname } = useLocation();
  const live = useLiveEvents();
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding="md"
    >
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={isOpen}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t(isOpen ? 'nav.close' : 'nav.open')}
            />
            <UnstyledButton component={Link} to="/" onClick={close}>
              <Group gap={8} wrap="nowrap">
                <img src="/console/logo.svg" alt="" width={28} height={28} />
                <Text fw={700}>Evofleet</Text>
              </Group>
            </UnstyledButton>
          </Group>
          <Group gap={4} wrap="nowrap">
            <LanguageMenu />
            <SchemeToggle />
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t('nav.label')}>
        <ScrollArea>
          {navigation
            .filter(({ forOperators }) => forOperators !== true || user.role === 'operator')
            .map(({ to, text, icon: Icon }) => (
              <NavLink
                key={to}
                component={Link}
                to={to}
                label={t(text)}
                leftSection={<Icon aria-hidden />}
                active={to === '/' ? pathname === '/' : pathname.startsWith(to)}
                onClick={close}
                {...(pathname === to ? { 'aria-current': 'page' as const } : {})}
              />
            ))}
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main>
        <Box maw={1280} mx="auto">
          <InsecureNotice />
          <ConnectionNotice isConnected={live.isConnected} />
          <Outlet />
        </Box>
      </AppShell.Main>
    </AppShell>
  );
}

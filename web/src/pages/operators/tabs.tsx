import { Box, Button, Group } from '@mantine/core';
import { Link, type LinkProps, useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

type Tab = { to: LinkProps['to'] & string; text: string };

const fleet: readonly Tab[] = [
  { to: '/fleet', text: 'tab.overview' },
  { to: '/fleet/backends', text: 'tab.backends' },
  { to: '/fleet/numbers', text: 'tab.numbers' },
  { to: '/fleet/moves', text: 'tab.moves' },
  { to: '/fleet/findings', text: 'tab.findings' },
  { to: '/fleet/repairs', text: 'tab.repairs' },
  { to: '/fleet/incidents', text: 'tab.incidents' },
];
const users: readonly Tab[] = [
  { to: '/users', text: 'tab.users' },
  { to: '/users/plans', text: 'tab.plans' },
];

export const FleetTabs = () => <Tabs tabs={fleet} label="tab.ofFleet" />;
export const UserTabs = () => <Tabs tabs={users} label="tab.ofUsers" />;

function Tabs({ tabs, label }: { tabs: readonly Tab[]; label: string }) {
  const { t } = useTranslation('operators');
  const { pathname } = useLocation();
  return (
    <Box component="nav" aria-label={t(label)} mb="md">
      <Group gap={4}>
        {tabs.map(({ to, text }) => {
          const isHere = pathname === to;
          return (
            <Button
              key={to}
              component={Link}
              to={to}
              size="compact-sm"
              variant={isHere ? 'filled' : 'subtle'}
              aria-current={isHere ? 'page' : undefined}
            >
              {t(text)}
            </Button>
          );
        })}
      </Group>
    </Box>
  );
}

import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/charts/styles.css';
import './app/global.css';
import { createRoot } from 'react-dom/client';
import { whenSignedOut } from './api/client.ts';
import { App } from './app/app.tsx';
import { startI18n } from './i18n/index.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no place for the console.');
whenSignedOut(() => {
  const { pathname, search } = location;
  location.assign(`/console/login?${new URLSearchParams({ to: pathname.replace(/^\/console/, '') + search })}`);
});
await startI18n();
createRoot(root).render(<App />);

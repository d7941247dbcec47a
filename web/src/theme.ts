import { createTheme, type MantineColorsTuple } from '@mantine/core';

const fleet: MantineColorsTuple = [
  '#e6f7f4',
  '#d0ece7',
  '#a3d9d0',
  '#72c5b7',
  '#4bb4a3',
  '#31a996',
  '#1f9c89',
  '#0b7a6b',
  '#086a5d',
  '#005a4e',
];

export const theme = createTheme({
  primaryColor: 'fleet',
  primaryShade: { light: 7, dark: 6 },
  colors: { fleet },
  autoContrast: true,
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", Arial, sans-serif',
  respectReducedMotion: true,
});

import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  parseThemeColor,
  type VariantColorsResolver,
} from '@mantine/core';

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

// Tinted badges and buttons are read easily in both schemes: at least 4.5 to 1.
const variantColorResolver: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  const { isThemeColor, color } = parseThemeColor({
    color: input.color ?? input.theme.primaryColor,
    theme: input.theme,
  });
  if (input.variant !== 'light' || !isThemeColor) return colors;
  return {
    ...colors,
    color: `light-dark(color-mix(in srgb, var(--mantine-color-${color}-9), black 35%), var(--mantine-color-${color}-2))`,
  };
};

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: { '--mantine-color-dimmed': 'var(--mantine-color-gray-7)' },
  dark: { '--mantine-color-dimmed': 'var(--mantine-color-dark-0)' },
});

export const theme = createTheme({
  variantColorResolver,
  primaryColor: 'fleet',
  primaryShade: { light: 7, dark: 7 },
  colors: { fleet },
  autoContrast: true,
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", Arial, sans-serif',
  respectReducedMotion: true,
});

import { useTranslation } from 'react-i18next';

/** Numbers, times and lengths in the language that is shown. */
export function useFormat() {
  const { language } = useTranslation().i18n;
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  return {
    number: (value: number, options?: Intl.NumberFormatOptions) =>
      new Intl.NumberFormat(language, options).format(value),
    percent: (share: number) =>
      new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 2 }).format(share),
    dateTime: (value: string | Date) =>
      new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(value)),
    date: (value: string | Date) =>
      new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(value)),
    dayOfMonth: (value: string | Date) =>
      new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(value)),
    ago(value: string | Date): string {
      const seconds = (new Date(value).getTime() - Date.now()) / 1_000;
      for (const [unit, length] of units) {
        if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit);
      }
      return relative.format(Math.round(seconds), 'second');
    },
    bytes(value: number): string {
      const unit = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
      const step = Math.min(unit.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
      return new Intl.NumberFormat(language, {
        style: 'unit',
        unit: unit[step],
        unitDisplay: 'short',
        maximumFractionDigits: 1,
      }).format(value / 1_000 ** step);
    },
  };
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

import type { PhoneNumber } from './number.ts';

/** Names of the form that we give ourselves are refused. */
export function aliasFault(alias: string): boolean {
  return /^user_[0-9]+_/.test(alias.trim());
}

export function urlFault(url: string): boolean {
  const typed = url.trim();
  if (typed === '') return false;
  return !URL.canParse(typed) || !/^https?:$/.test(new URL(typed).protocol);
}

export function textOrNull(value: string): string | null {
  return value.trim() === '' ? null : value.trim();
}

/** What the form of settings holds: seconds for people, '' for nothing. */
export type SettingValues = {
  display_name: string;
  alias: string;
  webhook_url: string;
  interval: number | string;
  jitter: number | string;
  daily_cap: number | string;
};

type Settings = Pick<
  PhoneNumber,
  'display_name' | 'alias' | 'webhook_url' | 'send_interval_ms' | 'send_jitter_ms' | 'daily_cap'
>;

export function settingValuesOf(number: Settings): SettingValues {
  const seconds = (ms: number | null) => (ms === null ? '' : ms / 1_000);
  return {
    display_name: number.display_name ?? '',
    alias: number.alias ?? '',
    webhook_url: number.webhook_url ?? '',
    interval: seconds(number.send_interval_ms),
    jitter: seconds(number.send_jitter_ms),
    daily_cap: number.daily_cap ?? '',
  };
}

/** Only what differs, so that what somebody else changed meanwhile stays. */
export function changeOf(number: Settings, values: SettingValues): Partial<Settings> {
  const ms = (seconds: number | string) => (seconds === '' ? null : Math.round(Number(seconds) * 1_000));
  const wanted: Settings = {
    display_name: textOrNull(values.display_name),
    alias: textOrNull(values.alias),
    webhook_url: textOrNull(values.webhook_url),
    send_interval_ms: ms(values.interval),
    send_jitter_ms: ms(values.jitter),
    daily_cap: values.daily_cap === '' ? null : Number(values.daily_cap),
  };
  return Object.fromEntries(
    Object.entries(wanted).filter(([field, value]) => value !== number[field as keyof Settings]),
  );
}

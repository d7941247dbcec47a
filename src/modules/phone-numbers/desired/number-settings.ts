/** How a number behaves on its backend by itself. */
export type NumberSettings = {
  rejectCall: boolean;
  msgCall: string;
  groupsIgnore: boolean;
  alwaysOnline: boolean;
  readMessages: boolean;
  readStatus: boolean;
  syncFullHistory: boolean;
  wavoipToken: string;
};

/** What a create without settings leads to. */
const asCreated: Readonly<NumberSettings> = {
  rejectCall: false,
  msgCall: '',
  groupsIgnore: false,
  alwaysOnline: false,
  readMessages: false,
  readStatus: false,
  syncFullHistory: false,
  wavoipToken: '',
};

/** All settings of a number of which its user chose some. */
export function wholeSettings(chosen: Partial<NumberSettings> | null): NumberSettings {
  return { ...asCreated, ...chosen };
}

/** The settings that a backend has otherwise, by name; one that it does not name is as it was created. */
export function differingSettings(
  desired: NumberSettings,
  actual: { readonly [Name in keyof NumberSettings]?: NumberSettings[Name] | null | undefined } | null,
): (keyof NumberSettings)[] {
  const names = Object.keys(asCreated) as (keyof NumberSettings)[];
  return names.filter((name) => (actual?.[name] ?? asCreated[name]) !== desired[name]);
}

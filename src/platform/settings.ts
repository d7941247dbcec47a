export type Env = Readonly<Record<string, string | undefined>>;

/** Reads typed values out of an environment and collects what is wrong with them, `NAME: why`. Empty means unset. */
export function createSettingsReader(env: Env) {
  const problems: string[] = [];
  const problem = (name: string, why: string) => {
    problems.push(`${name}: ${why}`);
  };
  const text = (name: string): string | undefined => {
    const value = env[name]?.trim();
    return value === '' ? undefined : value;
  };
  return {
    problems: problems as readonly string[],
    problem,
    text,
    integer(name: string, range: { min: number; max: number }): number | undefined {
      const value = text(name);
      if (value === undefined) return undefined;
      const number = Number(value);
      if (/^\d+$/.test(value) && number >= range.min && number <= range.max) return number;
      problem(name, `"${value}" is not a whole number from ${range.min} to ${range.max}`);
      return undefined;
    },
    oneOf<const Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
      const value = text(name);
      if (value === undefined) return undefined;
      const choice = choices.find((candidate) => candidate === value);
      if (choice === undefined) problem(name, `"${value}" is not one of ${choices.join(', ')}`);
      return choice;
    },
    url(name: string, protocols: readonly string[]): string | undefined {
      const value = text(name);
      if (value === undefined) return undefined;
      if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value.replace(/\/+$/, '');
      problem(name, `not a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`);
      return undefined;
    },
    list(name: string): string[] | undefined {
      const parts = text(name)
        ?.split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
      return parts === undefined || parts.length === 0 ? undefined : parts;
    },
    json(name: string): unknown {
      const value = text(name);
      if (value === undefined) return undefined;
      try {
        return JSON.parse(value);
      } catch {
        problem(name, 'is not JSON');
        return undefined;
      }
    },
  };
}

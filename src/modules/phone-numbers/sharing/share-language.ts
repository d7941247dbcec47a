export const shareLanguages = ['ar', 'en', 'id', 'pt-BR'] as const;
export type ShareLanguage = (typeof shareLanguages)[number];

const byPrimaryTag = new Map<string, ShareLanguage>([
  ['ar', 'ar'],
  ['en', 'en'],
  ['id', 'id'],
  // What some systems still call Indonesian.
  ['in', 'id'],
  ['pt', 'pt-BR'],
]);

/** The language that is asked for, or else the one a browser likes best of those there are, or else English. */
export function chooseLanguage(asked: string | undefined, acceptLanguage: string | undefined): ShareLanguage {
  return languageOf(asked ?? '') ?? languageOf(liked(acceptLanguage ?? '')) ?? 'en';
}

function languageOf(tag: string): ShareLanguage | undefined {
  return byPrimaryTag.get(tag.trim().toLowerCase().split(/[-_]/, 1)[0] ?? '');
}

function liked(header: string): string {
  const ranges = header
    .slice(0, 500)
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';');
      const weight = parameters.map((parameter) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(parameter)?.[1]).find(Boolean);
      return { tag, weight: Number(weight ?? 1) };
    })
    .filter(({ tag, weight }) => weight > 0 && languageOf(tag) !== undefined);
  // Equal weights keep their order.
  return ranges.toSorted((a, b) => b.weight - a.weight)[0]?.tag ?? '';
}

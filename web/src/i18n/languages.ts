export const languages = [
  { code: 'ar', name: 'العربية', dir: 'rtl' },
  { code: 'id', name: 'Bahasa Indonesia', dir: 'ltr' },
  { code: 'en', name: 'English', dir: 'ltr' },
  { code: 'pt-BR', name: 'Português (Brasil)', dir: 'ltr' },
] as const;

export type LanguageCode = (typeof languages)[number]['code'];

const storageKey = 'evofleet-language';

export function directionOf(code: string): 'ltr' | 'rtl' {
  return languages.find((language) => language.code === code)?.dir ?? 'ltr';
}

/** What was chosen here before, else the first of the browser's languages that we have. */
export function firstLanguage(): LanguageCode {
  const wishes = [localStorage.getItem(storageKey), ...navigator.languages];
  for (const wish of wishes) {
    const found = languages.find(({ code }) => code === wish || code.split('-')[0] === wish?.split('-')[0]);
    if (found !== undefined) return found.code;
  }
  return 'en';
}

export function rememberLanguage(code: LanguageCode): void {
  localStorage.setItem(storageKey, code);
}

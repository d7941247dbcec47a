import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { directionOf, firstLanguage, type LanguageCode, rememberLanguage } from './languages.ts';

type Texts = { default: Record<string, unknown> };

// One file for each language and part of the console; each is loaded when it is needed.
const files = import.meta.glob<Texts>('./*/*.json');

/** What every page needs, and those who may only log in; the rest comes with the pages behind the log-in. */
const needed = new Set(['common', 'auth']);
const ofOperators = 'operators';

async function load(code: LanguageCode): Promise<void> {
  const parts = Object.entries(files).flatMap(([path, read]) => {
    const [, language, part = ''] = /^\.\/([^/]+)\/(.+)\.json$/.exec(path) ?? [];
    return language === code && needed.has(part) && !i18next.hasResourceBundle(code, part) ? [{ part, read }] : [];
  });
  await Promise.all(
    parts.map(async ({ part, read }) => i18next.addResourceBundle(code, part, (await read()).default, true, true)),
  );
}

/** The texts of the pages behind the log-in; resolves when they are there. */
export async function needTexts(of: 'users' | 'operators'): Promise<void> {
  for (const path of Object.keys(files)) {
    const part = path.slice(path.lastIndexOf('/') + 1, -'.json'.length);
    if ((part === ofOperators) === (of === 'operators')) needed.add(part);
  }
  await load(i18next.language as LanguageCode);
}

function show(code: LanguageCode): void {
  document.documentElement.lang = code;
  document.documentElement.dir = directionOf(code);
}

/** Call once, before anything is shown. */
export async function startI18n(): Promise<void> {
  const code = firstLanguage();
  await i18next.use(initReactI18next).init({
    lng: code,
    // A missing text fails a test; none is borrowed from another language.
    fallbackLng: false,
    defaultNS: 'common',
    partialBundledLanguages: true,
    resources: {},
    interpolation: { escapeValue: false },
    returnNull: false,
    react: { useSuspense: false },
  });
  await load(code);
  show(code);
}

/** Without a reload; remembered on this device. */
export async function changeLanguage(code: LanguageCode): Promise<void> {
  await load(code);
  rememberLanguage(code);
  show(code);
  await i18next.changeLanguage(code);
}

import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { directionOf, firstLanguage, type LanguageCode, rememberLanguage } from './languages.ts';

type Texts = { default: Record<string, unknown> };

// One file for each language and part of the console; each language is loaded when it is chosen.
const files = import.meta.glob<Texts>('./*/*.json');

async function load(code: LanguageCode): Promise<void> {
  const ofLanguage = Object.entries(files).filter(([path]) => path.startsWith(`./${code}/`));
  await Promise.all(
    ofLanguage.map(async ([path, read]) => {
      const part = path.slice(path.lastIndexOf('/') + 1, -'.json'.length);
      i18next.addResourceBundle(code, part, (await read()).default, true, true);
    }),
  );
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

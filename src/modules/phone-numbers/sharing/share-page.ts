import { createHash } from 'node:crypto';
import { type ShareLanguage, shareLanguages } from './share-language.ts';
import { sharePageScript } from './share-page-script.ts';
import { sharePageStyle } from './share-page-style.ts';
import { type ShareTexts, shareTexts } from './share-texts.ts';

/** What goes with every answer of the page: nothing is loaded from elsewhere, and nothing may frame, keep or find it. */
export const sharePageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `script-src ${hashOf(sharePageScript)}`,
    `style-src ${hashOf(sharePageStyle)}`,
    'img-src data:',
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex, nofollow',
  vary: 'accept-language',
} as const;

/** The page of a link that works. */
export function sharePage(language: ShareLanguage, displayName: string | null): string {
  const texts = shareTexts[language];
  const t = (key: keyof ShareTexts) => escapeHtml(texts[key]);
  const [before = '', after = ''] = texts.forNumber.split('{name}').map(escapeHtml);
  return layout(
    language,
    texts.heading,
    `<main id="main">
<h1>${t('heading')}</h1>
${displayName === null ? '' : `<p>${before}<bdi>${escapeHtml(displayName)}</bdi>${after}</p>`}
<noscript><p>${t('needsScript')}</p></noscript>
<p id="status" role="status" aria-live="polite">${t('starting')}</p>
<p id="why" hidden>${t('goneWhy')}</p>
<p id="simulated" hidden>${t('simulated')}</p>
<ol id="steps"><li>${t('stepOpen')}</li><li>${t('stepMenu')}</li><li>${t('stepScan')}</li></ol>
<img id="qr" alt="${t('qrDescription')}" hidden>
<p id="renews" hidden></p>
<button id="again" type="button" hidden>${t('again')}</button>
<details id="pairing">
<summary>${t('pairingTitle')}</summary>
<p>${t('pairingWhy')}</p>
<form id="form" method="post" novalidate>
<label for="number">${t('pairingNumber')}</label>
<input id="number" type="tel" dir="ltr" autocomplete="tel" required aria-describedby="hint outcome">
<p id="hint" class="hint">${t('pairingHint')}</p>
<button id="pair" type="submit">${t('pairingAsk')}</button>
</form>
<p id="outcome" role="status" aria-live="polite"></p>
<div id="typed" role="status" hidden><p>${t('pairingType')}</p><bdi id="code" dir="ltr"></bdi></div>
</details>
<details id="help">
<summary>${t('helpTitle')}</summary>
<ul><li>${t('helpOnline')}</li><li>${t('helpDevices')}</li><li>${t('helpReload')}</li><li>${t('helpSender')}</li></ul>
</details>
<p id="ends" class="hint"></p>
</main>
${languageSwitch(language)}
<script type="application/json" id="texts">${jsonInHtml(texts)}</script>
<script>${sharePageScript}</script>`,
  );
}

/** The page of every link that does not work, whatever the reason. */
export function sharePageGone(language: ShareLanguage): string {
  const texts = shareTexts[language];
  return layout(
    language,
    texts.gone,
    `<main>
<h1>${escapeHtml(texts.gone)}</h1>
<p>${escapeHtml(texts.goneWhy)}</p>
</main>
${languageSwitch(language)}`,
  );
}

function layout(language: ShareLanguage, title: string, body: string): string {
  return `<!doctype html>
<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${escapeHtml(title)} – Evofleet</title>
<style>${sharePageStyle}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

function languageSwitch(current: ShareLanguage): string {
  const links = shareLanguages.map((language) => {
    const mark = language === current ? ' aria-current="true"' : '';
    const name = escapeHtml(shareTexts[language].languageName);
    return `<li><a href="?lang=${language}" lang="${language}" hreflang="${language}"${mark}>${name}</a></li>`;
  });
  return `<nav aria-label="${escapeHtml(shareTexts[current].languages)}"><ul>${links.join('')}</ul></nav>`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

function jsonInHtml(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

export const resetPagePath = '/reset-password';

/**
 * `GET /reset-password`: where the link of a mail leads. The page is the same for everybody: its script alone reads the
 * token and calls the API, so the token is in no answer. Nothing is loaded from elsewhere, and nothing may frame it.
 */
export function registerResetPage(app: FastifyInstance): void {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': [
      "default-src 'none'",
      `script-src ${hashOf(script)}`,
      `style-src ${hashOf(style)}`,
      "connect-src 'self'",
      "form-action 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-frame-options': 'DENY',
  };
  app.get(resetPagePath, { config: { auth: 'none', record: false }, schema: { hide: true } }, async (_request, reply) =>
    reply.headers(headers).send(page),
  );
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

const style = `
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
  * { box-sizing: border-box; }
  body { margin: 0; padding: 1rem; }
  main { max-width: 24rem; margin: 2rem auto; }
  h1 { font-size: 1.5rem; line-height: 1.25; }
  label { display: block; margin-top: 1rem; font-weight: 600; }
  input, button { width: 100%; min-height: 2.75rem; padding: .5rem .75rem; font: inherit; border-radius: .375rem; }
  input { border: 1px solid #767676; background: Field; color: FieldText; }
  input[aria-invalid=true] { border: 2px solid #c62828; }
  button { margin-top: 1.5rem; border: 0; background: #075e54; color: #fff; font-weight: 600; cursor: pointer; }
  button[aria-disabled=true] { background: #595959; cursor: progress; }
  :focus-visible { outline: 3px solid #1a73e8; outline-offset: 2px; }
  .hint { margin: .25rem 0 0; font-size: .875rem; }
  #outcome { overflow-wrap: anywhere; }
  #outcome:not(:empty) { margin-top: 1.5rem; padding: .75rem; border-left: 4px solid #075e54; }
  #outcome.problem { border-color: #c62828; }
`;

// The address is relative, so that it also holds where a proxy serves the gateway under a path.
const script = `
  'use strict';
  const form = document.getElementById('form');
  const password = document.getElementById('password');
  const repeated = document.getElementById('repeated');
  const button = document.getElementById('button');
  const outcome = document.getElementById('outcome');
  const token = new URLSearchParams(location.search).get('token') || '';
  let isUnderWay = false;

  function tell(sentence, isProblem) {
    outcome.className = isProblem ? 'problem' : '';
    outcome.textContent = sentence;
  }

  function refuse(field, sentence) {
    tell(sentence, true);
    field.setAttribute('aria-invalid', 'true');
    field.focus();
  }

  async function reset() {
    const answer = await fetch('api/auth/reset-password', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, password: password.value }),
    });
    const problem = answer.ok ? {} : await answer.json().catch(() => ({}));
    if (answer.ok) {
      form.hidden = true;
      history.replaceState(null, '', location.pathname);
      tell('Your password is changed, and every session is ended: log in again. Your API key stays as it was.', false);
    } else if (problem.code === 'weak_password') {
      refuse(password, problem.detail);
    } else {
      tell(problem.detail || 'That did not work (' + answer.status + '). Try again in a moment.', true);
    }
  }

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (isUnderWay) return;
    tell('', false);
    for (const field of [password, repeated]) field.removeAttribute('aria-invalid');
    if (password.value === '') return refuse(password, 'Enter a new password.');
    if (password.value !== repeated.value) return refuse(repeated, 'The two passwords are not the same.');
    isUnderWay = true;
    button.setAttribute('aria-disabled', 'true');
    try {
      await reset();
    } catch {
      tell('The server cannot be reached. Try again in a moment.', true);
    } finally {
      isUnderWay = false;
      button.removeAttribute('aria-disabled');
    }
  });

  if (token === '') tell('This link is not complete. Open the link of the mail again, or ask for a new one.', true);
  else form.hidden = false;
`;

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Choose a new password – Evofleet</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Choose a new password</h1>
<noscript><p>This page needs JavaScript.</p></noscript>
<form id="form" method="post" novalidate hidden>
<label for="password">New password</label>
<input id="password" type="password" autocomplete="new-password" required aria-describedby="hint outcome">
<p class="hint" id="hint">8 to 128 characters.</p>
<label for="repeated">New password again</label>
<input id="repeated" type="password" autocomplete="new-password" required aria-describedby="outcome">
<button id="button" type="submit">Change the password</button>
</form>
<p id="outcome" role="status" aria-live="polite"></p>
</main>
<script>${script}</script>
</body>
</html>
`;

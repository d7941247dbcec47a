/**
 * What the page does in the browser. It starts nothing by being opened, only by this script: programs that look at
 * links in passing make no code. Addresses are relative to its own, so that it also holds where a proxy serves the
 * gateway under a path.
 */
export const sharePageScript = `
  'use strict';
  const at = (id) => document.getElementById(id);
  const texts = JSON.parse(at('texts').textContent);
  const base = location.pathname.replace(/[/]+$/, '');
  const relative = new Intl.RelativeTimeFormat(document.documentElement.lang);
  const now = () => performance.now();
  const asksMax = 5;
  let seen = '';
  let asks = 0;
  let askAgainAt = 0;
  let asking = null;
  let isTroubled = false;
  let isOver = false;
  let qrEndsAt = 0;
  let linkEndsAt = Infinity;
  let timer;

  function tell(state) {
    if (at('main').dataset.state === state) return;
    at('main').dataset.state = state;
    at('status').textContent = texts[state];
  }

  function end(state) {
    isOver = true;
    if (state === 'gone') at('why').hidden = false;
    for (const id of ['steps', 'qr', 'renews', 'again', 'pairing', 'help', 'ends', 'simulated']) at(id).hidden = true;
    tell(state);
  }

  function show(answer) {
    linkEndsAt = now() + answer.link_expires_in_ms;
    at('simulated').hidden = !answer.sandbox;
    if (answer.state === 'connected' || answer.state === 'lost') return end(answer.state);
    const canScan = answer.state === 'scan';
    if (canScan) {
      isTroubled = false;
      qrEndsAt = now() + answer.qr_expires_in_ms;
      seen = answer.qr_id;
      if (answer.qr_code) at('qr').src = answer.qr_code;
    }
    at('qr').hidden = at('renews').hidden = !canScan;
    at('typed').hidden = !answer.pairing_code;
    at('code').textContent = answer.pairing_code ? answer.pairing_code.replace(/^(.{4})(.{4})$/, '$1-$2') : '';
    const isPaused = answer.state === 'waiting' && asks >= asksMax && asking === null;
    at('again').hidden = !isPaused;
    if (answer.state !== 'waiting') return tell(answer.state);
    tell(isPaused ? 'paused' : isTroubled ? 'trouble' : 'waiting');
    if (!isPaused && asking === null && now() >= askAgainAt) void ask();
  }

  async function call(method, path, body) {
    const answer = await fetch(base + path, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const retryAfterMs = Number(answer.headers.get('retry-after')) * 1000 || 10000;
    return { status: answer.status, body: answer.ok ? await answer.json() : undefined, retryAfterMs };
  }

  function ask(number) {
    asks++;
    asking = connect(number).catch(() => ({ status: 0 })).finally(() => { asking = null; });
    return asking;
  }

  async function connect(number) {
    const answer = await call('POST', '/connect', number === undefined ? {} : { pairing_number: number });
    askAgainAt = now() + (answer.body === undefined ? answer.retryAfterMs : 15000);
    if (answer.status === 404) end('gone');
    else if (answer.body === undefined) isTroubled = true;
    else if (!isOver) show(answer.body);
    return answer;
  }

  async function look() {
    const answer = await call('GET', '/state' + (seen === '' ? '' : '?seen=' + seen));
    if (isOver) return 0;
    if (answer.status === 404) return end('gone');
    if (answer.body !== undefined) {
      show(answer.body);
      return answer.body.state === 'broken' ? 10000 : 2000;
    }
    tell('trouble');
    return answer.status === 429 ? answer.retryAfterMs : 5000;
  }

  async function turn() {
    clearTimeout(timer);
    // While nobody looks, no code is needed.
    if (isOver || document.hidden) return;
    const waitMs = await look().catch(() => {
      tell('offline');
      return 5000;
    });
    clearTimeout(timer);
    if (!isOver) timer = setTimeout(turn, waitMs);
  }

  function count() {
    const seconds = Math.ceil((qrEndsAt - now()) / 1000);
    at('renews').textContent =
      seconds > 0 ? texts.qrRenews.replace('{time}', relative.format(seconds, 'second')) : texts.qrRenewing;
    const minutes = Math.max(1, Math.round((linkEndsAt - now()) / 60000));
    if (linkEndsAt === Infinity) return;
    const time = minutes < 120 ? relative.format(minutes, 'minute') : relative.format(Math.round(minutes / 60), 'hour');
    at('ends').textContent = texts.linkEnds.replace('{time}', time);
  }

  function tellPairing(key, isInvalid) {
    at('outcome').textContent = key === '' ? '' : texts[key];
    if (isInvalid) at('number').setAttribute('aria-invalid', 'true');
    else at('number').removeAttribute('aria-invalid');
  }

  let isPairing = false;
  at('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    if (isPairing) return;
    const number = at('number').value.replace(/[^0-9]/g, '');
    if (number.length < 8 || number.length > 15) {
      tellPairing('pairingInvalid', true);
      return at('number').focus();
    }
    isPairing = true;
    at('pair').setAttribute('aria-disabled', 'true');
    tellPairing('pairingAsking', false);
    if (asking !== null) await asking;
    const { status, body } = await ask(number);
    tellPairing(status === 429 ? 'tooMany' : body && body.pairing_code ? '' : 'pairingNone', false);
    isPairing = false;
    at('pair').removeAttribute('aria-disabled');
  });

  at('again').addEventListener('click', () => {
    asks = askAgainAt = 0;
    at('again').hidden = true;
    void turn();
  });
  document.addEventListener('visibilitychange', () => void turn());
  setInterval(count, 1000);
  void turn();
`;

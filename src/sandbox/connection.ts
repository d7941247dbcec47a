import { EVOLUTION_MESSAGES } from '../evolution/wire.ts';
import { makeQr } from './qr.ts';
import type { Live, Row } from './types.ts';
import { isoNow, rowOf, touch, type World } from './world.ts';

/** Codes of a lost connection after which the server does not try again. */
const finalCodes = [401, 402, 403, 406];

/** Whose phone reads a QR: its own number in digits and the name on its profile. */
export type Phone = { number?: string; profileName?: string };

/** Opens a socket to the simulated WhatsApp: straight to open with credentials, by QR without. */
export function openSocket(world: World, live: Live, pairingNumber: string | null): void {
  const { knobs } = world;
  live.pairingNumber = pairingNumber ?? live.pairingNumber;
  live.base64 = rowOf(world, live)?.webhook?.webhookBase64 ?? false;
  live.qrShown = false;
  if (!knobs.whatsappReachable) {
    live.state = 'close';
    storm(world, live);
    return;
  }
  const socket = ++live.socket;
  announce(world, live, 'connecting');
  if (rowOf(world, live)?.paired) {
    world.timers.after(knobs.reconnectMs, () => opened(world, live, socket));
    return;
  }
  world.timers.after(knobs.qrAfterMs, () => showQr(world, live, socket, true));
}

/** The phone reads the QR. @returns false when none is shown. */
export function scan(world: World, live: Live, phone: Phone = {}): boolean {
  if (live.state !== 'connecting' || !live.qrShown) return false;
  live.qrShown = false;
  const socket = ++live.socket;
  const row = rowOf(world, live);
  const digits = phone.number ?? (row?.number ?? '').replace(/\D/g, '');
  if (row) {
    touch(world, row, {
      ownerJid: `${digits || world.identifiers.ownNumber()}@s.whatsapp.net`,
      profileName: phone.profileName ?? 'Evofleet sandbox',
      paired: true,
    });
  }
  announce(world, live, 'connecting');
  world.timers.after(world.knobs.openAfterMs, () => opened(world, live, socket));
  return true;
}

/** The connection is lost with a code: most codes mean an immediate new try, without any close event. */
export function lose(world: World, live: Live, code: number): void {
  if (finalCodes.includes(code)) {
    close(world, live, code, { code: 'stream', type: 'device_removed' });
    return;
  }
  openSocket(world, live, live.pairingNumber);
}

/** The user of the API logs out, or deletes: same events as a device removed on the phone, other texts. */
export function logOut(world: World, live: Live): void {
  close(world, live, 401, { code: 'logout', type: `Log out instance: ${live.name}` });
}

function opened(world: World, live: Live, socket: number): void {
  if (stale(world, live, socket)) return;
  const row = rowOf(world, live);
  live.wuid = row?.ownerJid ?? null;
  live.state = 'open';
  if (row) touch(world, row, { connectionStatus: 'open', profilePicUrl: null });
  void world.emit(live, 'connection.update', {
    instance: live.name,
    wuid: live.wuid,
    profileName: row?.profileName,
    state: 'open',
    statusReason: 200,
  });
}

function showQr(world: World, live: Live, socket: number, first: boolean): void {
  if (stale(world, live, socket)) return;
  if ((live.qr.count ?? 0) >= world.knobs.qrLimit) {
    refuse(world, live);
    return;
  }
  const { code, base64 } = makeQr(world.identifiers);
  const pairingCode = live.pairingNumber ? world.identifiers.pairingCode() : null;
  live.qr = { pairingCode, code, base64, count: (live.qr.count ?? 0) + 1 };
  live.qrShown = true;
  void world.emit(live, 'qrcode.updated', { qrcode: { instance: live.name, pairingCode, code, base64 } });
  const row = rowOf(world, live);
  if (row) touch(world, row, { connectionStatus: 'connecting' });
  world.timers.after(world.knobs.qrRefreshMs, () => showQr(world, live, socket, false));
  if (first && typeof world.knobs.scanAfterMs === 'number' && world.knobs.scanAfterMs > 0) {
    world.timers.after(world.knobs.scanAfterMs, () => {
      if (!stale(world, live, socket)) scan(world, live);
    });
  }
}

function refuse(world: World, live: Live): void {
  void world.emit(live, 'qrcode.updated', { message: EVOLUTION_MESSAGES.qrLimit, statusCode: 500 });
  void world.emit(live, 'connection.update', { instance: live.name, state: 'refused', statusReason: 428 });
  live.socket++;
  live.qrShown = false;
  live.state = 'close';
  live.qr = { count: 0 };
}

function close(world: World, live: Live, code: number, cause: { code: 'stream' | 'logout'; type: string }): void {
  const at = isoNow(world);
  const disconnectionObject = JSON.stringify(disconnection(code, cause, at));
  live.socket++;
  live.qrShown = false;
  live.state = 'close';
  const closed = { disconnectionAt: at, disconnectionReasonCode: code, disconnectionObject };
  void world.emit(live, 'status.instance', { instance: live.name, status: 'closed', ...closed });
  void world.emit(live, 'logout.instance', null);
  void world.emit(live, 'connection.update', { instance: live.name, state: 'close', statusReason: code });
  const row = rowOf(world, live);
  if (row) touch(world, row, { ...closed, connectionStatus: 'close', paired: false } satisfies Partial<Row>);
}

function disconnection(code: number, cause: { code: 'stream' | 'logout'; type: string }, date: string): object {
  const streamed = cause.code === 'stream';
  const content = [{ tag: 'conflict', attrs: { type: cause.type } }];
  const data = streamed ? { tag: 'stream:error', attrs: { code: String(code) }, content } : null;
  const message = streamed ? 'Stream Errored (conflict)' : cause.type;
  const payload = { statusCode: code, error: 'Unauthorized', message };
  return { error: { data, isBoom: true, isServer: false, output: { statusCode: code, payload, headers: {} } }, date };
}

/** Without WhatsApp the server tries again at once and for ever, even after the instance was deleted. */
function storm(world: World, live: Live): void {
  world.timers.after(1000 / world.knobs.stormPerSecond, () => {
    if (world.knobs.whatsappReachable) {
      if (world.lives.get(live.name) === live && live.state === 'close') openSocket(world, live, null);
      return;
    }
    void world.emit(live, 'connection.update', { instance: live.name, state: 'connecting', statusReason: 200 });
    storm(world, live);
  });
}

function announce(world: World, live: Live, state: 'connecting'): void {
  live.state = state;
  void world.emit(live, 'connection.update', { instance: live.name, state, statusReason: 200 });
}

function stale(world: World, live: Live, socket: number): boolean {
  return live.socket !== socket || world.lives.get(live.name) !== live;
}

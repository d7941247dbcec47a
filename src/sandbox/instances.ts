import { setTimeout as wait } from 'node:timers/promises';
import { EVOLUTION_MESSAGES, type Integration } from '../evolution/wire.ts';
import { openSocket } from './connection.ts';
import { badRequest, WireError } from './errors.ts';
import type { Json, Live, Row, Settings } from './types.ts';
import { storeWebhook } from './webhook-rows.ts';
import { asJson, asText, isoNow, type World } from './world.ts';

const integrations: readonly string[] = ['WHATSAPP-BAILEYS', 'WHATSAPP-BUSINESS', 'EVOLUTION'] satisfies Integration[];
const longestName = 255;
const foreignKeyViolated =
  '\nInvalid `prisma.setting.upsert()` invocation:\n\n\nForeign key constraint violated on the constraint: `Setting_instanceId_fkey`';

export type Created = { row: Row; live: Live; settings: Settings };

/**
 * Makes an instance in the server's own steps. Two creates of one name that overlap destroy each other: the second finds
 * its name taken only after it replaced the first in memory, fails, and its clean-up removes whatever has the name.
 * @throws WireError 400 with the reason; the name is being removed by then.
 */
export async function createInstance(world: World, data: Json): Promise<Created> {
  const name = String(data.instanceName);
  try {
    return await attemptCreate(world, name, data);
  } catch (error) {
    void removeInstance(world, name);
    if (error instanceof WireError) throw error;
    throw badRequest(error instanceof Error ? error.message : String(error));
  }
}

async function attemptCreate(world: World, name: string, data: Json): Promise<Created> {
  const integration = asIntegration(data.integration);
  if (!integration) throw badRequest(EVOLUTION_MESSAGES.invalidIntegration);
  if (integration === 'WHATSAPP-BUSINESS' && !data.token) throw badRequest('token is required');

  const row = newRow(world, name, integration, data);
  await wait(world.knobs.createStepMs);
  // A name that is taken or too long is not noticed here: the row is simply not there in the next step.
  if (!world.rows.has(name) && name.length <= longestName && data.instanceName !== undefined) world.rows.set(name, row);
  const live = newLive(row);
  world.lives.set(name, live);

  if (data.webhook) {
    const { url, headers, byEvents, base64, events } = asJson(data.webhook);
    storeWebhook(world, row, { enabled: true, url, headers, byEvents, base64, events });
  }
  void world.emit(live, 'instance.create', { instanceName: name, instanceId: row.id });

  await wait(world.knobs.createStepMs);
  const settings = settingsOf(data);
  if (world.rows.get(name) !== row) throw badRequest(foreignKeyViolated);
  storeSettings(world, row, settings);
  if (integration === 'WHATSAPP-BUSINESS' && !data.number) throw badRequest('number is required');
  return { row, live, settings };
}

/** Frees a name as slowly as the server does: not before its last webhook call was delivered or given up. */
export async function removeInstance(world: World, name: string): Promise<void> {
  const live = world.lives.get(name);
  const row = world.rows.get(name);
  if (!live && !row) return;
  if (live) await world.emit(live, 'remove.instance', null);
  // By name, whoever holds it by now: this is how overlapping creates lose their winner.
  world.lives.delete(name);
  await world.timers.wait(world.knobs.deleteAfterMs);
  world.rows.delete(name);
  if (row) world.messages.forget(row.id);
  world.changed();
}

export function storeSettings(world: World, row: Row, settings: Settings): void {
  const now = isoNow(world);
  const old = row.settings;
  row.settings = old
    ? { ...old, ...settings, updatedAt: now }
    : { id: world.identifiers.cuid(), createdAt: now, updatedAt: now, ...settings };
  world.changed();
}

/** Brings a row back into memory, as a start of the server does. */
export function loadInstance(world: World, row: Row): void {
  const live = newLive(row);
  world.lives.set(row.name, live);
  if (row.integration === 'WHATSAPP-BAILEYS') openSocket(world, live, null);
}

function newRow(world: World, name: string, integration: Integration, data: Json): Row {
  const now = isoNow(world);
  return {
    id: world.identifiers.uuid(),
    name,
    connectionStatus: integration === 'WHATSAPP-BAILEYS' ? 'close' : (asText(data.status) ?? 'open'),
    ownerJid: asText(data.ownerJid) ?? null,
    profileName: asText(data.profileName) ?? null,
    profilePicUrl: asText(data.profilePicUrl) ?? null,
    integration,
    number: asText(data.number) ?? null,
    businessId: asText(data.businessId) ?? null,
    token: asText(data.token) || world.identifiers.uuid().toUpperCase(),
    disconnectionReasonCode: null,
    disconnectionObject: null,
    disconnectionAt: null,
    createdAt: now,
    updatedAt: now,
    paired: false,
    settings: null,
    webhook: null,
  };
}

function newLive(row: Row): Live {
  const baileys = row.integration === 'WHATSAPP-BAILEYS';
  return {
    id: row.id,
    name: row.name,
    integration: row.integration,
    token: row.token,
    number: row.number,
    state: baileys ? 'close' : 'open',
    wuid: null,
    qr: baileys ? { count: 0 } : {},
    pairingNumber: null,
    base64: false,
    socket: 0,
    qrShown: false,
  };
}

function settingsOf(data: Json): Settings {
  return {
    rejectCall: data.rejectCall === true,
    msgCall: asText(data.msgCall) ?? '',
    groupsIgnore: data.groupsIgnore === true,
    alwaysOnline: data.alwaysOnline === true,
    readMessages: data.readMessages === true,
    readStatus: data.readStatus === true,
    syncFullHistory: data.syncFullHistory === true,
    wavoipToken: asText(data.wavoipToken) ?? '',
  };
}

function asIntegration(value: unknown): Integration | undefined {
  return integrations.includes(String(value)) ? (value as Integration) : undefined;
}

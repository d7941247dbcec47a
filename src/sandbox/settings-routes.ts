import { settingsSchema } from '../evolution/wire.ts';
import { notInMemory } from './guards.ts';
import { storeSettings } from './instances.ts';
import { type Handler, type Route, targetName } from './route.ts';
import type { Settings } from './types.ts';
import { requireValid } from './validate.ts';
import { rowOf } from './world.ts';

const set: Handler = (world, call) => {
  requireValid(call.body, settingsSchema);
  const name = targetName(call);
  const live = world.lives.get(name);
  if (!live) throw notInMemory('setSettings');
  const row = rowOf(world, live);
  if (row) storeSettings(world, row, pick(call.body));
  return { status: 201, body: { settings: { instanceName: name, settings: call.body } } };
};

const find: Handler = (world, call) => {
  const live = world.lives.get(targetName(call));
  const settings = live && rowOf(world, live)?.settings;
  return { status: 200, body: settings ? pick(settings) : null };
};

/** The validated columns, without the row's own. */
function pick(from: object): Settings {
  const names = [
    'rejectCall',
    'msgCall',
    'groupsIgnore',
    'alwaysOnline',
    'readMessages',
    'readStatus',
    'syncFullHistory',
    'wavoipToken',
  ];
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name))) as Settings;
}

export const settingsRoutes: Route[] = [
  { method: 'POST', path: '/settings/set', named: true, guards: 'full', handle: set },
  { method: 'GET', path: '/settings/find', named: true, guards: 'full', handle: find },
];

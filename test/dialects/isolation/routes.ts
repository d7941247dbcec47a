import type { TestGateway } from '../../support/gateway.ts';

// biome-ignore lint/suspicious/noExplicitAny: an OpenAPI document.
type Loose = any;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One route of a dialect with all the places where a caller can name somebody's number. */
export type DialectRoute = {
  dialect: string;
  method: Method;
  /** With `:name` for each part that is given. */
  path: string;
  queries: string[];
  /** A body that the route takes, where it takes one. */
  body: Record<string, unknown> | undefined;
};

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mP4DwABAQEAHLCMmQAAAABJRU5ErkJggg==';
const key = { remoteJid: '5511988880001@s.whatsapp.net', fromMe: true, id: '3EB0000000000000000001' };

/** Something for every field that any route of the Evolution contract asks for; what one does not know it drops. */
const anyEvolutionBody: Record<string, unknown> = {
  number: '5511988880001',
  text: 'hi',
  mediatype: 'image',
  ...{ media: png, audio: png, sticker: png, video: png, fileName: 'a.png', caption: 'c', image: png, picture: png },
  ...{ latitude: 1, longitude: 2, name: 'n', address: 'a', title: 't', description: 'd', buttonText: 'b' },
  ...{ footerText: 'f', footer: 'f', values: ['a', 'b'], selectableCount: 1, reaction: '👍', key, id: key.id },
  sections: [{ title: 's', rows: [{ title: 'r', description: 'd', rowId: '1' }] }],
  buttons: [{ type: 'reply', displayText: 'Yes', id: '1' }],
  contact: [{ fullName: 'A B', wuid: '5511988880003', phoneNumber: '+55 11 98888-0003' }],
  ...{ type: 'text', content: 'news', backgroundColor: '#000000', font: 1, allContacts: false },
  statusJidList: [key.remoteJid],
  ...{ remoteJid: key.remoteJid, fromMe: true, readMessages: [key], lastMessage: { key }, chat: key.remoteJid },
  ...{ archive: true, message: { key }, where: {}, numbers: ['5511988880001'], presence: 'available', delay: 1 },
  ...{ status: 'block', subject: 's', participants: ['5511988880001'], groupJid: '120363000000000001@g.us' },
  ...{ action: 'add', expiration: 0, inviteCode: 'AbCdEfGhIjKlMnOpQrStUv', rejectCall: false, msgCall: '' },
  ...{ groupsIgnore: false, alwaysOnline: false, readStatus: false, syncFullHistory: false },
  webhook: { enabled: false, url: '' },
  ...{ readreceipts: 'all', profile: 'all', online: 'all', last: 'all', groupadd: 'all' },
};

const isAsked = /^(GET|POST|PUT|PATCH|DELETE)$/;
const bodiesOfOthers: Record<string, Record<string, unknown>> = {
  '/whatsapp/connect': { clientId: 'default' },
  '/messages/send': { clientId: 'default', to: '966500000000', text: 'hi' },
  '/whatsapp/send': { clientId: 'default', chatId: '966500000000@c.us', message: 'hi' },
  '/send-message': { chatId: '966500000000@c.us', message: 'hi', pool: 'all' },
};

/** Every route of every dialect, as the app declares them and the API document describes them. */
export async function dialectRoutes({ app, anonymous }: TestGateway): Promise<DialectRoute[]> {
  const declared = app.declaredRoutes.flatMap(({ dialect, method, url }) => {
    // A slash at the end leads to the same route.
    if (dialect === undefined || dialect === 'sessions' || !isAsked.test(method) || /.\/$/.test(url)) return [];
    const body = dialect === 'evolution' ? anyEvolutionBody : bodiesOfOthers[url.replace(/^\/api(?=\/)/, '')];
    const takesBody = method !== 'GET' && body !== undefined;
    const path = url.replace('/*', '/x/y');
    return [{ dialect, method: method as Method, path, queries: [], body: takesBody ? { ...body } : undefined }];
  });
  const { body: document } = await anonymous('GET', '/api-docs/json');
  const documented = Object.entries(document.paths as Record<string, Record<string, Loose>>)
    .filter(([path]) => path.startsWith('/api/v1/'))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { parameters = [], requestBody, security }]) => ({
        dialect: 'sessions',
        method: method.toUpperCase() as Method,
        path: path.replace(/\{(\w+)\}/g, ':$1'),
        queries: parameters.filter((each: Loose) => each.in === 'query').map(({ name }: Loose) => name),
        body: exampleOf(requestBody?.content?.['application/json']),
        isOpen: security.length === 0,
      })),
    )
    .filter(({ isOpen }) => !isOpen);
  return [...declared, ...documented];
}

function exampleOf(content: Loose): Record<string, unknown> | undefined {
  const inSchema = (schema: Loose): Loose =>
    schema?.examples?.[0] ?? schema?.anyOf?.map(inSchema).find((found: unknown) => found !== undefined);
  return content?.example ?? inSchema(content?.schema);
}

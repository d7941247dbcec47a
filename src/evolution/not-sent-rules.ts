import type { OutboundKind } from './outbound.ts';
import { EVOLUTION_MESSAGES } from './wire.ts';

export type NotSentCode =
  | 'backend_unreachable'
  | 'backend_unauthorized'
  | 'number_missing_on_backend'
  | 'number_not_connected'
  | 'recipient_not_on_whatsapp'
  | 'backend_refused';

const UNAVAILABLE = 'This kind of message cannot be sent over this connection.';
const PREPARATION_FAILED = /^(Axios|Type)?Error: /;
const METHOD_MISSING = /^this\.waMonitor\.waInstances\[[\w$]+\]\.\w+ is not a function$/;
// The methods behind the send routes, which are called on a number before anything else.
const NOT_LOADED =
  /^Cannot read properties of undefined \(reading '(?:(?:text|media|ptv|location|contact|reaction|poll|list|button|template|status)Message|audioWhatsapp|mediaSticker)'\)$/;

/** One refusal that is known to come before any sending, and the recorded answer that shows it. */
export type NotSentRule = {
  code: NotSentCode;
  evidence: string;
  detail: string;
  /** The one kind of message for which the answer proves it. */
  kind?: OutboundKind;
  /** `instance` is the one that was to send, where it is known. */
  matches: (status: number, message: unknown, instance?: string) => boolean;
};

export const NOT_SENT_RULES: readonly NotSentRule[] = [
  {
    code: 'backend_unauthorized',
    evidence: 'contract/215-sendText-badkey',
    detail: 'The backend refused our key.',
    matches: (status, message) => status === 401 && message === EVOLUTION_MESSAGES.unauthorized,
  },
  {
    code: 'number_missing_on_backend',
    evidence: 'contract/214-sendText-unknown-instance',
    detail: 'The backend does not have this phone number.',
    matches: (status, message, instance) => status === 404 && isInstanceMissing(onlyEntry(message), instance),
  },
  {
    code: 'backend_refused',
    evidence: 'contract/202-sendText-missing-text',
    detail: 'The backend found the request malformed.',
    matches: (status, message) => status === 400 && isSchemaError(message),
  },
  {
    code: 'recipient_not_on_whatsapp',
    evidence: 'contract/612-WA-sendText-not-on-whatsapp',
    detail: 'The recipient is not on WhatsApp.',
    matches: (status, message) => status === 400 && isMissingRecipient(onlyEntry(message)),
  },
  {
    code: 'backend_refused',
    evidence: 'contract/618-WA-sendText-empty',
    detail: 'The text is empty.',
    matches: (status, message) => status === 400 && onlyEntry(message) === EVOLUTION_MESSAGES.textRequired,
  },
  {
    // Bare: the same words in an array come from inside the sending, where WhatsApp may have taken the message.
    code: 'number_not_connected',
    evidence: 'contract/068-sendText-baileys-notconnected',
    detail: 'The phone number is not connected to WhatsApp.',
    matches: (status, message) => status === 500 && message === EVOLUTION_MESSAGES.connectionClosed,
  },
  {
    code: 'backend_refused',
    evidence: 'contract/495-huge-body',
    detail: 'The request is too large for the backend.',
    matches: (status, message) => status === 413 && message === 'request entity too large',
  },
  ...refusedWords(),
  {
    // A server that has just started answers before it has loaded its numbers.
    code: 'number_not_connected',
    evidence: 'contract/503-shared-other-client-send',
    detail: 'The backend has not loaded this phone number.',
    matches: (status, message) => status === 500 && typeof message === 'string' && NOT_LOADED.test(message),
  },
  {
    code: 'backend_refused',
    evidence: 'contract/265-sendPtv-evo',
    detail: 'This kind of message cannot be sent over this connection.',
    matches: (status, message) => status === 500 && typeof message === 'string' && METHOD_MISSING.test(message),
  },
  {
    code: 'backend_refused',
    evidence: 'contract/244-sendWhatsAppAudio-url',
    detail: 'The backend takes this voice note as a file only.',
    matches: (status, message) => status === 500 && message === 'File or buffer is undefined.',
  },
  {
    code: 'backend_refused',
    evidence: 'contract/243-sendMedia-multipart-wrongfield',
    detail: 'The backend found the form malformed.',
    matches: (status, message) => status === 500 && message === 'Unexpected field',
  },
  {
    // With 500 and in an array come only the failures of making a medium ready; those of the sending come with 400.
    code: 'backend_refused',
    evidence: 'contract/626-WA-sendMedia-url-unreachable',
    detail: 'The backend could not load the media, or not make it ready.',
    matches: (status, message) => status === 500 && PREPARATION_FAILED.test(String(onlyEntry(message))),
  },
  {
    // The list's copy for each device fails, and nothing leaves before all are made. Under other kinds the same words
    // may come from the log line behind the sending.
    code: 'backend_refused',
    evidence: 'contract/623-WA-sendList',
    detail: 'This backend cannot send lists.',
    kind: 'list',
    matches: (status, message) => status === 400 && onlyEntry(message) === 'TypeError: this.isZero is not a function',
  },
];

/** Refusals with 400 that stand alone in front of all sending, word for word. */
function refusedWords(): NotSentRule[] {
  const { mediaNeitherUrlNorBase64, fileNameRequired } = EVOLUTION_MESSAGES;
  const words: [evidence: string, detail: string, words: string][] = [
    ['212-sendText-quoted-nokey', 'The quoted message has no key.', EVOLUTION_MESSAGES.quotedMissing],
    ['232-sendMedia-datauri', 'The media is neither a URL nor base64.', mediaNeitherUrlNorBase64],
    ['246-sendWhatsAppAudio-missing', 'The voice note is neither a URL nor base64.', EVOLUTION_MESSAGES.audioMissing],
    ['237-sendMedia-doc-base64-noname', 'The document has no file name.', fileNameRequired],
    ['254-sendReaction-notemoji', 'The reaction is not a single emoji.', EVOLUTION_MESSAGES.notAnEmoji],
    ['247-sendSticker-evo', UNAVAILABLE, EVOLUTION_MESSAGES.notOnEvolution],
    ['462-biz-sendSticker', UNAVAILABLE, EVOLUTION_MESSAGES.notOnBusiness],
  ];
  return words.map(([recording, detail, text]) => ({
    code: 'backend_refused',
    evidence: `contract/${recording}`,
    detail,
    matches: (status, message) => status === 400 && onlyEntry(message) === text,
  }));
}

function isSchemaError(message: unknown): boolean {
  const texts = onlyEntry(message);
  return Array.isArray(texts) && texts.length > 0 && texts.every((text) => typeof text === 'string');
}

function isMissingRecipient(entry: unknown): boolean {
  return isRecord(entry) && entry.exists === false && typeof entry.jid === 'string';
}

// That another one is missing proves nothing of this one.
function isInstanceMissing(entry: unknown, instance: string | undefined): boolean {
  const name = typeof entry === 'string' ? /^The "(.*)" instance does not exist$/s.exec(entry)?.[1] : undefined;
  return name !== undefined && (instance === undefined || name === instance);
}

function onlyEntry(message: unknown): unknown {
  return Array.isArray(message) && message.length === 1 ? message[0] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

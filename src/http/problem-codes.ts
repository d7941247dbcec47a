import type { ErrorKind } from '../platform/errors.ts';

type ProblemCode = { status: number; meaning: string };

/**
 * Every code an answer may carry, with its status and its meaning for the reader of the API document.
 * A test holds this list against the codes that the source throws.
 */
export const problemCodes = {
  invalid_request: {
    status: 400,
    meaning: 'A field is missing, unknown, of the wrong type or out of range; `detail` names it.',
  },
  invalid_json: { status: 400, meaning: 'The body is not well-formed JSON in well-formed UTF-8, or holds U+0000.' },
  invalid_number: {
    status: 400,
    meaning: '`number` is not 8-15 digits with an optional +, a group id, or an id that we reported.',
  },
  invalid_url: {
    status: 400,
    meaning: 'The URL cannot be used: wrong scheme, credentials in it, or an address that is not public.',
  },
  invalid_media: { status: 400, meaning: 'The media is not valid base64, is empty, or does not fit its mediaType.' },
  invalid_recipients: {
    status: 400,
    meaning: 'Some recipients of a bulk send cannot be written to; `errors` names them. Nothing was accepted.',
  },
  media_unavailable: { status: 422, meaning: 'The media URL could not be fetched; `detail` says why.' },
  weak_password: { status: 400, meaning: 'The password has fewer than 8 or more than 128 characters.' },
  reset_token_refused: { status: 400, meaning: 'The link of a password reset is wrong, used or older than an hour.' },
  plan_not_offered: { status: 400, meaning: 'This plan cannot be chosen at sign-up.' },
  unauthenticated: { status: 401, meaning: 'The API key or access token is missing, wrong, expired or revoked.' },
  invalid_credentials: { status: 401, meaning: 'No user has this e-mail address and password.' },
  csrf_refused: {
    status: 403,
    meaning: 'A browser whose cookie came along did not show `x-csrf-token`, or was sent by a page of somebody else.',
  },
  user_suspended: { status: 403, meaning: 'The operator suspended this user.' },
  not_found: { status: 404, meaning: 'No such route, or no such object among yours.' },
  email_taken: { status: 409, meaning: 'A user with this e-mail address exists.' },
  alias_taken: { status: 409, meaning: 'Another of your phone numbers has this alias.' },
  number_not_connected: {
    status: 409,
    meaning: 'The phone number is not connected to WhatsApp: scan its QR code first.',
  },
  number_paused: { status: 409, meaning: 'The phone number is paused by its user: resume it to send.' },
  pool_name_taken: { status: 409, meaning: 'Another of your pools has this name, or it is `all`.' },
  number_already_connected: { status: 409, meaning: 'The phone number is connected: there is nothing to scan.' },
  endpoint_set_elsewhere: {
    status: 409,
    meaning: "The endpoint is a phone number's `webhook_url`, or in the settings: its URL is changed there.",
  },
  endpoint_disabled: { status: 409, meaning: 'The endpoint is disabled or deleted: nothing can be replayed to it.' },
  idempotency_key_in_use: {
    status: 409,
    meaning: 'The first request under this Idempotency-Key is still under way; come again after Retry-After.',
  },
  not_cancellable: { status: 409, meaning: 'Only a message that waits can be cancelled.' },
  not_reschedulable: { status: 409, meaning: 'Only a message that waits can leave at another time.' },
  not_retryable: { status: 409, meaning: 'Only an outbound message that failed or is unknown can be sent again.' },
  message_not_changeable: {
    status: 409,
    meaning: 'The message was not sent, was received or deleted, or is of a kind that cannot be changed so.',
  },
  presence_under_way: { status: 409, meaning: 'The phone number shows a presence just now: one at a time.' },
  number_not_movable: { status: 409, meaning: 'The phone number cannot be moved; `detail` says why.' },
  creation_under_way: {
    status: 409,
    meaning: 'The phone number is still being created; come again after Retry-After.',
  },
  connecting_under_way: {
    status: 409,
    meaning: 'Another request works on the connection of the phone number; come again after Retry-After.',
  },
  move_under_way: { status: 409, meaning: 'The phone number is on its way to another backend already.' },
  incident_stops_nothing: {
    status: 409,
    meaning: 'The incident is over, was resumed before, or stops nothing that could go on.',
  },
  backend_exists: { status: 409, meaning: 'A backend with this URL is in the pool.' },
  backend_not_empty: { status: 409, meaning: 'The backend holds phone numbers: move them, or force its removal.' },
  backend_refused_to_join: {
    status: 422,
    meaning: 'What answers at the URL is no Evolution API, or refuses the key; `detail` says which.',
  },
  too_slow: { status: 408, meaning: 'The body came too slowly.' },
  campaign_over: { status: 409, meaning: 'The campaign is finished or cancelled, and cannot be changed any more.' },
  media_gone: { status: 410, meaning: 'The media of this message is no longer kept by anybody whom we can ask.' },
  payload_too_large: { status: 413, meaning: 'The body or the media is larger than allowed.' },
  unsupported_media_type: {
    status: 415,
    meaning: 'The body must be application/json, or multipart/form-data where a file is taken.',
  },
  recipients_opted_out: { status: 422, meaning: 'Every recipient of a bulk send is on the opt-out list.' },
  recipient_not_on_whatsapp: { status: 422, meaning: 'The recipient has no WhatsApp; nothing was sent.' },
  kind_not_supported: { status: 422, meaning: 'This kind of message cannot be sent by this phone number.' },
  idempotency_key_reused: { status: 422, meaning: 'This Idempotency-Key came with another request before.' },
  action_not_supported: { status: 422, meaning: 'This cannot be done by this phone number.' },
  backend_refused: { status: 422, meaning: 'The backend refused the message before sending it.' },
  rate_limited: { status: 429, meaning: 'More requests in this minute than the plan allows.' },
  too_many_attempts: { status: 429, meaning: 'Too many failed attempts to log in, or to guess a key.' },
  phone_number_limit: { status: 429, meaning: "The plan's phone numbers are all in use." },
  endpoint_limit: { status: 429, meaning: 'As many endpoints as one user may have.' },
  share_link_limit: { status: 429, meaning: 'As many share links as one phone number may have.' },
  media_limit: { status: 429, meaning: 'Too much media of yours waits to be sent.' },
  pool_limit: { status: 429, meaning: 'As many pools as one user may have.' },
  number_checks_limit: {
    status: 429,
    meaning: 'Too many numbers checked in an hour, or others are being checked by this phone number.',
  },
  number_paced: {
    status: 429,
    meaning:
      'The phone number may not send again yet: its own pace, or its cap for the day, is used up; `limit` says which.',
  },
  quota_exceeded: { status: 429, meaning: "The plan's messages of this day (UTC) are used up." },
  internal_error: { status: 500, meaning: 'An error of ours; it is logged under the request id.' },
  backend_failed: { status: 502, meaning: 'The backend answered with an error; nothing was sent or created.' },
  backend_unavailable: { status: 503, meaning: 'The backend cannot be reached; nothing was sent or created.' },
  no_number_available: { status: 503, meaning: 'No phone number of the pool can send right now; nothing was sent.' },
  no_backend_available: { status: 503, meaning: 'No backend answers and has room for a new phone number.' },
  database_unavailable: { status: 503, meaning: 'The database cannot be reached.' },
  overloaded: { status: 503, meaning: 'Too many requests at once.' },
  outcome_unknown: {
    status: 504,
    meaning: 'The backend did not say whether it was done; a message is never sent again by itself.',
  },
} as const satisfies Record<string, ProblemCode>;

export type KnownProblemCode = keyof typeof problemCodes;

const statusByKind = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unprocessable: 422,
  limit: 429,
  bad_gateway: 502,
  unavailable: 503,
  timeout: 504,
} as const satisfies Record<ErrorKind, number>;

/** The status of an error: its code's where the code is listed, else its kind's. */
export function statusOf(code: string, kind: ErrorKind): number {
  const known: ProblemCode | undefined = problemCodes[code as KnownProblemCode];
  return known?.status ?? statusByKind[kind];
}

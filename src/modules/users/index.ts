import type { Redis } from 'ioredis';
import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { notFound } from '../../platform/errors.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { createAccessTokens } from './access-tokens.ts';
import type { Caller } from './caller.ts';
import { createChangePassword, type PasswordChange } from './change-password.ts';
import { createCheckPassword } from './check-password.ts';
import { createEnsureOperator } from './ensure-operator.ts';
import { invalidField } from './errors.ts';
import { createForgotPassword, type ForgotLimits, type ForgotPassword, forgotLimits } from './forgot-password.ts';
import { createGuessThrottle, guessLimit } from './guess-throttle.ts';
import { createIdentifyCaller } from './identify-caller.ts';
import type { Limit } from './limiter.ts';
import { createLogIn, type Login, type SessionTokens } from './log-in.ts';
import { deleteSession, prolongSession } from './login-sessions-repository.ts';
import { createLoginThrottle, type LoginLimits, loginLimits } from './login-throttle.ts';
import type { Mails } from './mails.ts';
import {
  beginErasing,
  type ErasingUser,
  endErasing,
  findManagedUser,
  listErasing,
  listManagedUsers,
  type ManagedUser,
  type UserChange,
  type UserFilter,
  updateManagedUser,
} from './operator-system.ts';
import { createPasswords } from './passwords.ts';
import { createRefreshSession } from './refresh-session.ts';
import { createRefreshTokens } from './refresh-tokens.ts';
import { createRegisterUser, type Registration, registrationLimit } from './register-user.ts';
import { createResetPassword, type ResetPassword } from './reset-password.ts';
import { createRotateApiKey, type RotatedKey } from './rotate-api-key.ts';
import { createSessionCookies } from './session-cookies.ts';
import type { Profile, User } from './user.ts';
import { type ApiKey, listUserKeys } from './user-keys-repository.ts';
import { findProfile, findUser, type LockedUser, lockUser, updateNames } from './users-repository.ts';
import { type Credential, deleteExpired, findLive } from './users-system.ts';

export { apiKeyPrefix } from './api-key.ts';
export { lookAtMails } from './mail-backlog-system.ts';
export { createMails, type Mails, type MailsOptions } from './mails.ts';
export { listOperatorIds, type ManagedUser, type UserChange, type UserFilter } from './operator-system.ts';
export { type Credential, credentialName } from './users-system.ts';

export type UsersOptions = {
  db: Kysely<DB>;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  /** At least 32 bytes; signs access tokens and marks refresh tokens. The same in every process. */
  jwtSecret: string;
  /** Plans a visitor may choose; empty closes sign-up. */
  signupPlans: readonly string[];
  /** Shares the throttles between processes; while it is down each process counts by itself. */
  redis?: Redis | undefined;
  /** Stands before every key in Redis, so that installations that share a server do not count for each other. */
  redisPrefix?: string | undefined;
  /** Sends the mails of password resets; without it none are sent. */
  mails?: Pick<Mails, 'askPasswordReset'> | undefined;
  /** Figures that replace the usual ones. */
  limits?: {
    login?: Partial<LoginLimits>;
    /** Failed keys and tokens per address. */
    guesses?: Limit;
    /** Sign-ups per address. */
    registrations?: Limit;
    forgotPassword?: Partial<ForgotLimits>;
  };
};

export type Users = {
  /**
   * Signs a user up; `apiKey` is shown this once. Throws `invalid_request`, `weak_password`, `plan_not_offered`,
   * `email_taken`, `too_many_attempts`, `overloaded`.
   */
  register(registration: Registration): Promise<{ user: User; apiKey: string }>;
  /** Starts a session. Throws `invalid_credentials`, `too_many_attempts`, `overloaded`. */
  logIn(login: Login): Promise<SessionTokens & { user: User }>;
  /** The same for a browser: what its cookie holds, and what its pages show to change anything. Throws the same. */
  openSession(login: Login): Promise<{ userId: number; cookie: string; csrfToken: string }>;
  /** Makes a session last 30 days from now. Throws `invalid_request` where the caller has none. */
  prolongSession(userId: number, sessionId: string | null): Promise<{ cookie: string; csrfToken: string }>;
  /** Null where no live session has this cookie. */
  resolveSessionCookie(value: string): Promise<Caller | null>;
  csrfTokenOf(sessionId: string): string;
  /**
   * Replaces a refresh token. The replaced one answers its successor for 10 s more; later it ends the session.
   * Throws `unauthenticated`.
   */
  refresh(refreshToken: string): Promise<SessionTokens>;
  /** Throws `invalid_request` where there is no session to end. */
  logOut(caller: Pick<Caller, 'userId' | 'sessionId'>): Promise<void>;
  /** Throws `not_found`. */
  profile(userId: number): Promise<Profile>;
  /** What is undefined stays; null empties. */
  updateProfile(userId: number, names: { fullName?: string | null; companyName?: string | null }): Promise<Profile>;
  /** Ends the user's other sessions. Throws `invalid_credentials`, `weak_password`, `too_many_attempts`, `overloaded`. */
  changePassword(change: PasswordChange): Promise<void>;
  forgotPassword: ForgotPassword;
  resetPassword: ResetPassword;
  /** The keys that work, the newest first; of each its hint alone. */
  apiKeys(userId: number): Promise<ApiKey[]>;
  /** Makes a new key; all former ones end within `overlapHours`, 0 meaning at once. */
  rotateApiKey(userId: number, overlapHours: number): Promise<RotatedKey>;

  /**
   * Null where no live key has this text. A revoked key is refused within 3 s by every process, within 5 s while the
   * database is away; then `database_unavailable` is thrown.
   */
  resolveApiKey(key: string): Promise<Caller | null>;
  /** The same for an access token, whose session must live. */
  resolveAccessToken(token: string): Promise<Caller | null>;
  /** The same for whoever a credential of another module belongs to; null for a user who is being deleted. */
  resolveUser(userId: number): Promise<Caller | null>;
  /**
   * Of these, the names (`credentialName`) of those that have not ended and whose user is not suspended; asked of the
   * database each time.
   */
  findLive(credentials: readonly Credential[]): Promise<Set<string>>;
  /** Throws `too_many_attempts` while this address guesses too much. */
  checkGuesses(ipAddress: string): Promise<void>;
  noteFailedGuess(ipAddress: string): Promise<void>;

  /**
   * Sees to it that this operator exists: creates one on the plan `enterprise`, or raises a user who has this
   * password; an operator's password is left as it is. The API key of a created operator is known to nobody: log in
   * and rotate it to get one. Throws an Error where the address belongs to a user with another password.
   */
  ensureOperator(operator: { email: string; password: string }): Promise<void>;
  findUser(userId: number): Promise<User | undefined>;
  /** Locks the user's row until the transaction ends: first in the order of locks. */
  lockUser(tx: Transaction<DB>, userId: number): Promise<LockedUser | undefined>;
  /** Makes this process see a change of the user at once; the others see it within 3 s. */
  forgetCaller(userId: number): void;
  /** For operators: the users as such, whoever asks. */
  managed: {
    list(filter: UserFilter, page: { limit: number; after?: { id: number } }): Promise<ManagedUser[]>;
    find(userId: number): Promise<ManagedUser | undefined>;
    /** Holds in this process at once, in the others within 3 s. Throws `not_found`. */
    change(userId: number, change: UserChange): Promise<void>;
    /** The user can do nothing more from now on, and is nobody. Throws `not_found`. */
    beginErasing(userId: number): Promise<void>;
    listErasing(limit: number): Promise<ErasingUser[]>;
    endErasing(userId: number): Promise<void>;
  };
  /** Deletes sessions and keys that are over, at most 1,000 of each; answers how many. For a periodic task. */
  deleteExpired(): Promise<number>;
};

const secretBytesMin = 32;

export function createUsers(options: UsersOptions): Users {
  const { db, clock, ids, logger, jwtSecret: secret, signupPlans, limits = {} } = options;
  const shared = { redis: options.redis, prefix: options.redisPrefix };
  if (Buffer.byteLength(secret) < secretBytesMin) throw new Error(`jwtSecret needs at least ${secretBytesMin} bytes.`);

  const passwords = createPasswords();
  const accessTokens = createAccessTokens({ clock, secret });
  const refreshTokens = createRefreshTokens({ ids, secret });
  const cookies = createSessionCookies({ secret });
  const callers = createIdentifyCaller({ db, clock, accessTokens });
  const { forget } = callers;
  const guesses = createGuessThrottle({ limit: limits.guesses ?? guessLimit, clock, logger, shared });
  const throttle = createLoginThrottle({ limits: { ...loginLimits, ...limits.login }, shared });
  const checkPassword = createCheckPassword({ db, passwords, throttle, secret, logger });

  const logIn = createLogIn({ db, ids, logger, checkPassword, accessTokens, refreshTokens });
  const browserSession = (sessionId: string) => ({
    cookie: cookies.valueOf(sessionId),
    csrfToken: cookies.csrfTokenOf(sessionId),
  });

  async function profile(userId: number): Promise<Profile> {
    const found = await findProfile(db, userId);
    if (found === undefined) throw notFound('User');
    return found;
  }

  return {
    register: createRegisterUser({
      db,
      ids,
      logger,
      passwords,
      signupPlans,
      limit: limits.registrations ?? registrationLimit,
      shared,
    }),
    logIn,
    async openSession(login) {
      const { user, refreshToken } = await logIn(login);
      const sessionId = refreshTokens.sessionOf(refreshToken) ?? '';
      return { userId: user.id, ...browserSession(sessionId) };
    },
    async prolongSession(userId, sessionId) {
      if (sessionId === null) throw invalidField('An API key has no session.');
      await prolongSession(db, userId, sessionId);
      return browserSession(sessionId);
    },
    async resolveSessionCookie(value) {
      const sessionId = cookies.sessionOf(value);
      return sessionId === null ? null : callers.bySessionId(sessionId);
    },
    csrfTokenOf: cookies.csrfTokenOf,
    refresh: createRefreshSession({ db, logger, accessTokens, refreshTokens, forget }),
    async logOut({ userId, sessionId }) {
      if (sessionId === null) throw invalidField('An API key has no session to end: present the access token.');
      await deleteSession(db, userId, sessionId);
      forget(userId);
      logger.info({ event: 'logged_out', user_id: userId, session_id: sessionId }, 'logged out');
    },
    profile,
    async updateProfile(userId, names) {
      await updateNames(db, userId, names);
      return profile(userId);
    },
    changePassword: createChangePassword({ db, logger, passwords, checkPassword, forget }),
    forgotPassword: createForgotPassword({
      askPasswordReset: options.mails?.askPasswordReset,
      limits: { ...forgotLimits, ...limits.forgotPassword },
      shared,
      secret,
      logger,
    }),
    resetPassword: createResetPassword({ db, logger, passwords, guesses, forget }),
    apiKeys: (userId) => listUserKeys(db, userId),
    rotateApiKey: createRotateApiKey({ db, ids, logger, forget }),
    resolveApiKey: callers.byApiKey,
    resolveAccessToken: callers.byAccessToken,
    resolveUser: callers.byUserId,
    findLive: (credentials) => findLive(db, credentials),
    checkGuesses: guesses.check,
    noteFailedGuess: guesses.noteFailure,
    ensureOperator: createEnsureOperator({ db, ids, logger, passwords }),
    findUser: (userId) => findUser(db, userId),
    lockUser,
    forgetCaller: forget,
    managed: {
      list: (filter, page) => listManagedUsers(db, filter, page),
      find: (userId) => findManagedUser(db, userId),
      async change(userId, change) {
        if (!(await updateManagedUser(db, userId, change))) throw notFound('User');
        forget(userId);
      },
      async beginErasing(userId) {
        if (!(await inTransaction(db, (tx) => beginErasing(tx, userId)))) throw notFound('User');
        forget(userId);
      },
      listErasing: (limit) => listErasing(db, limit),
      endErasing: (userId) => endErasing(db, userId),
    },
    deleteExpired: () => deleteExpired(db),
  };
}

import { DomainError } from '../../platform/errors.ts';

export function invalidField(sentence: string): DomainError {
  return new DomainError('invalid_request', sentence, { kind: 'invalid' });
}

export function emailTaken(): DomainError {
  return new DomainError('email_taken', 'A user with this e-mail address exists.', { kind: 'conflict' });
}

export function planNotOffered(offered: readonly string[]): DomainError {
  const choice = offered.length === 0 ? 'Sign-up is closed.' : `Offered: ${offered.join(', ')}.`;
  return new DomainError('plan_not_offered', `This plan cannot be chosen at sign-up. ${choice}`, { kind: 'invalid' });
}

/** One answer for an unknown e-mail address and for a wrong password. */
export function invalidCredentials(): DomainError {
  return new DomainError('invalid_credentials', 'No user has this e-mail address and password.', {
    kind: 'unauthenticated',
  });
}

export function wrongCurrentPassword(): DomainError {
  return new DomainError('invalid_credentials', 'The current password is wrong.', { kind: 'unauthenticated' });
}

export function refreshTokenRefused(): DomainError {
  return new DomainError('unauthenticated', 'The refresh token is wrong, expired or revoked. Log in again.', {
    kind: 'unauthenticated',
  });
}

export function resetTokenRefused(): DomainError {
  return new DomainError('reset_token_refused', 'The link is wrong, used or older than an hour. Ask for a new one.', {
    kind: 'invalid',
  });
}

export function weakPassword(): DomainError {
  return new DomainError('weak_password', 'A password needs 8 to 128 characters.', { kind: 'invalid' });
}

export function tooManyAttempts(retryAfterMs: number): DomainError {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return new DomainError('too_many_attempts', `Too many attempts. Try again in ${seconds} s.`, {
    kind: 'limit',
    retryAfterSeconds: seconds,
  });
}

export function tooManyHashes(): DomainError {
  return new DomainError('overloaded', 'Too many log-ins at once. Try again shortly.', {
    kind: 'unavailable',
    retryAfterSeconds: 2,
  });
}

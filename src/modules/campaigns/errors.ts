import { DomainError } from '../../platform/errors.ts';
import type { CampaignStatus } from './campaign.ts';
import type { RecipientError } from './check-recipients.ts';

const errorsShownMax = 100;

/** Nothing was accepted; the details say which recipients are why, a hundred at most. */
export function invalidRecipients(errors: readonly RecipientError[]): DomainError {
  const [first] = errors;
  const sentence = `${errors.length} of the recipients cannot be written to; recipient ${first?.index}: ${first?.error}`;
  return new DomainError('invalid_recipients', sentence, {
    kind: 'invalid',
    details: { errors: errors.slice(0, errorsShownMax), errors_total: errors.length },
  });
}

export function everyoneOptedOut(): DomainError {
  return new DomainError('recipients_opted_out', 'Every recipient is on the opt-out list.', { kind: 'unprocessable' });
}

export function campaignOver(status: CampaignStatus): DomainError {
  return new DomainError('campaign_over', `The campaign is ${status} and cannot be changed any more.`, {
    kind: 'conflict',
  });
}

/** A bulk send takes the units of all its messages, or none. */
export function notEnoughUnits(units: number, dailyMax: number): DomainError {
  return new DomainError(
    'quota_exceeded',
    `This needs ${units} messages of the day at once, and fewer are left of its ${dailyMax}.`,
    { kind: 'limit', details: { limit: 'messages_per_day', max_messages_per_day: dailyMax, needed: units } },
  );
}

import type { UserBody } from './schemas.ts';
import type { Profile, User } from './user.ts';

/** A user in the words of the API. */
export function userBody(user: User): UserBody {
  return {
    id: user.id,
    email: user.email,
    full_name: user.fullName,
    company_name: user.companyName,
    api_key: user.apiKeyHint,
    plan_type: user.planType,
    max_phone_numbers: user.maxPhoneNumbers,
    max_messages_per_day: user.maxMessagesPerDay,
    requests_per_minute: user.requestsPerMinute,
    role: user.role,
    status: user.status,
    created_at: user.createdAt.toISOString(),
  };
}

export function profileBody(profile: Profile) {
  const { date, messagesUsed, messagesLeft, phoneNumbers } = profile.usageToday;
  return {
    ...userBody(profile),
    usage_today: { date, messages_used: messagesUsed, messages_left: messagesLeft, phone_numbers: phoneNumbers },
  };
}

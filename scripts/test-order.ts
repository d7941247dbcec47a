import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** Where nothing is known of earlier runs, as in a clean checkout, these start first: the longest, in this order. */
const longest = [
  'faults/short',
  'bin/gateway',
  'messages/waiting-many',
  'messages/waiting-death',
  'platform/alarm/outages',
  'e2e/placement',
  'admin/moves',
  'messages/pace',
  'bin/embedded-postgres',
  'messages/waiting-trouble',
  'messages/waiting',
  'messages/outages',
  'campaigns/campaigns',
  'webhooks/fairness',
  'webhooks/bad-receivers',
  'webhooks/killed',
  'backends/probe',
  'e2e/roles',
  'messages/idempotency',
  'messages/quota',
  'messages/outcomes',
  'webhooks/settings',
  'phone-numbers/check-connection',
  'phone-numbers/delete',
  'realtime/ending',
  'inbound/lane',
  'bin/sql',
];

/** Longest first, so that no worker is left with a long file when the others have nothing to do. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return place === -1 ? longest.length : place;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

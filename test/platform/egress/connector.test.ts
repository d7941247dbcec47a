import { expect, test } from 'vitest';
import { createAddressRules } from '../../../src/platform/egress/address-rules.ts';
import { createConnector } from '../../../src/platform/egress/connector.ts';

test.each(['127.0.0.1', '::1', '169.254.169.254'])(
  'a literal that came past the URL check is refused, neither looked up nor dialled: %s',
  async (hostname) => {
    const unexpected = () => {
      throw new Error('was asked');
    };
    const { connect } = createConnector({
      rules: createAddressRules([]),
      allowNames: [],
      lookup: unexpected,
      dial: unexpected,
      connectTimeoutMs: 1_000,
      ca: undefined,
    });
    const outcome = await new Promise((resolve) => {
      connect({ hostname, protocol: 'http:', port: '' }, (...outcome) => resolve(outcome[0]));
    });
    expect(outcome).toMatchObject({ kind: 'refused', stage: 'literal' });
  },
);

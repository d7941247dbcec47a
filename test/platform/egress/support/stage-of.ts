import { createUrlCheck, EgressRefused } from '../../../../src/platform/egress/index.ts';

const check = createUrlCheck({ allowCidrs: [] });

/** `allowed`, or the stage at which the URL is refused; anything but EgressRefused fails the test. */
export function stageOf(url: string): string {
  try {
    check(url);
    return 'allowed';
  } catch (error) {
    if (error instanceof EgressRefused) return error.stage;
    throw error;
  }
}

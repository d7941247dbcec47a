import { vi } from 'vitest';

// vi.waitFor and vi.waitUntil give up after 1 s, and have no setting for it: on a busy machine that is too early. A
// little less than the 5 s after which lanes look by themselves, so that a missing ring is still noticed.
const waitMs = 4_500;

type Options = Parameters<typeof vi.waitFor>[1];
const patient = (options: Options): Options =>
  typeof options === 'number' ? options : { timeout: waitMs, ...options };

// Files share a process, and this runs before each: the second time there is nothing left to do.
const { waitFor, waitUntil } = vi;
if (!('isPatient' in vi)) {
  vi.waitFor = (callback, options) => waitFor(callback, patient(options));
  vi.waitUntil = (callback, options) => waitUntil(callback, patient(options));
  Object.assign(vi, { isPatient: true });
}

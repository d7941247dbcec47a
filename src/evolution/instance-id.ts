import { createHash } from 'node:crypto';

// Any constant works, as long as it never changes.
const namespace = Buffer.from('6a3f0c5e9d1b4e72a8c4f07be15d92c6', 'hex');

/**
 * What stands for `instanceId` where we speak as such a server: a UUID (version 5) of our own name for the number, so
 * that it is the same everywhere and always, and says nothing of the backend.
 */
export function instanceIdOf(instanceName: string): string {
  const bytes = createHash('sha1').update(namespace).update(instanceName, 'utf8').digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

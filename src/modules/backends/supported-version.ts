/** Older servers lack calls and webhook fields that sending and its proof rest on. */
const oldest = [2, 3, 3];

/** Why a server of this version cannot serve; null when it can, or when its version says nothing. */
export function unsupportedReason(version: string | null): string | null {
  const parts = /^v?(\d+)\.(\d+)\.(\d+)/
    .exec(version ?? '')
    ?.slice(1)
    .map(Number);
  if (parts === undefined) return null;
  const difference = parts.map((part, index) => part - (oldest[index] ?? 0)).find((each) => each !== 0) ?? 0;
  return difference < 0 ? `Evolution API ${version} is older than ${oldest.join('.')}` : null;
}

/** Which web pages may connect: those of this server, under any of its names, and of the origins that are listed. */
export function createOriginRule(options: { serverUrl: string; corsOrigins: readonly string[] }) {
  const listed = new Set([new URL(options.serverUrl).origin, ...options.corsOrigins]);
  return (origin: string, host: string | undefined): boolean => {
    if (listed.has(origin)) return true;
    return URL.canParse(origin) && /^https?:$/.test(new URL(origin).protocol) && new URL(origin).host === host;
  };
}

export const uptimeWindows = ['last24h', 'last7d', 'last30d'] as const;
export type UptimeWindow = (typeof uptimeWindows)[number];

/** How much of a time a number was connected. */
export type UptimeFigures = {
  connectedSeconds: number;
  /** Of the window, what the number's connection was watched. */
  observedSeconds: number;
  /** 0 to 1; null before anything was observed. */
  uptime: number | null;
  /** Connections that ended within it, whatever ended them. */
  losses: number;
};

export type Uptime = {
  /** Since when the number's connection is watched: from its creation, or from the upgrade that began to. */
  since: Date;
} & Record<UptimeWindow, UptimeFigures>;

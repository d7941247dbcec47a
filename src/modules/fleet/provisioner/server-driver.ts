/** What runs the servers that we start. It decides nothing: names, ports and keys come from our rows. */
export type ServerDriver = {
  name: 'none' | 'docker';
  /** Whether `start` can work at all. */
  canStart: boolean;
  /** All that carry this installation's label, also those that ended. */
  list(): Promise<EngineServer[]>;
  /** Whether the image is here; fetches one that is not, and throws once that failed. Returns at once. */
  prepareImage(image: string): Promise<boolean>;
  /**
   * Makes the server's volume and container unless they are there, and starts it. Answers what the engine calls it.
   * May run again after it was broken off anywhere.
   */
  start(spec: ServerSpec): Promise<{ engineId: string }>;
  /** Ends and removes the container, and nothing else; does nothing where there is none. */
  remove(name: string): Promise<void>;
  /** Removes the volume with all that is in it; does nothing where there is none. */
  removeVolume(name: string): Promise<void>;
  /** Undefined where it does not run. */
  usage(name: string): Promise<ServerUsage | undefined>;
};

export type ServerSpec = {
  rowId: string;
  name: string;
  image: string;
  /** On the machine; inside, it is always `serverPort`. */
  port: number;
  environment: Readonly<Record<string, string>>;
};

export type EngineServer = {
  rowId: string;
  name: string;
  engineId: string;
  /** Also while the engine restarts it by its own policy. */
  isRunning: boolean;
};

export type ServerUsage = {
  /** Processor time since it was started, and when it was read. */
  cpuNs: number;
  readAtMs: number;
  memoryBytes: number;
  memoryLimitBytes: number;
};

/** The port inside a container, and where a server keeps its files there. */
export const serverPort = 8080;
export const serverFolder = '/evolution/instances';

/**
 * `unreachable`: the engine did not answer, and nothing can be said. `port_taken`: somebody else listens on the port.
 * `refused`: everything else.
 */
export type EngineErrorKind = 'unreachable' | 'port_taken' | 'refused';

export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly kind: EngineErrorKind;

  constructor(kind: EngineErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

// As much of Express as naive.ts uses; its own types are a package that nothing else here needs.
declare module 'express' {
  import type { IncomingMessage, Server } from 'node:http';

  type Request = IncomingMessage & { body: Record<string, string> };
  type Response = { status(code: number): Response; json(body: unknown): void };
  type Handler = (request: Request, response: Response) => Promise<void>;
  type Application = {
    use(middleware: unknown): void;
    post(path: string, handler: Handler): void;
    listen(port: number, host: string, listening: () => void): Server;
  };

  const express: { (): Application; json(): unknown };
  export default express;
}

import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** Where connections are waited for. */
export interface ListenOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** The loopback address where none is given. */
  readonly host?: string;
  /** Key and certificate; with `ca` and `requestCert` the peer must show one too. */
  readonly tls?: TlsOptions;
}

/** A server that listens, over TLS where given, and the port it has. Rejects where it cannot listen. */
export async function listen(
  { port, host = '127.0.0.1', tls }: ListenOptions,
  serve: (socket: Socket) => void,
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : port };
}

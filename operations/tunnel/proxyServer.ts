/** Local HTTP proxy of a tunnel: sends connections to the API through the tunnel, all others to their own destination. */
import { once } from "node:events";
import { type IncomingMessage, createServer } from "node:http";
import { type AddressInfo, type Socket, connect } from "node:net";
import { type Duplex, pipeline } from "node:stream";

import { messageOf } from "../../cli/program";
import { connectThrough } from "../../components/api/httpProxy";
import type { Destination } from "./environment";

export interface ProxyOptions {
  /** Tests whether a destination is the API. */
  readonly isApi: (destination: Destination) => boolean;
  /** Local port of the tunnel; rejects with the reason if it does not open. */
  readonly apiPort: () => Promise<number>;
  /** Proxy for another destination. Default: a direct connection. */
  readonly upstream: (destination: Destination) => string | undefined;
}

export interface ProxyServer {
  readonly url: string;
  readonly close: () => void;
}

/** Limit in ms for the answer of another proxy. */
const upstreamTimeoutMs = 30_000;

/** Starts the proxy on a free port of the loopback interface. */
export async function startProxy(options: ProxyOptions): Promise<ProxyServer> {
  const sockets = new Set<Duplex>();
  const server = createServer((_request, response) => {
    response.writeHead(405).end("This proxy supports CONNECT only.\n");
  });
  server.on("connect", ({ url = "" }: IncomingMessage, client: Duplex, head: Buffer) => {
    sockets.add(client);
    client.on("error", () => client.destroy()).on("close", () => sockets.delete(client));
    openDestination(url, options)
      .then((destination) => {
        if (client.destroyed) return void destination.destroy();
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        if (head.length > 0) destination.write(head);
        // Each direction ends by itself; an error ends both.
        pipeline(client, destination, () => undefined);
        pipeline(destination, client, () => undefined);
      })
      .catch((error: unknown) => {
        // Clients show the status text: kubectl prints nothing else.
        client.end(`HTTP/1.1 503 ${statusText(messageOf(error))}\r\nConnection: close\r\n\r\n`);
      });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function openDestination(authority: string, { isApi, apiPort, upstream }: ProxyOptions): Promise<Socket> {
  const destination = parseAuthority(authority);
  if (isApi(destination)) return connectDirectly({ host: "127.0.0.1", port: await apiPort() });
  const proxy = upstream(destination);
  if (proxy === undefined) return connectDirectly(destination);
  return connectThrough(proxy, destination.host, destination.port, upstreamTimeoutMs);
}

/** Reads `<host>:<port>`; an IPv6 address is in brackets. */
function parseAuthority(authority: string): Destination {
  const [, address, name, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^[\]:]+)):(\d+)$/.exec(authority) ?? [];
  const host = address ?? name;
  if (host === undefined) throw new Error(`"${authority}" is no destination; write <host>:<port>`);
  return { host: host.toLowerCase(), port: Number(port) };
}

async function connectDirectly({ host, port }: Destination): Promise<Socket> {
  const socket = connect({ host, port, allowHalfOpen: true });
  await once(socket, "connect");
  return socket;
}

/** A status line is one line of ASCII. */
const statusText = (message: string): string =>
  message
    .replace(/[^\x21-\x7e]+/g, " ")
    .trim()
    .slice(0, 500);

/**
 * HTTP proxy with a log of its requests: `node proxyServer.mjs <address> <port, or 0> <file>` prints its port. The file gets a line
 * per request, such as `CONNECT example.com:443`. Names below `.invalid`, which no resolver knows, are this host.
 */
import { lookup } from "node:dns";
import { appendFileSync } from "node:fs";
import { Server } from "proxy-chain";

const [host, port, log] = process.argv.slice(2);

const server = new Server({
  host,
  port: Number(port),
  prepareRequestFunction: ({ request, hostname, port }) => {
    appendFileSync(log, `${request.method} ${hostname}:${port}\n`);
    return {
      dnsLookup: (name, options, callback) => {
        lookup(name.endsWith(".invalid") ? "127.0.0.1" : name, options, callback);
      },
    };
  },
});
await server.listen();
process.stdout.write(`${server.port}\n`);

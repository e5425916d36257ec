/** HTTP proxy to the Kubernetes API, in place of `holdfast tunnel`: the program waits for the API through it. */
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { type Duplex, pipeline } from "node:stream";
import { apiPort } from "../../components/api/address.plan";

/** Address in the router's namespace, where the engine runs. */
const host = "127.0.0.1";
const port = 3128;

/** URL for `HOLDFAST_API_TUNNEL`. */
export const apiProxyUrl = `http://${host}:${port}`;

/** @param address of the load balancer of the API; undefined until it runs */
export async function startApiProxy(address: () => string | undefined): Promise<void> {
  const server = createServer((_request, response) => {
    response.writeHead(405).end("This proxy supports CONNECT only.\n");
  });
  server.on("connect", (_request, client: Duplex, head: Buffer) => {
    client.on("error", () => client.destroy());
    const balancer = address();
    if (balancer === undefined) {
      client.end("HTTP/1.1 503 the load balancer of the API does not run yet\r\nConnection: close\r\n\r\n");
      return;
    }
    const refuse = ({ message }: Error): void => {
      client.end(`HTTP/1.1 503 ${message}\r\nConnection: close\r\n\r\n`);
    };
    const api = connect(apiPort, balancer, () => {
      api.off("error", refuse);
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      api.write(head);
      // Each direction ends by itself; an error ends both.
      pipeline(client, api, () => undefined);
      pipeline(api, client, () => undefined);
    });
    api.once("error", refuse);
  });
  await once(server.listen(port, host), "listening");
}

/** HTTPS proxy on loopback in front of an API server, which can falsify one read. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, createServer, request as httpsRequest } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ApiServer } from "../access/apiServer";

export class ApiProxy {
  /** Common names of the client certificates. */
  readonly clients = new Set<string>();
  /** Answers each new watch with 410 Gone, as an API server that lacks the events since the revision. */
  expireWatches = false;
  /** Answers the next read of a changed ConfigMap with the first answer to a read of it. */
  falsifyNext = false;
  /** Path of the falsified read. */
  falsified: string | undefined;
  readonly #first = new Map<string, Buffer>();
  readonly #agent: Agent;
  readonly #server: ReturnType<typeof createServer>;

  private constructor(private readonly api: ApiServer) {
    const { certificate, key } = api.authority.issue("proxy", { name: "proxy" });
    const admin = api.authority.issue("proxy-client", { name: "proxy-client", groups: ["system:masters"] });
    const ca = api.authority.pem;
    this.#agent = new Agent({
      keepAlive: true,
      ca,
      cert: readFileSync(admin.certificate),
      key: readFileSync(admin.key),
    });
    const own = { ca, cert: readFileSync(certificate), key: readFileSync(key), requestCert: true };
    this.#server = createServer(own, (request, response) => {
      this.#forward(request, response);
    });
    this.#server.on("secureConnection", (socket) => this.clients.add(String(socket.getPeerCertificate().subject.CN)));
  }

  static async start(api: ApiServer): Promise<ApiProxy> {
    const proxy = new ApiProxy(api);
    await once(proxy.#server.listen(0, "127.0.0.1"), "listening");
    return proxy;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    const { method, url = "", headers } = request;
    if (this.expireWatches && url.includes("watch=true")) {
      response.writeHead(410).end();
      return;
    }
    const sent = httpsRequest(`${this.api.url}${url}`, { method, headers, agent: this.#agent }, (answer) => {
      const fields = { ...answer.headers };
      // A falsified answer has another length.
      delete fields["content-length"];
      response.writeHead(answer.statusCode ?? 500, fields);
      if (method !== "GET" || !/\/shared-\d+$/.test(url) || answer.statusCode !== 200) {
        answer.pipe(response);
        return;
      }
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", () => response.end(this.#falsify(url, Buffer.concat(parts))));
    });
    const end = () => void response.destroy();
    sent.once("error", end);
    response.once("close", () => sent.destroy());
    request.pipe(sent);
  }

  #falsify(url: string, answer: Buffer): Buffer {
    const first = this.#first.get(url) ?? answer;
    this.#first.set(url, first);
    if (!this.falsifyNext || first.equals(answer)) return answer;
    this.falsifyNext = false;
    this.falsified = url;
    return first;
  }
}

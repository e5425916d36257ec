import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** Fake of AWS's query and JSON protocols: answers by action; records the requests. */
export class FakeAwsApi {
  readonly actions: string[] = [];
  /** Bodies of the requests, in the order of the actions. */
  readonly bodies: string[] = [];
  readonly #server: Server;
  /** @param answers XML, or JSON for the JSON protocol, by action; with the prefix `classic ` for classic load balancers. */
  constructor(private readonly answers: Readonly<Record<string, string>>) {
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        const form = new URLSearchParams(body);
        const target = request.headers["x-amz-target"];
        const action = typeof target === "string" ? (target.split(".")[1] ?? "") : (form.get("Action") ?? "");
        this.actions.push(action);
        this.bodies.push(body);
        const classic = form.get("Version") === "2012-06-01";
        const answer = this.answers[classic ? `classic ${action}` : action];
        const type = target === undefined ? "text/xml" : "application/x-amz-json-1.1";
        response.writeHead(answer === undefined ? 400 : 200, { "content-type": type });
        response.end(answer ?? `<Response><Errors><Error><Code>${action}</Code></Error></Errors></Response>`);
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

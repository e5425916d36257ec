/** EC2's instance metadata service, version 2 only: a token is required, and answers depend on the caller's address. */
import { once } from "node:events";
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type InstanceFacts, lookUp, metadataTree } from "./metadataTree";

const ttlHeader = "X-Aws-Ec2-Metadata-Token-Ttl-Seconds";
/** EC2's maximum: six hours. */
const maxTtl = 21_600;

export interface MetadataServiceOptions {
  readonly host: string;
  readonly port: number;
  /** Instance at an address; undefined: the caller gets no answer. */
  readonly instanceAt: (address: string) => Promise<InstanceFacts | undefined>;
}

interface Answer {
  readonly status: number;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Starts the service; resolves when it listens. */
export async function startMetadataService(options: MetadataServiceOptions): Promise<Server> {
  const tokens = new Tokens();
  const server = createServer((request, response) => {
    answer(request, options, tokens)
      .catch((error: unknown): Answer => ({ status: 500, text: String(error) }))
      .then((result) => {
        reply(response, result);
      }, console.error);
  });
  await once(server.listen(options.port, options.host), "listening");
  return server;
}

async function answer(request: IncomingMessage, options: MetadataServiceOptions, tokens: Tokens): Promise<Answer> {
  const address = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  const facts = await options.instanceAt(address);
  if (facts === undefined) return { status: 403, text: "no instance has this address\n" };
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  if (request.method === "PUT" && path === "/latest/api/token") return issueToken(request, address, tokens);
  if (request.method !== "GET" && request.method !== "HEAD") return { status: 405 };

  const remaining = tokens.remaining(header(request, "X-aws-ec2-metadata-token"), address);
  if (remaining === undefined) return { status: 401, text: "a token is required\n" };
  const segments = path.split("/").filter((segment) => segment !== "");
  if (segments.length === 0) return { status: 200, text: "1.0\n2021-03-23\nlatest" };
  const text = lookUp(metadataTree(facts), segments.slice(1).map(decodeURIComponent));
  if (text === undefined) return { status: 404 };
  return { status: 200, text, headers: { [ttlHeader]: String(remaining) } };
}

function issueToken(request: IncomingMessage, address: string, tokens: Tokens): Answer {
  const ttl = Number(header(request, ttlHeader));
  if (!Number.isInteger(ttl) || ttl < 1 || ttl > maxTtl) return { status: 400 };
  // EC2 issues no token to a proxy.
  if (header(request, "X-Forwarded-For") !== "") return { status: 403 };
  // The AWS SDKs for Go only cache a token if the answer repeats its TTL.
  return { status: 200, text: tokens.issue(address, ttl), headers: { [ttlHeader]: String(ttl) } };
}

/** Issued tokens, each valid for one address. */
class Tokens {
  readonly #issued = new Map<string, { address: string; expires: number }>();

  issue(address: string, ttlSeconds: number): string {
    const now = Date.now();
    for (const [token, { expires }] of this.#issued) if (expires < now) this.#issued.delete(token);
    const token = randomBytes(32).toString("base64url");
    this.#issued.set(token, { address, expires: now + ttlSeconds * 1000 });
    return token;
  }

  /** Remaining seconds of a token; undefined: invalid, expired, or issued to another address. */
  remaining(token: string, address: string): number | undefined {
    const issued = this.#issued.get(token);
    const milliseconds = (issued?.expires ?? 0) - Date.now();
    return issued?.address === address && milliseconds > 0 ? Math.ceil(milliseconds / 1000) : undefined;
  }
}

function reply(response: ServerResponse, { status, text = "", headers }: Answer): void {
  const body = Buffer.from(text);
  response.writeHead(status, { "content-type": "text/plain", "content-length": body.length, ...headers }).end(body);
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name.toLowerCase()];
  return typeof value === "string" ? value : "";
}

/**
 * The instance metadata service, version 2 only: a token first, and every answer by the caller's address.
 * It listens on 169.254.169.254:80 inside the router's namespace.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type InstanceFacts, lookUp, metadataTree } from "./metadataTree";

const ttlHeader = "X-Aws-Ec2-Metadata-Token-Ttl-Seconds";
/** Six hours, the longest that EC2 grants. */
const longestTtl = 21_600;

export interface MetadataServiceOptions {
  readonly host: string;
  readonly port: number;
  /** The instance at an address; undefined: the caller is nobody's and gets nothing. */
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
      .then((given) => {
        reply(response, given);
      }, console.error);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  return server;
}

async function answer(request: IncomingMessage, options: MetadataServiceOptions, tokens: Tokens): Promise<Answer> {
  const address = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  const facts = await options.instanceAt(address);
  if (facts === undefined) return { status: 403, text: "no instance has this address\n" };
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  if (request.method === "PUT" && path === "/latest/api/token") return giveToken(request, address, tokens);
  if (request.method !== "GET" && request.method !== "HEAD") return { status: 405 };

  const remaining = tokens.remaining(header(request, "X-aws-ec2-metadata-token"), address);
  if (remaining === undefined) return { status: 401, text: "a token is required\n" };
  const segments = path.split("/").filter((segment) => segment !== "");
  if (segments.length === 0) return { status: 200, text: "1.0\n2021-03-23\nlatest" };
  const text = lookUp(metadataTree(facts), segments.slice(1).map(decodeURIComponent));
  if (text === undefined) return { status: 404 };
  return { status: 200, text, headers: { [ttlHeader]: String(remaining) } };
}

function giveToken(request: IncomingMessage, address: string, tokens: Tokens): Answer {
  const ttl = Number(header(request, ttlHeader));
  if (!Number.isInteger(ttl) || ttl < 1 || ttl > longestTtl) return { status: 400 };
  // EC2 refuses a token to a request that a proxy passed on
  if (header(request, "X-Forwarded-For") !== "") return { status: 403 };
  // the AWS SDKs for Go keep no token whose time to live is not echoed
  return { status: 200, text: tokens.give(address, ttl), headers: { [ttlHeader]: String(ttl) } };
}

/** Tokens that were given, each good for one address. */
class Tokens {
  readonly #given = new Map<string, { address: string; expires: number }>();

  give(address: string, ttlSeconds: number): string {
    const now = Date.now();
    for (const [token, { expires }] of this.#given) if (expires < now) this.#given.delete(token);
    const token = randomBytes(32).toString("base64url");
    this.#given.set(token, { address, expires: now + ttlSeconds * 1000 });
    return token;
  }

  /** Seconds that a token has left; undefined: it is not good, or not for this address. */
  remaining(token: string, address: string): number | undefined {
    const given = this.#given.get(token);
    const milliseconds = (given?.expires ?? 0) - Date.now();
    return given?.address === address && milliseconds > 0 ? Math.ceil(milliseconds / 1000) : undefined;
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

/** Fakes of services that API servers call: OpenID Connect issuer, token webhook, authorization webhook. */
import { type KeyObject, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Server, createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { jsonWebKeys, keyId } from "../../../components/access/serviceAccounts/jwks.plan";
import type { Authority } from "./authority";

/** HTTPS server on loopback that answers JSON. */
export class JsonService {
  readonly #server: Server;

  private constructor(authority: Authority, answer: (path: string, body: unknown) => unknown) {
    const { certificate, key } = authority.issue("service", { name: "localhost" });
    this.#server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => {
      const body = request.method === "POST" ? json(request) : Promise.resolve(undefined);
      void body.then((content) => {
        const reply = answer(request.url ?? "/", content);
        response.writeHead(reply === undefined ? 404 : 200, { "content-type": "application/json" });
        response.end(JSON.stringify(reply ?? {}));
      });
    });
  }

  static async start(authority: Authority, answer: (path: string, body: unknown) => unknown): Promise<JsonService> {
    const service = new JsonService(authority, answer);
    await new Promise<void>((resolve) => service.#server.listen(0, "127.0.0.1", resolve));
    return service;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const encodePart = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** OpenID Connect issuer that signs tokens with any claims. */
export class OidcIssuer {
  readonly #keys: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  service!: JsonService;

  static async start(authority: Authority): Promise<OidcIssuer> {
    const issuer = new OidcIssuer();
    const pem = issuer.#keys.publicKey.export({ type: "spki", format: "pem" }).toString();
    issuer.service = await JsonService.start(authority, (path) =>
      path === "/.well-known/openid-configuration"
        ? {
            issuer: issuer.url,
            jwks_uri: `${issuer.url}/keys`,
            response_types_supported: ["id_token"],
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: ["RS256"],
          }
        : path === "/keys"
          ? { keys: jsonWebKeys([pem]) }
          : undefined,
    );
    return issuer;
  }

  get url(): string {
    return this.service.url;
  }

  token(claims: object): string {
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: this.url, aud: "kubernetes", iat: now, exp: now + 3600, ...claims };
    const signed = `${encodePart({ alg: "RS256", kid: keyId(this.#keys.publicKey) })}.${encodePart(all)}`;
    return `${signed}.${sign("sha256", Buffer.from(signed), this.#keys.privateKey).toString("base64url")}`;
  }
}

/** Token webhook with these users by token. */
export function tokenService(
  authority: Authority,
  users: Readonly<Record<string, { username: string; groups: readonly string[] }>>,
): Promise<JsonService> {
  return JsonService.start(authority, (_path, body) => {
    const { spec } = body as { spec: { token: string } };
    const user = users[spec.token];
    return {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenReview",
      status: user === undefined ? { authenticated: false } : { authenticated: true, user },
    };
  });
}

export interface AccessReview {
  readonly user: string;
  readonly groups?: readonly string[];
  readonly resourceAttributes?: { readonly verb: string; readonly namespace?: string; readonly resource: string };
}

/** Authorization webhook; undefined means no opinion. */
export function authorizationService(
  authority: Authority,
  decide: (review: AccessReview) => "allow" | "deny" | undefined,
): Promise<JsonService> {
  return JsonService.start(authority, (_path, body) => {
    const decision = decide((body as { spec: AccessReview }).spec);
    return {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      status: { allowed: decision === "allow", denied: decision === "deny", reason: "the service said so" },
    };
  });
}

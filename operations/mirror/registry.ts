/**
 * Client of a registry's API (OCI distribution specification 1.1): pulls and pushes of manifests and blobs, with Basic
 * authentication and bearer tokens (distribution.github.io/distribution/spec/auth/token).
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

import { HttpError, type Open } from "./download";

export interface Manifest {
  readonly mediaType: string;
  /** `sha256:…` of the content. */
  readonly digest: string;
  readonly content: Buffer;
}

/** Digest of a manifest or blob: `sha256:…`. */
export const digestOf = (content: Buffer): string => `sha256:${createHash("sha256").update(content).digest("hex")}`;

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** Registry that refused a request, with its reason. */
export class RegistryError extends HttpError {
  constructor(url: string, status: number, reason: string) {
    super(url, status);
    this.message = `${url}: HTTP status ${status}${reason === "" ? "" : ` (${reason})`}`;
  }
}

const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

interface Call {
  readonly method: "GET" | "HEAD" | "POST" | "PUT";
  readonly headers?: Readonly<Record<string, string>>;
  /** Opened again if the request is repeated with a token. */
  readonly body?: (() => NonNullable<RequestInit["body"]>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export class Registry {
  /** Value of the header Authorization by repository. */
  readonly #authorization = new Map<string, string>();

  /**
   * @param root URL of the API, ending with `/v2` or with a folder below it
   * @param login undefined: none, anonymous tokens
   */
  constructor(
    private readonly root: string,
    private readonly login: () => Promise<Login | undefined> = () => Promise.resolve(undefined),
  ) {}

  /** @param reference tag or digest @throws if the content differs from a digest */
  async manifest(repository: string, reference: string): Promise<Manifest> {
    const url = this.url(repository, `manifests/${reference}`);
    const response = await this.expect(repository, url, 200, {
      method: "GET",
      headers: { accept: manifestTypes.join(", ") },
    });
    const content = Buffer.from(await response.arrayBuffer());
    const digest = digestOf(content);
    const stated = reference.startsWith("sha256:") ? reference : response.headers.get("docker-content-digest");
    if (stated?.startsWith("sha256:") === true && stated !== digest) {
      throw new Error(`${url} has the digest ${digest}, expected ${stated}; the manifest is damaged`);
    }
    const { mediaType } = JSON.parse(content.toString()) as { mediaType?: string };
    const header = response.headers.get("content-type")?.split(";")[0]?.trim() ?? "";
    return { mediaType: mediaType ?? header, digest, content };
  }

  /** Digest of a manifest; undefined: the registry has none. */
  async manifestDigest(repository: string, reference: string): Promise<string | undefined> {
    const url = this.url(repository, `manifests/${reference}`);
    const response = await this.send(repository, url, {
      method: "HEAD",
      headers: { accept: manifestTypes.join(", ") },
    });
    return response.status === 200 ? (response.headers.get("docker-content-digest") ?? undefined) : undefined;
  }

  /** Content of a blob. */
  blob(repository: string, digest: string): Open {
    const url = this.url(repository, `blobs/${digest}`);
    return (signal) => this.expect(repository, url, 200, { method: "GET", signal });
  }

  async hasBlob(repository: string, digest: string): Promise<boolean> {
    return (await this.send(repository, this.url(repository, `blobs/${digest}`), { method: "HEAD" })).status === 200;
  }

  async pushBlob(repository: string, digest: string, file: string, bytes: number): Promise<void> {
    const start = this.url(repository, "blobs/uploads/");
    const upload = await this.expect(repository, start, 202, { method: "POST" });
    const location = new URL(upload.headers.get("location") ?? "", start);
    location.searchParams.set("digest", digest);
    await this.expect(repository, location.href, 201, {
      method: "PUT",
      headers: { "content-type": "application/octet-stream", "content-length": String(bytes) },
      // An empty stream has no chunk that would end it.
      body: bytes === 0 ? undefined : () => createReadStream(file),
    });
  }

  async pushManifest(repository: string, reference: string, { mediaType, content }: Manifest): Promise<void> {
    const url = this.url(repository, `manifests/${reference}`);
    const body = () => new Uint8Array(content);
    await this.expect(repository, url, 201, { method: "PUT", headers: { "content-type": mediaType }, body });
  }

  private url(repository: string, rest: string): string {
    return `${this.root.replace(/\/+$/, "")}/${repository}/${rest}`;
  }

  private async expect(repository: string, url: string, status: number, call: Call): Promise<Response> {
    const response = await this.send(repository, url, call);
    if (response.status === status) return response;
    throw new RegistryError(url, response.status, await errorText(response));
  }

  /** Sends a request, and repeats it once with the authentication that the registry asks for. */
  private async send(repository: string, url: string, call: Call): Promise<Response> {
    const first = await this.fetch(repository, url, call);
    const challenge = first.headers.get("www-authenticate");
    if (first.status !== 401 || challenge === null) return first;
    const authorization = await this.authorize(challenge);
    if (authorization === undefined) return first;
    await first.body?.cancel();
    this.#authorization.set(repository, authorization);
    return this.fetch(repository, url, call);
  }

  private fetch(repository: string, url: string, { method, headers, body, signal }: Call): Promise<Response> {
    const known = this.#authorization.get(repository);
    return fetch(url, {
      method,
      headers: { ...headers, ...(known !== undefined && { authorization: known }) },
      ...(body !== undefined && { body: body(), duplex: "half" }),
      ...(signal !== undefined && { signal }),
    });
  }

  /** Value of the header Authorization; undefined: the registry wants a password, and there is none. */
  private async authorize(challenge: string): Promise<string | undefined> {
    const login = await this.login();
    const basic =
      login === undefined
        ? undefined
        : `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;
    const parameters = Object.fromEntries(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]),
    );
    const { realm, service, scope } = parameters;
    if (!/^bearer /i.test(challenge) || realm === undefined) return basic;
    const url = new URL(realm);
    if (service !== undefined) url.searchParams.set("service", service);
    // A pull, then a push: the registry asks for another scope each time.
    if (scope !== undefined) url.searchParams.set("scope", scope);
    const response = await fetch(url, { headers: basic === undefined ? {} : { authorization: basic } });
    if (response.status !== 200) throw new RegistryError(url.href, response.status, await errorText(response));
    const { token, access_token } = (await response.json()) as { token?: string; access_token?: string };
    return `Bearer ${token ?? access_token ?? ""}`;
  }
}

/** First error of a registry's answer. */
async function errorText(response: Response): Promise<string> {
  const text = await response.text().catch(() => "");
  try {
    const [first] = (JSON.parse(text) as { errors?: { code?: string; message?: string }[] }).errors ?? [];
    return [first?.code, first?.message].filter(Boolean).join(": ");
  } catch {
    return "";
  }
}

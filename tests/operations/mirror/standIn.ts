/** Publishers on a loopback server: release files, and registries that require tokens for pulls and pushes. */
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";

import { createTar } from "nanotar";

export const digestOf = (content: Buffer | string): string =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`;

interface StoredManifest {
  readonly content: Buffer;
  readonly mediaType: string;
}

const types = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
};

export class StandIn {
  /** Release files by path, served below `assets/`. */
  readonly files = new Map<string, Buffer>();
  /** Manifests by `<repository>/manifests/<reference>`, blobs by `<repository>/blobs/<digest>`. */
  readonly manifests = new Map<string, StoredManifest>();
  readonly blobs = new Map<string, Buffer>();
  /** Method and URL of each request. */
  readonly requests: string[] = [];
  /** Answers with this before everything else, if it returns true. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  /** Password that tokens for pushes require, for the user `robot`. */
  password = "secret";
  url = "";
  readonly #tokens = new Map<string, string>();
  readonly #server: Server = createServer((request, response) => {
    void this.answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });

  async start(): Promise<void> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Adds an image of two platforms, with an own layer for each that has one file. @returns digest of its index */
  addImage(repository: string, tag: string, file = "hello"): string {
    const platforms = ["amd64", "arm64"].map((architecture) => {
      const text = `${repository}:${tag} ${architecture}`;
      const tar = Buffer.from(createTar([{ name: file, data: text, attrs: { mtime: 0 } }]));
      const layer = gzipSync(tar);
      const rootfs = { type: "layers", diff_ids: [digestOf(tar)] };
      const config = Buffer.from(JSON.stringify({ architecture, os: "linux", config: {}, rootfs }));
      const describe = (mediaType: string, content: Buffer) => {
        this.blobs.set(`${repository}/blobs/${digestOf(content)}`, content);
        return { mediaType, digest: digestOf(content), size: content.length };
      };
      const manifest = {
        ...{ schemaVersion: 2, mediaType: types.manifest },
        ...{ config: describe(types.config, config), layers: [describe(types.layer, layer)] },
      };
      const content = Buffer.from(JSON.stringify(manifest));
      this.addManifest(repository, digestOf(content), { content, mediaType: types.manifest });
      return {
        ...{ mediaType: types.manifest, digest: digestOf(content), size: content.length },
        platform: { architecture, os: "linux" },
      };
    });
    const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests: platforms }));
    this.addManifest(repository, tag, { content, mediaType: types.index });
    return digestOf(content);
  }

  private addManifest(repository: string, reference: string, manifest: StoredManifest): void {
    this.manifests.set(`${repository}/manifests/${reference}`, manifest);
    this.manifests.set(`${repository}/manifests/${digestOf(manifest.content)}`, manifest);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.url);
    const method = request.method ?? "";
    this.requests.push(`${method} ${url.pathname}`);
    const body = await buffer(request);
    if (this.intercept(request, response)) return;
    if (url.pathname === "/token") this.sendToken(request, response, url);
    else if (url.pathname.startsWith("/v2/")) this.answerRegistry(request, response, url, body);
    else send(response, this.files.get(decodeURIComponent(url.pathname.slice("/assets/".length))));
  }

  private sendToken({ headers }: IncomingMessage, response: ServerResponse, { searchParams }: URL): void {
    const scope = searchParams.get("scope") ?? "";
    const login = `Basic ${Buffer.from(`robot:${this.password}`).toString("base64")}`;
    if (scope.endsWith("push") && headers.authorization !== login) {
      response.writeHead(401).end(JSON.stringify({ errors: [{ code: "UNAUTHORIZED", message: "wrong password" }] }));
      return;
    }
    const token = randomUUID();
    this.#tokens.set(`Bearer ${token}`, scope);
    response.writeHead(200).end(JSON.stringify({ token }));
  }

  private answerRegistry(request: IncomingMessage, response: ServerResponse, url: URL, body: Buffer): void {
    const method = request.method ?? "";
    const path = url.pathname.slice("/v2/".length);
    const [, repository = "", kind] = /^(.*)\/(manifests|blobs)\//.exec(path) ?? [];
    const action = method === "GET" || method === "HEAD" ? "pull" : "pull,push";
    const scope = this.#tokens.get(request.headers.authorization ?? "") ?? "";
    if (!scope.startsWith(`repository:${repository}:${action}`)) {
      const challenge = `Bearer realm="${this.url}/token",service="stand-in",scope="repository:${repository}:${action}"`;
      response.writeHead(401, { "www-authenticate": challenge }).end();
    } else if (method === "POST") {
      response.writeHead(202, { location: `/v2/${repository}/blobs/uploads/${randomUUID()}?state=1` }).end();
    } else if (method === "PUT" && kind === "blobs") {
      const digest = url.searchParams.get("digest") ?? "";
      if (digest === digestOf(body)) this.blobs.set(`${repository}/blobs/${digest}`, body);
      response.writeHead(digest === digestOf(body) ? 201 : 400).end();
    } else if (method === "PUT") {
      this.putManifest(request, response, repository, path, body);
    } else if (kind === "manifests") {
      const found = this.manifests.get(path);
      const headers = found && { "content-type": found.mediaType, "docker-content-digest": digestOf(found.content) };
      send(response, found?.content, headers);
    } else send(response, this.blobs.get(path));
  }

  /** Refuses a manifest whose parts are missing, as registries do. */
  private putManifest(
    { headers }: IncomingMessage,
    response: ServerResponse,
    repository: string,
    path: string,
    content: Buffer,
  ): void {
    type Part = { readonly digest: string };
    const manifest = JSON.parse(content.toString()) as { manifests?: Part[]; config?: Part; layers?: Part[] };
    const { manifests = [], config, layers = [] } = manifest;
    const missing = [
      ...manifests.filter(({ digest }) => !this.manifests.has(`${repository}/manifests/${digest}`)),
      ...[...(config === undefined ? [] : [config]), ...layers].filter(
        ({ digest }) => !this.blobs.has(`${repository}/blobs/${digest}`),
      ),
    ];
    if (missing.length > 0) {
      response.writeHead(400).end(JSON.stringify({ errors: [{ code: "MANIFEST_BLOB_UNKNOWN" }] }));
      return;
    }
    const stored = { content, mediaType: headers["content-type"] ?? "" };
    this.addManifest(repository, path.slice(`${repository}/manifests/`.length), stored);
    response.writeHead(201).end();
  }
}

function send(response: ServerResponse, content: Buffer | undefined, headers: Record<string, string> = {}): void {
  if (content === undefined) response.writeHead(404).end();
  else response.writeHead(200, { ...headers, "content-length": content.length }).end(content);
}

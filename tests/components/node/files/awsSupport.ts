/** Fake metadata service and AWS endpoint on loopback, which verifies signatures. */

import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** The body as bytes. */
  readonly bytes: Buffer;
  /** Signed service and region, `<service>/<region>`. */
  readonly scope: string;
}

export interface Answer {
  readonly status?: number;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

class SignedCall implements Call {
  constructor(
    readonly method: string,
    readonly path: string,
    readonly headers: IncomingMessage["headers"],
    readonly bytes: Buffer,
    readonly scope: string,
  ) {}

  /** Decoded on demand: the body may be a backup of a gigabyte. */
  get body(): string {
    return this.bytes.toString();
  }
}

const credentials = { AccessKeyId: "ASIAEXAMPLE", SecretAccessKey: "se/cret+key=", Token: "a/session+token==" };
/** Values that must not appear in a process list or a journal. */
export const secretTexts: readonly string[] = [credentials.SecretAccessKey, credentials.Token];

export class FakeAws {
  readonly calls: Call[] = [];
  readonly refused: string[] = [];
  /** Metadata by path below `meta-data/`. */
  readonly metadata: Record<string, string> = {
    "instance-id": "i-0123456789abcdef0",
    "local-ipv4": "10.0.0.11",
    "placement/availability-zone": "eu-central-1a",
    "instance-type": "m6i.large",
    "iam/security-credentials/": "node",
    "iam/security-credentials/node": JSON.stringify(credentials, undefined, 2),
  };
  /** Answers a signed request. */
  answer: (call: Call) => Answer = () => ({ status: 500 });
  /** Answers an unsigned request; a promise that never settles is an unreachable AWS. */
  unsigned: () => Answer | Promise<Answer> = () => ({ status: 403 });
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#serve(request).then(({ status = 200, body = "", headers = {} }) => {
        response.writeHead(status, { date: new Date().toUTCString(), ...headers });
        response.end(body);
      });
    });
  }

  static async start(): Promise<FakeAws> {
    const aws = new FakeAws();
    await new Promise<void>((resolve) => aws.#server.listen(0, "127.0.0.1", resolve));
    return aws;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Environment variables that direct scripts to this server. */
  get environment(): Record<string, string> {
    return { AWS_ENDPOINT_URL: this.url, HOLDFAST_IMDS: `${this.url}/latest`, AWS_REGION: "eu-central-1" };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage): Promise<Answer> {
    const body = await buffer(request);
    const path = request.url ?? "";
    if (request.method === "PUT" && path === "/latest/api/token") return { body: "imds-token" };
    if (path.startsWith("/latest/meta-data/")) {
      if (request.headers["x-aws-ec2-metadata-token"] !== "imds-token") return { status: 401 };
      const value = this.metadata[path.slice("/latest/meta-data/".length)];
      return value === undefined ? { status: 404 } : { body: value };
    }
    const { method = "", headers } = request;
    if (headers.authorization === undefined) return this.unsigned();
    const scope = this.#verify(request, body);
    if (scope === undefined) return { status: 403, body: "SignatureDoesNotMatch" };
    const call = new SignedCall(method, path, headers, body, scope);
    this.calls.push(call);
    return this.answer(call);
  }

  /** AWS Signature Version 4 ("Create a signed AWS API request", IAM User Guide). */
  #verify(request: IncomingMessage, body: Buffer): string | undefined {
    const { headers, method = "", url = "" } = request;
    const pattern =
      /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$/;
    const parts = pattern.exec(headers.authorization ?? "");
    const [, key = "", day = "", region = "", service = "", signed = "", signature = ""] = parts ?? [];
    const names = signed.split(";");
    const payload = headers["x-amz-content-sha256"] ?? createHash("sha256").update(body).digest("hex");
    const canonical = [
      method,
      url,
      "",
      ...names.map((name) => `${name}:${String(headers[name]).trim()}`),
      "",
      signed,
      String(payload),
    ].join("\n");
    const scope = `${day}/${region}/${service}/aws4_request`;
    const hash = createHash("sha256").update(canonical).digest("hex");
    const text = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hash].join("\n");
    const derived = [day, region, service, "aws4_request", text].reduce<Buffer>(
      (secret, part) => createHmac("sha256", secret).update(part).digest(),
      Buffer.from(`AWS4${credentials.SecretAccessKey}`),
    );
    const problem =
      key !== credentials.AccessKeyId
        ? "unknown key"
        : derived.toString("hex") !== signature
          ? "wrong signature"
          : headers["x-amz-security-token"] !== credentials.Token || !names.includes("x-amz-security-token")
            ? "the session token is not signed"
            : service === "s3" && !names.includes("x-amz-content-sha256")
              ? "S3 requires the payload hash to be signed"
              : undefined;
    if (problem === undefined) return `${service}/${region}`;
    this.refused.push(problem);
    return undefined;
  }
}

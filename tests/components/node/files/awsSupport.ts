/** Fake metadata service and AWS endpoint on loopback; the AWS SDK verifies the signatures. */

import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";

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
    const scope = await this.#verify(request, body);
    if (scope === undefined) return { status: 403, body: "SignatureDoesNotMatch" };
    const call = new SignedCall(method, path, headers, body, scope);
    this.calls.push(call);
    return this.answer(call);
  }

  /** The AWS SDK signs the same request; the signatures must be equal. */
  async #verify(request: IncomingMessage, body: Buffer): Promise<string | undefined> {
    const { headers, method = "", url = "" } = request;
    const pattern =
      /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), /;
    const [, region = "", service = "", signed = ""] = pattern.exec(headers.authorization ?? "") ?? [];
    const names = signed.split(";");
    const { pathname, searchParams } = new URL(url, this.url);
    const signer = new SignatureV4({
      credentials: {
        accessKeyId: credentials.AccessKeyId,
        secretAccessKey: credentials.SecretAccessKey,
        sessionToken: credentials.Token,
      },
      region,
      service,
      sha256: Sha256,
      uriEscapePath: service !== "s3",
      applyChecksum: false,
    });
    const expected = await signer.sign(
      {
        method,
        protocol: "http:",
        hostname: "127.0.0.1",
        path: pathname,
        query: Object.fromEntries(searchParams),
        headers: Object.fromEntries(names.map((name) => [name, String(headers[name])])),
        body,
      },
      { signingDate: dateOf(String(headers["x-amz-date"])) },
    );
    const problem =
      expected.headers["authorization"] !== headers.authorization
        ? `SignatureDoesNotMatch for ${method} ${url}`
        : service === "s3" && !names.includes("x-amz-content-sha256")
          ? "S3 requires the payload hash to be signed"
          : undefined;
    if (problem === undefined) return `${service}/${region}`;
    this.refused.push(problem);
    return undefined;
  }
}

/** Date of a header in ISO 8601 basic format. */
const dateOf = (basic: string): Date =>
  new Date(basic.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));

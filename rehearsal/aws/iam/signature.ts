/** Signature Version 4: the AWS SDK signs the same request; the signatures must be equal. */
import { createHash } from "node:crypto";
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import type { ReceivedRequest, Scope } from "./requests/types";

export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Milliseconds since the epoch; absent: they do not expire. */
  readonly expires?: number;
}

export type SignatureFault = "missing" | "unknown key" | "expired credentials" | "wrong time" | "wrong signature";

export type Verified<C> =
  | { readonly ok: true; readonly credentials: C; readonly scope: Scope }
  | { readonly ok: false; readonly fault: SignatureFault; readonly message: string; readonly scope: Scope };

/** Difference between the clocks of the caller and of AWS: "within five minutes" (IAM user guide); S3 allows fifteen. */
const maxSkewMs = { s3: 15 * 60_000, others: 5 * 60_000 };

const header =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/\d{8}\/([^/,\s]+)\/([^/,\s]+)\/aws4_request, ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]+)$/;

/** Service and region that a request is signed for; undefined for an unsigned request. */
export function readScope({ headers }: Pick<ReceivedRequest, "headers">): Scope | undefined {
  const [, , region, service] = header.exec(String(headers.authorization)) ?? [];
  return region === undefined || service === undefined ? undefined : { region, service };
}

/** @param find credentials by access key id. @param now milliseconds since the epoch. */
export async function verifySignature<C extends SigningCredentials>(
  request: ReceivedRequest,
  find: (accessKeyId: string) => C | undefined,
  now: number = Date.now(),
): Promise<Verified<C>> {
  const [, keyId = "", region = "", service = "", names = "", signature] =
    header.exec(String(request.headers.authorization)) ?? [];
  const scope = { region, service };
  const faulty = (fault: SignatureFault, message: string): Verified<C> => ({ ok: false, fault, message, scope });
  if (keyId === "")
    return faulty("missing", "the request has no AWS4-HMAC-SHA256 signature in its Authorization header");
  const credentials = find(keyId);
  if (credentials === undefined) return faulty("unknown key", `access key ${keyId} does not exist`);
  if (credentials.expires !== undefined && credentials.expires <= now) {
    return faulty(
      "expired credentials",
      `access key ${keyId} expired at ${new Date(credentials.expires).toISOString()}`,
    );
  }
  const signedAt = dateOf(String(request.headers["x-amz-date"]));
  const skew = service === "s3" ? maxSkewMs.s3 : maxSkewMs.others;
  if (!(Math.abs(signedAt.getTime() - now) <= skew)) {
    return faulty(
      "wrong time",
      `signed at ${String(request.headers["x-amz-date"])}, received at ${new Date(now).toISOString()}`,
    );
  }
  const signed = names.split(";");
  const problem =
    payloadProblem(request, service) ??
    (signed.includes("host") ? undefined : "the host is not signed") ??
    ((await sign(request, credentials, scope, signed, signedAt)) === signature
      ? undefined
      : "the AWS SDK signs the request otherwise");
  return problem === undefined ? { ok: true, credentials, scope } : faulty("wrong signature", problem);
}

/** S3 requires the hash of the payload as a signed header; a hash must be that of the payload. */
function payloadProblem({ headers, body }: ReceivedRequest, service: string): string | undefined {
  const hash = headers["x-amz-content-sha256"];
  if (hash === undefined) return service === "s3" ? "S3 requires the header x-amz-content-sha256" : undefined;
  if (body === undefined || !/^[0-9a-f]{64}$/.test(String(hash))) return undefined;
  return createHash("sha256").update(body).digest("hex") === hash
    ? undefined
    : "x-amz-content-sha256 is not that of the body";
}

/** Signature that the AWS SDK calculates. */
async function sign(
  { method, url, headers, body }: ReceivedRequest,
  { accessKeyId, secretAccessKey, sessionToken }: SigningCredentials,
  { region, service }: Scope,
  names: readonly string[],
  signingDate: Date,
): Promise<string | undefined> {
  const { pathname, searchParams } = new URL(url, "http://aws");
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    region,
    service,
    sha256: Sha256,
    uriEscapePath: service !== "s3",
    applyChecksum: false,
  });
  const query = Object.fromEntries([...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]));
  const signed = await signer.sign(
    {
      method,
      protocol: "http:",
      hostname: String(headers.host),
      path: pathname,
      query,
      headers: Object.fromEntries(names.map((name) => [name, String(headers[name])])),
      body,
    },
    { signingDate, signableHeaders: new Set(names) },
  );
  return header.exec(signed.headers["authorization"] ?? "")?.[5];
}

/** Date of a header in ISO 8601 basic format. */
const dateOf = (basic: string): Date =>
  new Date(basic.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));

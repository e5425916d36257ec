/** S3: action, resource and condition keys of a request (Amazon S3 user guide, "Required permissions for S3 API operations"). */
import type { Context } from "../conditions";
import { type Authorization, type ReceivedRequest, type ResourceFacts, type Scope, useKey } from "./types";

/** Actions on a bucket by its subresource, for `GET`. */
const bucketReads: Readonly<Record<string, string>> = {
  location: "GetBucketLocation",
  "object-lock": "GetBucketObjectLockConfiguration",
  uploads: "ListBucketMultipartUploads",
  versioning: "GetBucketVersioning",
  versions: "ListBucketVersions",
};

/** Undefined for a request that is not in the tables. */
export async function authorizeS3(
  request: ReceivedRequest,
  scope: Scope,
  facts: ResourceFacts,
): Promise<Authorization[] | undefined> {
  const { pathname, searchParams: query } = new URL(request.url, "http://s3");
  // Path style: the rehearsed AWS has one host name for all buckets.
  const [bucket = "", ...rest] = pathname.slice(1).split("/").map(decodeURIComponent);
  const key = rest.join("/");
  const context = s3Context(request, query);
  if (bucket === "") return [{ action: "s3:ListAllMyBuckets", resource: "*", context }];
  const bucketArn = `arn:${facts.partition}:s3:::${bucket}`;
  if (key === "") {
    const action = bucketAction(request.method, query);
    return action === undefined ? undefined : [{ action: `s3:${action}`, resource: bucketArn, context }];
  }

  const actions = objectActions(request, query);
  if (actions === undefined) return undefined;
  const authorizations = actions.map((action) => ({
    action: `s3:${action}`,
    resource: `${bucketArn}/${key}`,
    context,
  }));
  const isRead = actions[0]?.startsWith("GetObject") === true;
  if (isRead && !(await facts.objectExists(bucket, key))) {
    // S3 answers 404 only to callers that may list the bucket. That check carries no prefix.
    return [...authorizations, { action: "s3:ListBucket", resource: bucketArn, context: s3Context(request) }];
  }
  const kmsKey = facts.bucketKey(bucket);
  const usesKey = ["GetObject", "GetObjectVersion", "PutObject"].includes(actions[0] ?? "");
  if (kmsKey === undefined || !usesKey || request.method === "HEAD") return authorizations;
  const use = { key: kmsKey, service: "s3", encryptionContext: { "aws:s3:arn": bucketArn } } as const;
  return [...authorizations, useKey(facts, scope, { ...use, action: isRead ? "Decrypt" : "GenerateDataKey" })];
}

function bucketAction(method: string, query: URLSearchParams): string | undefined {
  if (method === "HEAD") return "ListBucket";
  if (method !== "GET") return undefined;
  const subresource = Object.keys(bucketReads).find((name) => query.has(name));
  if (subresource !== undefined) return bucketReads[subresource];
  const isListing = [...query.keys()].every((name) =>
    [
      "continuation-token",
      "delimiter",
      "encoding-type",
      "fetch-owner",
      "list-type",
      "marker",
      "max-keys",
      "prefix",
      "start-after",
      "x-id",
    ].includes(name),
  );
  return isListing ? "ListBucket" : undefined;
}

/** Actions on an object; the first one is that of the operation itself. */
function objectActions({ method, headers }: ReceivedRequest, query: URLSearchParams): string[] | undefined {
  for (const subresource of ["acl", "legal-hold", "retention", "tagging", "torrent", "attributes"]) {
    if (query.has(subresource)) return undefined;
  }
  const version = query.has("versionId") ? "Version" : "";
  switch (method) {
    case "GET":
    case "HEAD":
      return [`GetObject${version}`];
    case "DELETE":
      return [query.has("uploadId") ? "AbortMultipartUpload" : `DeleteObject${version}`];
    case "POST":
      return query.has("uploads") || query.has("uploadId") ? ["PutObject"] : undefined;
    case "PUT":
      if (headers["x-amz-copy-source"] !== undefined) return undefined;
      return [
        "PutObject",
        ...(headers["x-amz-tagging"] === undefined ? [] : ["PutObjectTagging"]),
        ...(headers["x-amz-object-lock-mode"] === undefined ? [] : ["PutObjectRetention"]),
        ...(headers["x-amz-object-lock-legal-hold"] === undefined ? [] : ["PutObjectLegalHold"]),
      ];
    default:
      return undefined;
  }
}

/** Headers and parameters that are condition keys. */
const conditionHeaders = [
  "if-match",
  "if-none-match",
  "x-amz-acl",
  "x-amz-content-sha256",
  "x-amz-object-lock-mode",
  "x-amz-server-side-encryption",
  "x-amz-server-side-encryption-aws-kms-key-id",
  "x-amz-storage-class",
];
const conditionParameters = ["prefix", "delimiter", "max-keys"];

function s3Context({ headers }: ReceivedRequest, query = new URLSearchParams()): Context {
  const present = (name: string): [string, string][] => {
    const value = headers[name];
    const key = name.startsWith("x-amz-object-lock-") ? name.replace("x-amz-", "") : name;
    return typeof value === "string" ? [[`s3:${key}`, value]] : [];
  };
  return {
    // Machines call AWS over TLS; the rehearsal's endpoint stands for it.
    "s3:TlsVersion": "1.3",
    ...Object.fromEntries(conditionHeaders.flatMap(present)),
    ...Object.fromEntries(
      conditionParameters.flatMap((name) => {
        const value = query.get(name);
        return value === null ? [] : [[`s3:${name}`, value]];
      }),
    ),
  };
}

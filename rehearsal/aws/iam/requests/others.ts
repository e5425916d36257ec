/** SSM, SQS, CloudWatch, CloudWatch Logs, Route 53 and STS: resources and condition keys of a call. */
import { arnOf, type Authorization, type ReceivedRequest, type ResourceFacts, type Scope, useKey } from "./types";

type Json = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** SSM encrypts values of up to 4 KiB with the key itself, and larger ones with a data key (Systems Manager user guide). */
const maxDirectBytes = 4096;

export async function authorizeSsm(
  action: string,
  body: Json,
  scope: Scope,
  facts: ResourceFacts,
): Promise<Authorization[] | undefined> {
  const arn = (name: string): string => arnOf(facts, "ssm", scope.region, `parameter/${name.replace(/^\//, "")}`);
  const on = (name: string): Authorization => ({ action: `ssm:${action}`, resource: arn(name), context: {} });
  const use = (key: string, name: string, kmsAction: string): Authorization =>
    useKey(facts, scope, { action: kmsAction, key, service: "ssm", encryptionContext: { PARAMETER_ARN: arn(name) } });
  switch (action) {
    case "SendCommand": {
      const document = `arn:${facts.partition}:ssm:${scope.region}::document/${text(body.DocumentName)}`;
      const instances = ((body.InstanceIds ?? []) as readonly string[]).map((id) =>
        arnOf(facts, "ec2", scope.region, `instance/${id}`),
      );
      return [document, ...instances].map((resource) => ({ action: "ssm:SendCommand", resource, context: {} }));
    }
    case "DeleteParameter":
      return [on(text(body.Name))];
    case "GetParameter":
    case "GetParameters": {
      const names = action === "GetParameter" ? [text(body.Name)] : ((body.Names ?? []) as readonly string[]);
      const keys = body.WithDecryption === true ? await facts.parameterKeys(names) : new Map<string, string>();
      const decrypt = (name: string): Authorization[] => {
        const key = keys.get(name);
        return key === undefined ? [] : [use(key, name, "Decrypt")];
      };
      return names.flatMap((name) => [on(name), ...decrypt(name)]);
    }
    case "PutParameter": {
      const name = text(body.Name);
      // An overwritten parameter keeps its type.
      const key =
        body.Type === "SecureString"
          ? facts.keyArn(text(body.KeyId))
          : body.Type === undefined
            ? (await facts.parameterKeys([name])).get(name)
            : undefined;
      const isLarge = Buffer.byteLength(text(body.Value)) > maxDirectBytes;
      return [on(name), ...(key === undefined ? [] : [use(key, name, isLarge ? "GenerateDataKey" : "Encrypt")])];
    }
    default:
      return undefined;
  }
}

export function authorizeSqs(
  action: string,
  body: Json,
  { region }: Scope,
  facts: ResourceFacts,
): Authorization[] | undefined {
  const name =
    text(body.QueueName ?? body.QueueUrl)
      .split("/")
      .at(-1) ?? "";
  return name === ""
    ? undefined
    : [{ action: `sqs:${action}`, resource: arnOf(facts, "sqs", region, name), context: {} }];
}

export function authorizeLogs(
  action: string,
  body: Json,
  { region }: Scope,
  facts: ResourceFacts,
): Authorization[] | undefined {
  const [group, stream] = [text(body.logGroupName), text(body.logStreamName)];
  if (group === "") return undefined;
  const resource = `log-group:${group}${stream === "" ? "" : `:log-stream:${stream}`}`;
  return [{ action: `logs:${action}`, resource: arnOf(facts, "logs", region, resource), context: {} }];
}

/** @param form empty for the CBOR protocol, which only commands of administrators use. */
export function authorizeCloudWatch(action: string, form: URLSearchParams): Authorization[] | undefined {
  if (action !== "PutMetricData") return undefined;
  const namespace = form.get("Namespace") ?? "";
  return [{ action: "cloudwatch:PutMetricData", resource: "*", context: { "cloudwatch:namespace": namespace } }];
}

export function authorizeRoute53(
  { method, url, body }: ReceivedRequest,
  facts: ResourceFacts,
): Authorization[] | undefined {
  const { pathname } = new URL(url, "http://route53");
  const [, path = ""] = /^\/2013-04-01\/(.*?)\/?$/.exec(pathname) ?? [];
  const [kind = "", id = "", part] = path.split("/");
  const zone = `arn:${facts.partition}:route53:::hostedzone/${id}`;
  const on = (action: string, resource: string): Authorization[] => [
    { action: `route53:${action}`, resource, context: {} },
  ];
  if (kind === "hostedzone" && id === "" && method === "GET") return on("ListHostedZones", "*");
  if (kind === "hostedzonesbyname") return on("ListHostedZonesByName", "*");
  if (kind === "change" && method === "GET") return on("GetChange", zone.replace("hostedzone/", "change/"));
  if (kind !== "hostedzone") return undefined;
  if (part === undefined && method === "GET") return on("GetHostedZone", zone);
  if (part !== "rrset") return undefined;
  if (method === "GET") return on("ListResourceRecordSets", zone);
  const xml = body?.toString() ?? "";
  const all = (name: string): string[] => [
    ...new Set([...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, value = ""]) => value)),
  ];
  return [
    {
      action: "route53:ChangeResourceRecordSets",
      resource: zone,
      context: {
        "route53:ChangeResourceRecordSetsNormalizedRecordNames": all("Name").map((name) =>
          name.toLowerCase().replace(/\.$/, ""),
        ),
        "route53:ChangeResourceRecordSetsRecordTypes": all("Type"),
        "route53:ChangeResourceRecordSetsActions": all("Action"),
      },
    },
  ];
}

export function authorizeSts(action: string, form: URLSearchParams): Authorization[] | undefined {
  // The call needs no permission (STS API reference). A web identity has no credentials yet; its token is verified instead.
  if (action === "GetCallerIdentity" || action === "AssumeRoleWithWebIdentity") return [];
  if (action !== "AssumeRole") return undefined;
  return [{ action: "sts:AssumeRole", resource: form.get("RoleArn") ?? "*", context: {} }];
}

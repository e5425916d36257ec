import type { AccessSpec, AdmissionWebhookSpec, ClaimOrExpression, OidcIssuerSpec, PrefixedNameSpec } from "./spec";
import type { ClusterSettings } from "../clusterSettings";
import { withoutUndefined } from "../settings/withoutUndefined";

type Settings = ClusterSettings["access"];
type IssuerSettings = Settings["authentication"]["oidc"][string];

/** `access` as the specification has it; what a check refuses is let through. */
export function toAccessSpec({ authentication, authorization, admission, audit, encryption }: Settings): AccessSpec {
  const { oidc, webhook, proxy } = authentication;
  return {
    authentication: {
      oidc: mapValues(oidc, toIssuer),
      ...(webhook && { webhook: withoutUndefined(webhook) }),
      ...(proxy && { proxy }),
    },
    authorization: {
      webhooks: authorization.webhooks.map(withoutUndefined),
      abac: authorization.abac.map(withoutUndefined),
    },
    admission: {
      ...admission,
      webhooks: mapValues(admission.webhooks, (settings): AdmissionWebhookSpec => withoutUndefined(settings)),
    },
    audit,
    encryption,
  };
}

function toIssuer(settings: IssuerSettings, name: string): OidcIssuerSpec {
  const { username, groups, uid, ...rest } = settings;
  return {
    ...withoutUndefined(rest),
    username: prefixed(username, name),
    ...(groups && { groups: prefixed(groups, name) }),
    ...(uid && { uid: claimOrExpression(uid) }),
  };
}

function prefixed({ prefix, ...from }: IssuerSettings["username"], issuer: string): PrefixedNameSpec {
  return { prefix: prefix ?? `${issuer}:`, from: claimOrExpression(from) };
}

/** With both, a check refuses the settings. */
function claimOrExpression({
  claim,
  expression,
}: {
  readonly claim?: string | undefined;
  readonly expression?: string | undefined;
}): ClaimOrExpression {
  return expression === undefined ? { claim: claim ?? "" } : { expression };
}

function mapValues<Value, Result>(
  values: Readonly<Record<string, Value>>,
  map: (value: Value, key: string) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value, key)]));
}

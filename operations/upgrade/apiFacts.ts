/** Facts from the Kubernetes API: requested APIs, webhooks and disruption budgets. */
import type { Api } from "../validate/api";
import type { BudgetFact, DeprecatedApiFact, WebhookFact } from "./facts";

interface Meta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}
interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: string[];
  }[];
}
export interface WebhookConfiguration {
  readonly metadata: Meta;
  readonly webhooks?: readonly {
    readonly name: string;
    readonly failurePolicy?: string;
    readonly namespaceSelector?: Selector;
    readonly clientConfig: { readonly service?: { readonly namespace: string; readonly name: string } };
    readonly rules?: readonly { readonly apiGroups: readonly string[]; readonly resources: readonly string[] }[];
  }[];
}
export interface EndpointSlice {
  readonly metadata: Meta;
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[] | null;
}
export interface Budget {
  readonly metadata: Meta;
  readonly status?: { readonly expectedPods: number; readonly desiredHealthy: number; readonly currentHealthy: number };
}

/**
 * Deprecated APIs that clients have requested since the API servers started. Every server counts its own requests, and the load
 * balancer chooses the server of each call. Sends three requests per member, so that most likely every server answers.
 */
export async function fetchDeprecatedApis(api: Api, members: number): Promise<readonly DeprecatedApiFact[]> {
  const found = new Map<string, DeprecatedApiFact>();
  for (let call = 0; call < members * 3; call++) {
    for (const fact of parseDeprecatedApis(await api.raw("/metrics"))) found.set(fact.name, fact);
  }
  return [...found.values()].sort((one, other) => one.name.localeCompare(other.name));
}

/** Reads metrics in Prometheus' text format. Omits APIs for whose removal no version is planned. */
export function parseDeprecatedApis(text: string): readonly DeprecatedApiFact[] {
  const lines = text.split("\n").filter((line) => line.startsWith("apiserver_requested_deprecated_apis{"));
  return lines.flatMap((line) => {
    const pairs = [...line.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value] as const);
    const labels: Readonly<Record<string, string | undefined>> = Object.fromEntries(pairs);
    const { group = "", version = "", resource = "", subresource = "", removed_release: removedIn = "" } = labels;
    if (removedIn === "") return [];
    const path = subresource === "" ? resource : `${resource}/${subresource}`;
    return [{ name: [path, version, group].filter((part) => part !== "").join("."), removedIn }];
  });
}

const admission = "/apis/admissionregistration.k8s.io/v1";

export async function fetchWebhooks(api: Api): Promise<readonly WebhookFact[]> {
  const [validating, mutating, slices, system] = await Promise.all([
    api.list<WebhookConfiguration>(`${admission}/validatingwebhookconfigurations`),
    api.list<WebhookConfiguration>(`${admission}/mutatingwebhookconfigurations`),
    api.list<EndpointSlice>("/apis/discovery.k8s.io/v1/endpointslices"),
    api.object<{ metadata: Meta }>("/api/v1/namespaces/kube-system"),
  ]);
  return [...validating, ...mutating].flatMap((each) => webhookFacts(each, slices, system.metadata.labels ?? {}));
}

/** Webhooks of a configuration that refuse requests when they do not answer. */
export function webhookFacts(
  { metadata, webhooks = [] }: WebhookConfiguration,
  slices: readonly EndpointSlice[],
  systemLabels: Readonly<Record<string, string>>,
): readonly WebhookFact[] {
  return webhooks
    .filter(({ failurePolicy = "Fail" }) => failurePolicy === "Fail")
    .map(({ name, clientConfig: { service }, namespaceSelector = {}, rules = [] }): WebhookFact => ({
      name: `${metadata.name}/${name}`,
      ...(service && {
        service: `${service.namespace}/${service.name}`,
        ready: slices.some((slice) => isOf(slice, service) && hasReadyEndpoint(slice)),
      }),
      coversSystem: rules.some(coversPods) && matches(namespaceSelector, systemLabels),
    }));
}

const isOf = ({ metadata }: EndpointSlice, service: { readonly namespace: string; readonly name: string }): boolean =>
  metadata.namespace === service.namespace && metadata.labels?.["kubernetes.io/service-name"] === service.name;

/** An absent condition means ready (discovery.k8s.io/v1). */
const hasReadyEndpoint = ({ endpoints }: EndpointSlice): boolean =>
  (endpoints ?? []).some(({ conditions }) => conditions?.ready !== false);

const coversPods = (rule: { readonly apiGroups: readonly string[]; readonly resources: readonly string[] }): boolean =>
  ["", "*"].some((group) => rule.apiGroups.includes(group)) &&
  ["pods", "*", "*/*"].some((resource) => rule.resources.includes(resource));

function matches({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Readonly<Record<string, string>>) {
  const hasLabels = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  return (
    hasLabels &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      const isIn = value !== undefined && values.includes(value);
      return operator === "In" ? isIn : !isIn;
    })
  );
}

export async function fetchBudgets(api: Api): Promise<readonly BudgetFact[]> {
  return (await api.list<Budget>("/apis/policy/v1/poddisruptionbudgets")).flatMap(budgetFact);
}

/** Fact of a budget; empty if the budget covers no pods, or its controller has not processed it yet. */
export function budgetFact({ metadata, status }: Budget): readonly BudgetFact[] {
  if (status === undefined || status.expectedPods === 0) return [];
  const { expectedPods: pods, desiredHealthy: required, currentHealthy: healthy } = status;
  return [{ name: `${metadata.namespace ?? ""}/${metadata.name}`, pods, required, healthy }];
}

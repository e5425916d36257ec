/** RBAC and Pod Security: benchmark sections 5.1 and 5.2. Pure. */
import { parse } from "yaml";

import { systemNamespace } from "../../components/addons/shared/pods.plan";
import { type PodSecurityLevel, podSecurityLevels } from "../../components/settings/podSecurity";
import { allOf, type CisCheck, inCluster, onProcesses } from "./check";
import type { BindingFact, ClusterFacts, RoleFact } from "./facts";

/** Groups that contain everyone, or every pod. */
const broadGroups = /^system:(authenticated|unauthenticated|serviceaccounts(:.*)?)$/;

const isBroad = ({ kind, name }: BindingFact["subjects"][number]): boolean =>
  (kind === "Group" && broadGroups.test(name)) || (kind === "User" && name === "system:anonymous");

const nameOf = ({ name, namespace }: BindingFact): string =>
  namespace === undefined ? `ClusterRoleBinding ${name}` : `RoleBinding ${namespace}/${name}`;

const roleOf = ({ roles }: ClusterFacts, { role, namespace }: BindingFact): RoleFact | undefined =>
  roles.find(({ name, namespace: of }) => name === role.name && of === (role.kind === "Role" ? namespace : undefined));

/** Bindings that give everyone, or every pod, one of these verbs on a resource of the core group. */
function broadGrants(cluster: ClusterFacts, verbs: readonly string[], resource: string): readonly string[] {
  const has = (list: readonly string[] | undefined, items: readonly string[]) =>
    list?.some((item) => item === "*" || items.includes(item)) === true;
  return cluster.bindings.flatMap((binding) => {
    const subject = binding.subjects.find(isBroad);
    const grants = roleOf(cluster, binding)?.rules.some(
      (rule) => has(rule.verbs, verbs) && has(rule.apiGroups, [""]) && has(rule.resources, [resource]),
    );
    if (subject === undefined || grants !== true) return [];
    return [`${nameOf(binding)} gives ${subject.name} ${verbs.join(", ")} on ${resource}`];
  });
}

const remove = "Delete the binding, or bind a group of people who need the permission.";

const rbac: readonly CisCheck[] = [
  {
    ...{ id: "5.1.1", title: "Only administrators are bound to cluster-admin", automated: false, fix: remove },
    answer: "Bound are kubeadm's groups and the break-glass group (`access.breakGlass.group`).",
    find: inCluster(({ bindings }) =>
      bindings
        .filter(({ role }) => role.kind === "ClusterRole" && role.name === "cluster-admin")
        .flatMap((binding) =>
          binding.subjects
            .filter((subject) => subject.kind === "ServiceAccount" || isBroad(subject))
            .map(({ kind, name }) => `${nameOf(binding)} binds ${kind} ${name} to cluster-admin`),
        ),
    ),
  },
  {
    ...{ id: "5.1.2", title: "Secrets are not readable for everyone", automated: false, fix: remove },
    answer: "No binding of Holdfast gives a group of everyone access to Secrets.",
    find: inCluster((cluster) => broadGrants(cluster, ["get", "list", "watch"], "secrets")),
  },
  {
    ...{ id: "5.1.4", title: "Pods cannot be created by everyone", automated: false, fix: remove },
    answer: "No binding of Holdfast gives a group of everyone permission to create pods.",
    find: inCluster((cluster) => broadGrants(cluster, ["create"], "pods")),
  },
  {
    ...{ id: "5.1.5", title: "Default ServiceAccounts have no permissions", automated: false },
    answer: "Add-ons and tenants have ServiceAccounts of their own ([tenancy.md](tenancy.md)).",
    fix: "Bind the role to a ServiceAccount of the workload, and set `serviceAccountName` in its pods.",
    find: inCluster(({ bindings }) =>
      bindings.flatMap((binding) =>
        binding.subjects
          .filter(({ kind, name }) => kind === "ServiceAccount" && name === "default")
          .map(
            ({ namespace = binding.namespace }) => `${nameOf(binding)} binds ServiceAccount ${namespace ?? ""}/default`,
          ),
      ),
    ),
  },
];

const enforceLabel = "pod-security.kubernetes.io/enforce";

interface PodSecurityConfiguration {
  readonly defaults?: { readonly enforce?: string };
  readonly exemptions?: Readonly<Record<string, readonly string[]>>;
}

const isBelow = (level: string, wanted: PodSecurityLevel): boolean =>
  podSecurityLevels.indexOf(level as PodSecurityLevel) < podSecurityLevels.indexOf(wanted);

/** Problems of the default of namespaces without labels, and of exemptions from it. */
const defaults = (wanted: PodSecurityLevel): CisCheck["find"] =>
  onProcesses("control plane", "kube-apiserver", (_, { documents }) => {
    const file = parse(documents.admission) as {
      plugins?: readonly { name: string; configuration?: PodSecurityConfiguration }[];
    } | null;
    const found = file?.plugins?.find(({ name }) => name === "PodSecurity")?.configuration;
    const level = found?.defaults?.enforce ?? "privileged";
    const exempt = Object.values(found?.exemptions ?? {})
      .flat()
      .filter((name) => name !== systemNamespace);
    return [
      ...(isBelow(level, wanted) ? [`namespaces without labels enforce ${level} instead of ${wanted}`] : []),
      ...exempt.map((name) => `${name} is exempt from Pod Security`),
    ];
  });

const labels = (wanted: PodSecurityLevel): CisCheck["find"] =>
  inCluster(({ namespaces }) =>
    Object.entries(namespaces).flatMap(([name, { [enforceLabel]: level }]) =>
      name === systemNamespace || level === undefined || !isBelow(level, wanted)
        ? []
        : [`namespace ${name} enforces ${level} instead of ${wanted}`],
    ),
  );

type Row = readonly [id: string, title: string];

const pods = (level: PodSecurityLevel, answer: string, rows: readonly Row[]): readonly CisCheck[] =>
  rows.map(([id, title]) => ({
    ...{ id, title, answer, automated: false, find: allOf(defaults(level), labels(level)) },
    fix: `Set \`access.admission.podSecurity.enforce\`, and the label \`${enforceLabel}\` of the namespace, to \`${level}\`${level === "restricted" ? "" : " or `restricted`"}.`,
  }));

export const policyChecks: readonly CisCheck[] = [
  ...rbac,
  ...pods(
    "baseline",
    "Namespaces without labels enforce `baseline`; `kube-system` is exempt (`access.admission.podSecurity`).",
    [
      ["5.2.1", "Pod Security applies"],
      ["5.2.2", "No privileged containers"],
      ["5.2.3", "No process ids of the host"],
      ["5.2.4", "No IPC of the host"],
      ["5.2.5", "No network of the host"],
      ["5.2.10", "No HostProcess containers"],
      ["5.2.11", "No volumes of the host"],
      ["5.2.12", "No ports of the host"],
    ],
  ),
  ...pods(
    "restricted",
    "Not by default: violations of `restricted` are warned about and recorded, because most images run as root. Tenants can enforce it.",
    [
      ["5.2.6", "No privilege escalation"],
      ["5.2.7", "No root containers"],
      ["5.2.8", "No raw sockets"],
      ["5.2.9", "No additional capabilities"],
    ],
  ),
];

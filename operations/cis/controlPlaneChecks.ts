/** API server, controller manager and scheduler: benchmark sections 1.2 to 1.4, and audit logging (3.2). Pure. */
import { parse } from "yaml";

import { cipherSuites } from "../../components/node/kubelet.plan";
import { always, byDefault, type CisCheck, onMachines, onProcesses } from "./check";
import type { MachineFacts, ProcessFact } from "./facts";
import {
  atLeast,
  contains,
  differs,
  equals,
  flagOf,
  flags,
  isSet,
  isUnset,
  lacks,
  onlyOf,
  orUnset,
  refused,
  type Wanted,
} from "./values";

const place = "control plane";
const rollOut = "Run `pulumi up` and wait until every member is replaced.";

type Row = readonly [id: string, title: string, wanted: Readonly<Record<string, Wanted>>, answer: string, fix?: string];

const rowsOf = (program: string, rows: readonly Row[], automated: boolean): readonly CisCheck[] =>
  rows.map(([id, title, wanted, answer, fix = rollOut]) => {
    return { id, title, automated, answer, fix, find: flags(place, program, wanted) };
  });

const plugins = "enable-admission-plugins";
const disabled = "disable-admission-plugins";

const apiServer = rowsOf(
  "kube-apiserver",
  [
    ["1.2.2", "No static tokens", { "token-auth-file": isUnset }, "Static token files are not supported."],
    [
      "1.2.4",
      "Client certificate for kubelets",
      { "kubelet-client-certificate": isSet, "kubelet-client-key": isSet },
      always,
    ],
    [
      "1.2.5",
      "Authority of kubelets' serving certificates",
      { "kubelet-certificate-authority": isSet },
      "Always set; members approve the certificates ([pki.md](pki.md#serving-certificates-of-kubelets)).",
    ],
    ["1.2.10", "AlwaysAdmit is off", { [plugins]: lacks("AlwaysAdmit") }, "The plugin is not available in settings."],
    ["1.2.12", "ServiceAccount admission is on", { [disabled]: lacks("ServiceAccount") }, always],
    ["1.2.13", "NamespaceLifecycle admission is on", { [disabled]: lacks("NamespaceLifecycle") }, always],
    ["1.2.14", "NodeRestriction admission is on", { [plugins]: contains("NodeRestriction") }, always],
    ["1.2.15", "Profiling is off", { profiling: equals("false") }, always],
    ["1.2.16", "Audit log", { "audit-log-path": isSet }, "Always on, and copied to CloudWatch Logs."],
    [
      "1.2.17",
      "Audit logs are kept for 30 days",
      { "audit-log-maxage": atLeast(30) },
      "Default of `access.audit.log.days`.",
      "Set `access.audit.log.days` to 30 or more.",
    ],
    [
      "1.2.18",
      "Ten rotated audit logs are kept",
      { "audit-log-maxbackup": atLeast(10) },
      "Default of `access.audit.log.files`.",
      "Set `access.audit.log.files` to 10 or more.",
    ],
    [
      "1.2.19",
      "Audit logs rotate at 100 MiB",
      { "audit-log-maxsize": atLeast(100) },
      "Default of `access.audit.log.sizeMiB`.",
      "Set `access.audit.log.sizeMiB` to 100 or more.",
    ],
    [
      "1.2.21",
      "Tokens of deleted ServiceAccounts are refused",
      { "service-account-lookup": orUnset(equals("true")) },
      byDefault,
    ],
    ["1.2.22", "Public key of ServiceAccount tokens", { "service-account-key-file": isSet }, always],
    ["1.2.23", "Client certificate for etcd", { "etcd-certfile": isSet, "etcd-keyfile": isSet }, always],
    ["1.2.24", "Serving certificate", { "tls-cert-file": isSet, "tls-private-key-file": isSet }, always],
    ["1.2.25", "Authority of client certificates", { "client-ca-file": isSet }, always],
    ["1.2.26", "Authority of etcd", { "etcd-cafile": isSet }, always],
    [
      "1.2.30",
      "Tokens of pods are not extended to a year",
      { "service-account-extend-token-expiration": equals("false") },
      "Default of `controlPlane.apiServer.serviceAccountExtendTokenExpiration`.",
      "Remove `controlPlane.apiServer.serviceAccountExtendTokenExpiration`.",
    ],
  ],
  true,
);

const apiServerManual = rowsOf(
  "kube-apiserver",
  [
    [
      "1.2.3",
      "Services cannot have external IPs",
      { [plugins]: contains("DenyServiceExternalIPs") },
      "Default of `access.admission.enabledPlugins`.",
      "Add `DenyServiceExternalIPs` to `access.admission.enabledPlugins`.",
    ],
    [
      "1.2.9",
      "Events are limited",
      { [plugins]: contains("EventRateLimit") },
      "Default of `access.admission.eventRateLimits`.",
      "Set `access.admission.eventRateLimits`.",
    ],
    [
      "1.2.11",
      "Images are pulled for every pod",
      { [plugins]: contains("AlwaysPullImages") },
      "Not by default: pods of a node that has the image would not start while the registry does not answer.",
      "If tenants must not run each other's private images, add `AlwaysPullImages` to `access.admission.enabledPlugins`.",
    ],
    [
      "1.2.27",
      "Encryption at rest",
      { "encryption-provider-config": isSet },
      "On by default (`access.encryption`).",
      "Remove `access.encryption.provider: none`.",
    ],
    ["1.2.29", "Strong ciphers", { "tls-cipher-suites": onlyOf(cipherSuites) }, always],
    ["3.2.1", "Audit policy", { "audit-policy-file": isSet }, "Always set ([access.md](access.md#audit-logging))."],
  ],
  false,
);

/** Authorizers of the API server, from its configuration file or its flag. */
function authorizersOf(process: ProcessFact, { documents }: MachineFacts): readonly string[] {
  const file = parse(documents.authorization) as { authorizers?: readonly { type?: string }[] } | null;
  const listed = file?.authorizers?.map(({ type = "" }) => type) ?? [];
  // Kubernetes' default.
  return listed.length > 0 ? listed : (flagOf(process, "authorization-mode") ?? "AlwaysAllow").split(",");
}

const authorizer = (id: string, title: string, mode: string, wanted: boolean): CisCheck => ({
  ...{ id, title, automated: true, fix: rollOut },
  answer: "Always Node and RBAC, in `authorization.yaml` (`--authorization-config`); ABAC and webhooks can be added.",
  find: onProcesses(place, "kube-apiserver", (process, machine) => {
    const modes = authorizersOf(process, machine);
    const must = wanted ? `contain ${mode}` : `not contain ${mode}`;
    return modes.includes(mode) === wanted ? [] : [`the authorizers are ${modes.join(", ")}; they must ${must}`];
  }),
});

const special: readonly CisCheck[] = [
  {
    ...{ id: "1.2.1", title: "Anonymous requests are refused", automated: false, fix: rollOut },
    answer: "Anonymous requests reach only `/livez`, `/readyz` and `/healthz`, which load balancers check.",
    find: onMachines(place, ({ anonymous }) => refused("the API server", anonymous.apiServer)),
  },
  authorizer("1.2.6", "The authorizers do not contain AlwaysAllow", "AlwaysAllow", false),
  authorizer("1.2.7", "The authorizers contain Node", "Node", true),
  authorizer("1.2.8", "The authorizers contain RBAC", "RBAC", true),
  {
    ...{ id: "1.2.28", title: "Strong encryption at rest", automated: false },
    answer: "XSalsa20-Poly1305 (`secretbox`).",
    fix: "Set `access.encryption.provider` to `secretbox`, and run `holdfast reencrypt`.",
    find: onProcesses(place, "kube-apiserver", (_, { encryption }) => {
      const secrets = encryption.find(({ resources }) => resources.some((name) => /^(secrets|\*\.|\*$)/.test(name)));
      if (secrets === undefined) return ["Secrets are not encrypted"];
      const { provider } = secrets;
      return ["secretbox", "kms", "aescbc"].includes(provider) ? [] : [`Secrets are encrypted with ${provider}`];
    }),
  },
];

const controllerManager = "kube-controller-manager";
const loopback = { "bind-address": orUnset(equals("127.0.0.1")) };
const local = "kubeadm's default; no setting changes it.";

const controllers = [
  ...rowsOf(
    controllerManager,
    [["1.3.1", "Terminated pods are deleted", { "terminated-pod-gc-threshold": isSet }, "1000 pods by default."]],
    false,
  ),
  ...rowsOf(
    controllerManager,
    [
      ["1.3.2", "Profiling is off", { profiling: equals("false") }, always],
      [
        "1.3.3",
        "Each controller has credentials of its own",
        { "use-service-account-credentials": differs("false") },
        always,
      ],
      ["1.3.4", "Private key of ServiceAccount tokens", { "service-account-private-key-file": isSet }, always],
      ["1.3.5", "Authority for pods", { "root-ca-file": isSet }, always],
      [
        "1.3.6",
        "kubelets renew serving certificates",
        { "feature-gates": lacks("RotateKubeletServerCertificate=false") },
        "Kubernetes' default; feature gates are no settings.",
      ],
      ["1.3.7", "Metrics on loopback", loopback, local],
    ],
    true,
  ),
  ...rowsOf(
    "kube-scheduler",
    [
      ["1.4.1", "Profiling is off", { profiling: equals("false") }, always],
      ["1.4.2", "Metrics on loopback", loopback, local],
    ],
    true,
  ),
];

export const controlPlaneChecks: readonly CisCheck[] = [...apiServer, ...apiServerManual, ...special, ...controllers];

import { servingTypes, workloadTypes } from "../../../policies/rules/pods";
import { kubernetes } from "../../../policies/model/types";
import { each, on } from "../scene";
import type { Case, Cases, Inputs } from "../scene";

const metadata = { name: "web", namespace: "shop" };
const labels = { app: "web" };

/** A pod specification as each kind of workload holds it. */
export function running(type: string, pod: Inputs, spec: Inputs = {}, at: Inputs = metadata) {
  const template = { metadata: { labels }, spec: pod };
  switch (type) {
    case kubernetes.pod:
      return on(type, { metadata: { ...at, labels }, spec: pod });
    case kubernetes.cronJob:
      return on(type, { metadata: at, spec: { ...spec, jobTemplate: { spec: { template, ...spec } } } });
    default:
      return on(type, { metadata: at, spec: { ...spec, template } });
  }
}

const one = (type: string, container: Inputs, pod: Inputs = {}) =>
  running(type, { ...pod, containers: [{ name: "app", ...container }] });

/** A setting of a container on every kind of workload. */
const containers = (good: Inputs, bad: Inputs, says: RegExp): readonly Case[] =>
  each(workloadTypes, (type) => ({ passes: [one(type, good)], fails: [one(type, bad)], says }));
/** A setting of a pod on every kind of workload. */
const pods = (good: Inputs, bad: Inputs, says: RegExp): readonly Case[] =>
  each(workloadTypes, (type) => ({ passes: [one(type, {}, good)], fails: [one(type, {}, bad)], says }));

const secure = (securityContext: object): Inputs => ({ securityContext });
const image = (name: string): Inputs => ({ image: name });
const service = (spec: Inputs, annotations: Inputs = {}) =>
  on(kubernetes.service, { metadata: { ...metadata, annotations }, spec });
const replicated = (type: string, replicas: number, pod: Inputs = {}) => running(type, pod, { replicas });
const both = [kubernetes.deployment, kubernetes.statefulSet];
const budget = (namespace: string) =>
  on(kubernetes.podDisruptionBudget, { metadata: { namespace }, spec: { selector: { matchLabels: labels } } });
const digest = `registry.example/app@sha256:${"a".repeat(64)}`;

export const containerCases: Cases = {
  "containers-request-resources": containers(
    { resources: { requests: { cpu: "100m", memory: "64Mi" } } },
    { resources: { requests: { cpu: "100m" } } },
    /Container app requests no memory\./,
  ),
  "containers-limit-memory": containers({ resources: { limits: { memory: "64Mi" } } }, {}, /no memory limit/),
  "images-pinned": [
    ...containers(
      image("registry.example:5000/app:1.4.2"),
      image("registry.example:5000/app"),
      /app\.$|app\. A moving/,
    ),
    { passes: [one(kubernetes.pod, image(digest))], fails: [one(kubernetes.pod, image("app:latest"))], says: /latest/ },
    { passes: [one(kubernetes.pod, image("app:2"))], fails: [one(kubernetes.pod, {})], says: /no image/ },
  ],
  "containers-run-as-non-root": [
    ...containers(secure({ runAsNonRoot: true }), {}, /may run as root/),
    ...pods(secure({ runAsNonRoot: true }), secure({ runAsNonRoot: true, runAsUser: 0 }), /runs as user 0/),
  ],
  "no-host-ports": containers({ ports: [{ containerPort: 80 }] }, { ports: [{ hostPort: 80 }] }, /a port of the node/),
  "no-privileged-containers": [
    ...containers(secure({ allowPrivilegeEscalation: false }), secure({ privileged: true }), /is privileged/),
    ...containers(secure({ allowPrivilegeEscalation: false }), {}, /may gain privileges/),
  ],
  "capabilities-dropped": [
    ...containers(secure({ capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } }), {}, /does not drop ALL/),
    ...containers(
      secure({ capabilities: { drop: ["ALL"] } }),
      secure({ capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } }),
      /adds SYS_ADMIN/,
    ),
  ],
  "read-only-root": containers(secure({ readOnlyRootFilesystem: true }), {}, /may write to its root/),
  "seccomp-profile": [
    ...containers(secure({ seccompProfile: { type: "RuntimeDefault" } }), {}, /no seccomp profile/),
    ...pods(
      secure({ seccompProfile: { type: "RuntimeDefault" } }),
      secure({ seccompProfile: { type: "Unconfined" } }),
      /is unconfined/,
    ),
  ],
};

export const workloadCases: Cases = {
  "no-host-namespaces": pods({ hostNetwork: false }, { hostNetwork: true, hostPID: true }, /hostNetwork, hostPID/),
  "no-host-paths": pods(
    { volumes: [{ name: "tmp", emptyDir: {} }] },
    { volumes: [{ name: "logs", hostPath: { path: "/var/log" } }] },
    /Volume logs is \/var\/log of the node/,
  ),
  probes: each(servingTypes, (type) => ({
    passes: [one(type, { readinessProbe: {}, livenessProbe: {} })],
    fails: [one(type, { livenessProbe: {} })],
    says: /Container app has no readinessProbe\./,
  })),
  replicas: [
    {
      passes: [replicated(kubernetes.deployment, 2)],
      fails: [replicated(kubernetes.deployment, 1)],
      says: /one replica/,
    },
  ],
  "disruption-budgets": [
    ...each(both, (type) => ({
      passes: [replicated(type, 3), budget("shop")],
      fails: [replicated(type, 3), budget("elsewhere")],
      says: /No PodDisruptionBudget/,
    })),
    ...each(both, (type) => ({
      passes: [replicated(type, 1)],
      fails: [replicated(type, 2)],
      says: /No PodDisruptionBudget/,
    })),
  ],
  "replicas-spread": each(both, (type) => ({
    passes: [replicated(type, 3, { topologySpreadConstraints: [{ topologyKey: "topology.kubernetes.io/zone" }] })],
    fails: [replicated(type, 3)],
    says: /Nothing spreads/,
  })),
  "no-unneeded-tokens": [
    ...pods({ automountServiceAccountToken: false }, {}, /default service account/),
    ...pods({ serviceAccountName: "web" }, { serviceAccountName: "default" }, /default service account/),
  ],
  "no-default-namespace": each(workloadTypes, (type) => ({
    passes: [running(type, {})],
    fails: [running(type, {}, {}, { name: "web" })],
    says: /namespace default/,
  })),
  "services-not-exposed": [
    { passes: [service({ type: "ClusterIP" })], fails: [service({ type: "NodePort" })], says: /type NodePort/ },
    {
      passes: [service({ type: "LoadBalancer", loadBalancerSourceRanges: ["10.0.0.0/8"] })],
      fails: [service({ type: "LoadBalancer" })],
      says: /open to the internet/,
    },
    {
      passes: [
        service({ type: "LoadBalancer" }, { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" }),
      ],
      fails: [service({ externalIPs: ["192.0.2.1"] })],
      says: /externalIPs/,
    },
  ],
  "jobs-end": each([kubernetes.job, kubernetes.cronJob], (type) => ({
    passes: [running(type, {}, { activeDeadlineSeconds: 600 })],
    fails: [running(type, {})],
    says: /activeDeadlineSeconds is missing/,
  })),
};

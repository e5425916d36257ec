import { longRunningTypes, workloadTypes } from "../../../policies/rules/pods";
import { kubernetes } from "../../../policies/model/types";
import { forTypes, resource } from "../fixtures";
import type { Case, Cases, Inputs } from "../fixtures";

const metadata = { name: "web", namespace: "shop" };
const labels = { app: "web" };

/** Workload that runs the pod. */
export function running(type: string, pod: Inputs, spec: Inputs = {}, at: Inputs = metadata) {
  const template = { metadata: { labels }, spec: pod };
  switch (type) {
    case kubernetes.pod:
      return resource(type, { metadata: { ...at, labels }, spec: pod });
    case kubernetes.cronJob:
      return resource(type, { metadata: at, spec: { ...spec, jobTemplate: { spec: { template, ...spec } } } });
    default:
      return resource(type, { metadata: at, spec: { ...spec, template } });
  }
}

const withContainer = (type: string, container: Inputs, pod: Inputs = {}) =>
  running(type, { ...pod, containers: [{ name: "app", ...container }] });

/** Cases of a container setting for every workload type. */
const containers = (passing: Inputs, failing: Inputs, message: RegExp): readonly Case[] =>
  forTypes(workloadTypes, (type) => [withContainer(type, passing), withContainer(type, failing), message]);
/** Cases of a pod setting for every workload type. */
const pods = (passing: Inputs, failing: Inputs, message: RegExp): readonly Case[] =>
  forTypes(workloadTypes, (type) => [withContainer(type, {}, passing), withContainer(type, {}, failing), message]);

const secure = (securityContext: object): Inputs => ({ securityContext });
const image = (name: string): Inputs => ({ image: name });
const service = (spec: Inputs, annotations: Inputs = {}) =>
  resource(kubernetes.service, { metadata: { ...metadata, annotations }, spec });
const replicated = (type: string, replicas: number, pod: Inputs = {}) => running(type, pod, { replicas });
const both = [kubernetes.deployment, kubernetes.statefulSet];
const budget = (namespace: string) =>
  resource(kubernetes.podDisruptionBudget, { metadata: { namespace }, spec: { selector: { matchLabels: labels } } });
const digest = `registry.example/app@sha256:${"a".repeat(64)}`;

export const containerCases: Cases = {
  "containers-request-resources": containers(
    { resources: { requests: { cpu: "100m", memory: "64Mi" } } },
    { resources: { requests: { cpu: "100m" } } },
    /Container app requests no memory\./,
  ),
  "containers-limit-memory": containers({ resources: { limits: { memory: "64Mi" } } }, {}, /no memory limit/),
  "images-pinned": [
    ...containers(image("registry.example:5000/app:1.4.2"), image("registry.example:5000/app"), /app\. With a moving/),
    [withContainer(kubernetes.pod, image(digest)), withContainer(kubernetes.pod, image("app:latest")), /latest/],
    [withContainer(kubernetes.pod, image("app:2")), withContainer(kubernetes.pod, {}), /no image/],
  ],
  "containers-run-as-non-root": [
    ...containers(secure({ runAsNonRoot: true }), {}, /may run as root/),
    ...pods(secure({ runAsNonRoot: true }), secure({ runAsNonRoot: true, runAsUser: 0 }), /runs as user 0/),
  ],
  "no-host-ports": containers({ ports: [{ containerPort: 80 }] }, { ports: [{ hostPort: 80 }] }, /uses a host port/),
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
  "read-only-root": containers(secure({ readOnlyRootFilesystem: true }), {}, /writable root file system/),
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
    /Volume logs mounts \/var\/log of the node/,
  ),
  probes: forTypes(longRunningTypes, (type) => [
    withContainer(type, { readinessProbe: {}, livenessProbe: {} }),
    withContainer(type, { livenessProbe: {} }),
    /Container app has no readinessProbe\./,
  ]),
  "multiple-replicas": [[replicated(kubernetes.deployment, 2), replicated(kubernetes.deployment, 1), /one replica/]],
  "disruption-budgets": [
    ...forTypes(both, (type) => [
      [replicated(type, 3), budget("shop")],
      [replicated(type, 3), budget("elsewhere")],
      /No PodDisruptionBudget/,
    ]),
    ...forTypes(both, (type) => [replicated(type, 1), replicated(type, 2), /No PodDisruptionBudget/]),
  ],
  "replicas-spread": forTypes(both, (type) => [
    replicated(type, 3, { topologySpreadConstraints: [{ topologyKey: "topology.kubernetes.io/zone" }] }),
    replicated(type, 3),
    /no spread constraints/,
  ]),
  "no-default-service-account-token": [
    ...pods({ automountServiceAccountToken: false }, {}, /default service account/),
    ...pods({ serviceAccountName: "web" }, { serviceAccountName: "default" }, /default service account/),
  ],
  "no-default-namespace": forTypes(workloadTypes, (type) => [
    running(type, {}),
    running(type, {}, {}, { name: "web" }),
    /default namespace/,
  ]),
  "services-not-exposed": [
    [service({ type: "ClusterIP" }), service({ type: "NodePort" }), /type NodePort/],
    [
      service({ type: "LoadBalancer", loadBalancerSourceRanges: ["10.0.0.0/8"] }),
      service({ type: "LoadBalancer" }),
      /open to the internet/,
    ],
    [
      service({ type: "LoadBalancer" }, { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" }),
      service({ externalIPs: ["192.0.2.1"] }),
      /externalIPs/,
    ],
    [
      service({ type: "LoadBalancer" }, { "service.beta.kubernetes.io/aws-load-balancer-internal": "true" }),
      service({ type: "LoadBalancer" }, { "service.beta.kubernetes.io/aws-load-balancer-internal": "false" }),
      /open to the internet/,
    ],
  ],
  "jobs-have-deadline": forTypes([kubernetes.job, kubernetes.cronJob], (type) => [
    running(type, {}, { activeDeadlineSeconds: 600 }),
    running(type, {}),
    /activeDeadlineSeconds is missing/,
  ]),
};

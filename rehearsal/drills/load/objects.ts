/** Kubernetes objects of the request load: Services, their pods, and the clients. Pure. */
import { echoImage, loadImage } from "../../assets/images";

/** Service under load. The three differ in what keeps requests when a pod leaves, as workloads of users do. */
interface LoadedService {
  readonly name: string;
  /** Seconds for which the program answers after SIGTERM. */
  readonly linger: number;
  /** Seconds that kubelet waits before SIGTERM. */
  readonly preStop?: number;
  readonly gracePeriod: number;
  readonly readiness: object;
}

const port = 8080;
const httpProbe = { httpGet: { path: "/", port }, periodSeconds: 2 };

export const loadedServices: readonly LoadedService[] = [
  // A program that delays its own end until Services have forgotten the pod.
  { name: "graceful", linger: 5, gracePeriod: 30, readiness: httpProbe },
  // A program that ends at once: its pod delays SIGTERM. Without HTTP, the probe only connects.
  { name: "pre-stop", linger: 0, preStop: 5, gracePeriod: 15, readiness: { tcpSocket: { port }, periodSeconds: 2 } },
  // Clients keep their connections, which outlive the pod's place in the Service: it has to ask for their end.
  { name: "keep-alive", linger: 10, gracePeriod: 60, readiness: httpProbe },
];

const keptConnections = "keep-alive";
/** Requests per second of one client to one Service. */
const rate = 10;
/** Replicas of each Deployment. */
const replicas = 2;

/** Name of the clients' Deployment. */
export const clientsName = "clients";

export interface LoadObject {
  /** Path that the object is created with. */
  readonly path: string;
  readonly object: { readonly kind: string; readonly metadata: { readonly name: string } };
}

/** Objects in the order of their creation. @param collector URL of the collector */
export function loadObjects(namespace: string, collector: string): readonly LoadObject[] {
  const pods = loadedServices.map((service) => deployment(service.name, namespace, servicePod(service)));
  const targets = loadedServices.map(({ name }) => `${name}=http://${name}/`);
  const args = [`-collector=${collector}`, `-rate=${rate}`, `-keep-alive=${keptConnections}`, ...targets];
  const clients = { image: loadImage, args, readinessProbe: httpProbe };
  return [
    ...loadedServices.map(({ name }) => service(name, namespace)),
    ...[...loadedServices.map(({ name }) => name), clientsName].map((name) => budget(name, namespace)),
    ...pods,
    deployment(clientsName, namespace, { container: clients, gracePeriod: 30 }),
  ];
}

interface PodParts {
  readonly container: object;
  readonly gracePeriod: number;
}

function servicePod({ linger, preStop, gracePeriod, readiness }: LoadedService): PodParts {
  const container = {
    image: echoImage,
    args: [`-linger=${linger}s`],
    readinessProbe: readiness,
    ...(preStop !== undefined && { lifecycle: { preStop: { sleep: { seconds: preStop } } } }),
  };
  return { container, gracePeriod };
}

const labelsOf = (name: string): Readonly<Record<string, string>> => ({ app: name });

function deployment(name: string, namespace: string, { container, gracePeriod }: PodParts): LoadObject {
  const labels = labelsOf(name);
  const spread = {
    maxSkew: 1,
    topologyKey: "kubernetes.io/hostname",
    whenUnsatisfiable: "DoNotSchedule",
    // Otherwise nodes of the control plane, and nodes that are drained, count as nodes without pods.
    nodeTaintsPolicy: "Honor",
    labelSelector: { matchLabels: labels },
  };
  const spec = {
    terminationGracePeriodSeconds: gracePeriod,
    automountServiceAccountToken: false,
    topologySpreadConstraints: [spread],
    // The clients use up to 40m. With less than it uses, a pod starves beside a busy kubelet on a host with two processors.
    containers: [{ name, resources: { requests: { cpu: "100m", memory: "16Mi" } }, ...container }],
  };
  return object(`/apis/apps/v1/namespaces/${namespace}/deployments`, "apps/v1", "Deployment", name, {
    replicas,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec },
  });
}

const service = (name: string, namespace: string): LoadObject =>
  object(`/api/v1/namespaces/${namespace}/services`, "v1", "Service", name, {
    selector: labelsOf(name),
    ports: [{ port: 80, targetPort: port }],
  });

const budget = (name: string, namespace: string): LoadObject =>
  object(`/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`, "policy/v1", "PodDisruptionBudget", name, {
    maxUnavailable: 1,
    selector: { matchLabels: labelsOf(name) },
  });

const object = (path: string, apiVersion: string, kind: string, name: string, spec: object): LoadObject => ({
  path,
  object: { apiVersion, kind, metadata: { name }, spec } as LoadObject["object"],
});

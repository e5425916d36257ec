/** Fetches all facts in parallel. A source that fails becomes a finding and does not stop the others. */
import { imageGroups } from "../../components/machines/images.plan";
import { listBackups } from "../etcd/backups";
import { fetchBackupObjects } from "../etcd/bucket";
import { fetchAlarms, fetchMemberMetrics, silenceMs } from "../etcd/status";
import type { Target } from "../etcd/target";
import { createClients, fetchImageFacts } from "../images/fetchFacts";
import { imageStatus } from "../images/imageStatus";
import type { ImageStatus } from "../images/imageStatus";
import type { Api } from "./api";
import { fetchAuthorities, fetchGroups } from "./awsFacts";
import { type ApiAccess, administratorOf, fetchKubeletCertificates, fetchServerCertificates } from "./certificateFacts";
import { resolveName } from "./dns";
import type { Facts, LookupFact, PodFact } from "./facts";
import { fetchCreationTime, fetchNodes, fetchPods, fetchReadiness, fetchWorkloads } from "./kubernetesFacts";
import { type FetchResult, tryFetch } from "./result";

const kubernetesName = "kubernetes.default.svc.cluster.local";

export async function fetchFacts(target: Target, api: Api, access: ApiAccess): Promise<Facts> {
  const now = new Date();
  const { spec } = target;
  const [readiness, nodes, pods, workloads, groups, images, members, alarms, created, backups, authorities, servers] =
    await Promise.all([
      tryFetch(() => fetchReadiness(api)),
      tryFetch(() => fetchNodes(api)),
      tryFetch(() => fetchPods(api)),
      tryFetch(() => fetchWorkloads(api)),
      tryFetch(() => fetchGroups(spec)),
      tryFetch(() => fetchImages(target, now)),
      tryFetch(() => fetchMemberMetrics(target, now, silenceMs)),
      tryFetch(() => fetchRaisedAlarms(target)),
      tryFetch(() => fetchCreationTime(api)),
      tryFetch(async () => listBackups(await fetchBackupObjects(target))),
      tryFetch(() => fetchAuthorities(target)),
      tryFetch(() => fetchServerCertificates(access)),
    ]);
  const [kubelets, lookups] = await Promise.all([
    nodes.known ? tryFetch(() => fetchKubeletCertificates(api, nodes.value, now)) : undefined,
    pods.known ? fetchLookups(api, pods.value, `api.${spec.domain}`) : undefined,
  ]);
  const administrator = { known: true, value: administratorOf(access) } as const;
  return {
    now,
    readiness,
    nodes,
    pods,
    workloads,
    groups,
    images,
    members,
    alarms,
    certificates: [authorities, servers, administrator, ...(kubelets === undefined ? [] : [kubelets])],
    lookups: lookups ?? [{ known: false, problem: "the CoreDNS pods are unknown" }],
    backups: backups.known
      ? {
          known: true,
          value: { newest: backups.value[0], clusterCreated: created.known ? created.value : new Date(0) },
        }
      : backups,
  };
}

async function fetchImages({ spec }: Target, now: Date): Promise<readonly ImageStatus[]> {
  const groups = imageGroups(spec);
  const facts = await fetchImageFacts(spec.name, groups, createClients(spec.region));
  return imageStatus(groups, facts, { now, maxDays: spec.nodes.maxImageAgeDays });
}

async function fetchRaisedAlarms(target: Target): Promise<readonly { name: string; description: string }[]> {
  return (await fetchAlarms(target))
    .filter(({ StateValue }) => StateValue === "ALARM")
    .map(({ AlarmName = "", AlarmDescription = "" }) => ({ name: AlarmName, description: AlarmDescription }));
}

/** Queries each CoreDNS pod, through port forwarding, for a name in the cluster and for one outside. */
async function fetchLookups(
  api: Api,
  pods: readonly PodFact[],
  outside: string,
): Promise<readonly FetchResult<LookupFact>[]> {
  const address = await tryFetch(async () => {
    const service = await api.object<{ spec: { clusterIP: string } }>("/api/v1/namespaces/default/services/kubernetes");
    return service.spec.clusterIP;
  });
  const wanted = address.known ? address.value : undefined;
  const servers = pods.filter(({ component, ready }) => component === "kube-dns" && ready);
  const answers = await Promise.all(
    servers.map(({ name: server }) =>
      tryFetch(() =>
        api.withForwardedPort("kube-system", server, 53, async (port): Promise<readonly LookupFact[]> => [
          { name: kubernetesName, server, addresses: await resolveName(port, kubernetesName), wanted },
          { name: outside, server, addresses: await resolveName(port, outside) },
        ]),
      ),
    ),
  );
  return answers.flatMap((answer): readonly FetchResult<LookupFact>[] =>
    answer.known ? answer.value.map((value) => ({ known: true, value })) : [answer],
  );
}

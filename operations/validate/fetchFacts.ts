/** Asks everybody at once. What cannot be asked is a finding by itself, and keeps nothing else from being looked at. */

import { listBackups } from "../etcd/backups";
import { fetchBackupObjects } from "../etcd/bucket";
import { fetchAlarms, fetchMemberMetrics } from "../etcd/status";
import type { Target } from "../etcd/target";
import { fetchAuthorities, fetchGroups } from "./awsFacts";
import { administratorOf, fetchKubeletCertificates, fetchServerCertificates } from "./certificateFacts";
import type { Access } from "./certificateFacts";
import { resolveName } from "./dns";
import type { Facts, LookupFact, PodFact } from "./facts";
import type { Api } from "./api";
import { fetchCreationTime, fetchNodes, fetchPods, fetchReadiness, fetchWorkloads } from "./kubernetesFacts";
import { tryFetch } from "./result";
import type { FetchResult } from "./result";

/** Members publish every minute, and CloudWatch shows it within two; a member that is off is silent after so long. */
const silenceMs = 5 * 60_000;

const clusterDomain = "cluster.local";

export async function fetchFacts(target: Target, api: Api, access: Access): Promise<Facts> {
  const now = new Date();
  const { spec } = target;
  const [readiness, nodes, pods, workloads, groups, members, alarms, founded, backups, authorities, servers] =
    await Promise.all([
      tryFetch(() => fetchReadiness(api)),
      tryFetch(() => fetchNodes(api)),
      tryFetch(() => fetchPods(api)),
      tryFetch(() => fetchWorkloads(api)),
      tryFetch(() => fetchGroups(spec)),
      tryFetch(() => fetchMemberMetrics(target, now, silenceMs)),
      tryFetch(() => raisedAlarms(target)),
      tryFetch(() => fetchCreationTime(api)),
      tryFetch(async () => listBackups(await fetchBackupObjects(target))),
      tryFetch(() => fetchAuthorities(target)),
      tryFetch(() => fetchServerCertificates(access)),
    ]);
  const [kubelets, lookups] = await Promise.all([
    nodes.known ? tryFetch(() => fetchKubeletCertificates(api, nodes.value, now)) : undefined,
    pods.known ? lookUp(api, pods.value, `api.${spec.domain}`) : [],
  ]);
  const administrator: FetchResult<ReturnType<typeof administratorOf>> = {
    known: true,
    value: administratorOf(access),
  };
  return {
    now,
    readiness,
    nodes,
    pods,
    workloads,
    groups,
    members,
    alarms,
    certificates: [authorities, servers, administrator, ...(kubelets === undefined ? [] : [kubelets])],
    lookups: pods.known ? lookups : [{ known: false, problem: "its pods are not known" }],
    backups: backups.known
      ? { known: true, value: { newest: backups.value[0], founded: founded.known ? founded.value : new Date(0) } }
      : backups,
  };
}

async function raisedAlarms(target: Target): Promise<readonly { name: string; description: string }[]> {
  const alarms = await fetchAlarms(target);
  return alarms
    .filter(({ StateValue }) => StateValue === "ALARM")
    .map(({ AlarmName = "", AlarmDescription = "" }) => ({ name: AlarmName, description: AlarmDescription }));
}

/** Each CoreDNS pod is asked for a name of its own and for one that others know: through the API, from wherever we are. */
async function lookUp(
  api: Api,
  pods: readonly PodFact[],
  outside: string,
): Promise<readonly FetchResult<LookupFact>[]> {
  const wanted = await tryFetch(async () => {
    const service = await api.object<{ spec: { clusterIP: string } }>("/api/v1/namespaces/default/services/kubernetes");
    return service.spec.clusterIP;
  });
  const servers = pods.filter(({ component, ready }) => component === "kube-dns" && ready);
  const answers = await Promise.all(
    servers.map(({ name: server }) =>
      tryFetch(() =>
        api.throughPort("kube-system", server, 53, async (port): Promise<readonly LookupFact[]> => {
          const own = `kubernetes.default.svc.${clusterDomain}`;
          return [
            {
              name: own,
              server,
              addresses: await resolveName(port, own),
              ...(wanted.known && { wanted: wanted.value }),
            },
            { name: outside, server, addresses: await resolveName(port, outside) },
          ];
        }),
      ),
    ),
  );
  return answers.flatMap((answer): readonly FetchResult<LookupFact>[] =>
    answer.known ? answer.value.map((value) => ({ known: true, value })) : [answer],
  );
}

import type { Drill } from "../drill";
import { requireReadyNodes } from "../readyNodes";
import { etcdProcess, type RehearsedCluster, waitUntil } from "../rehearsedCluster";

/** What a member works with: serial numbers of its certificates, and the processes that must not be restarted for them. */
const serials =
  "for file in /etc/kubernetes/pki/{apiserver,apiserver-kubelet-client,front-proxy-client,apiserver-etcd-client}.crt " +
  "/etc/kubernetes/pki/etcd/{server,peer,healthcheck-client}.crt; do [ ! -e $file ] || openssl x509 -noout -serial -in $file; done; " +
  "for file in /etc/kubernetes/{admin,controller-manager,scheduler}.conf; do [ ! -e $file ] || sed -n 's/.*client-certificate-data: //p' $file | base64 -d | openssl x509 -noout -serial; done";
const processes = `${etcdProcess}; pidof kube-apiserver || true`;

interface Seen {
  readonly serials: readonly string[];
  readonly processes: string;
}

async function look(cluster: RehearsedCluster): Promise<ReadonlyMap<string, Seen>> {
  const members = cluster.status.machines.filter(({ role }) => role !== "worker");
  const seen = await Promise.all(
    members.map(async (machine): Promise<[string, Seen]> => [
      machine.name,
      {
        serials: (await cluster.runOn(machine, serials)).trim().split("\n"),
        processes: (await cluster.runOn(machine, processes)).trim(),
      },
    ]),
  );
  return new Map(seen);
}

/** Every certificate of every machine is renewed, as when a third of its life is left. */
export const leafRenewal: Drill = {
  name: "leaf-renewal",
  what:
    "every certificate of every machine is due at the same moment: members renew theirs one after another, and neither etcd " +
    "nor an API server restarts",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 120_000, lost: "none" },
  async inject({ cluster, begins, ends, log }) {
    const before = await look(cluster);
    const members = cluster.status.machines.filter(({ role }) => role !== "worker");
    const kubelet = "openssl x509 -noout -serial -in /var/lib/kubelet/pki/kubelet-client-current.pem";
    const ofWorker = await cluster.runOn(cluster.worker, kubelet);
    begins();
    await requireReadyNodes(cluster, async () => {
      await Promise.all(
        members.map((machine) =>
          cluster.runOn(machine, "rm /var/lib/holdfast/leaves; systemctl start --no-block holdfast-renew.service"),
        ),
      );
      await cluster.runOn(cluster.worker, "set -a; . /etc/environment; /opt/holdfast/current/bin/kubelet-certificate");
      await waitUntil("every member to have renewed its certificates", 600_000, async () => {
        const idle = await Promise.all(
          members.map((machine) =>
            cluster.runOn(
              machine,
              "systemctl show -p ActiveState --value holdfast-renew.service; ls /var/lib/holdfast/leaves",
            ),
          ),
        );
        return idle.every((text) => text.startsWith("inactive"));
      });
    });
    ends();
    const after = await look(cluster);
    for (const [name, then] of before) {
      const now = after.get(name);
      const kept = then.serials.filter((serial) => now?.serials.includes(serial) === true);
      if (kept.length > 0) throw new Error(`${name} kept ${kept.length} of its certificates`);
      if (now?.processes !== then.processes) throw new Error(`etcd or the API server of ${name} was restarted`);
    }
    if ((await cluster.runOn(cluster.worker, kubelet)) === ofWorker) throw new Error("the worker kept its certificate");
    log(`${[...before.values()].flatMap((each) => each.serials).length + 1} certificates renewed`);
  },
};

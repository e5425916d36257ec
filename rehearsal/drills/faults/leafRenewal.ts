import type { MachineStatus } from "../../supervisor/status";
import type { Drill } from "../drill";
import { requireReadyNodes } from "../readyNodes";
import { etcdProcess, type RehearsedCluster, waitUntil } from "../rehearsedCluster";

/** Serial numbers of a member's certificates. */
const readSerials =
  "for file in /etc/kubernetes/pki/{apiserver,apiserver-kubelet-client,front-proxy-client,apiserver-etcd-client}.crt " +
  "/etc/kubernetes/pki/etcd/{server,peer,healthcheck-client}.crt; do [ ! -e $file ] || openssl x509 -noout -serial -in $file; done; " +
  "for file in /etc/kubernetes/{admin,controller-manager,scheduler}.conf; do [ ! -e $file ] || sed -n 's/.*client-certificate-data: //p' $file | base64 -d | openssl x509 -noout -serial; done";
/** Process ids that a renewal must not change. */
const readProcesses = `${etcdProcess}; pidof kube-apiserver || true`;
const readKubeletSerial = "openssl x509 -noout -serial -in /var/lib/kubelet/pki/kubelet-client-current.pem";

interface MemberState {
  readonly name: string;
  readonly serials: readonly string[];
  readonly processes: string;
}

function readMembers(cluster: RehearsedCluster, machines: readonly MachineStatus[]): Promise<MemberState[]> {
  return Promise.all(
    machines.map(async (machine) => ({
      name: machine.name,
      serials: (await cluster.runOn(machine, readSerials)).trim().split("\n"),
      processes: (await cluster.runOn(machine, readProcesses)).trim(),
    })),
  );
}

export const leafRenewal: Drill = {
  name: "leaf-renewal",
  description:
    "all certificates of all machines are due at the same moment: members renew theirs one after another, and neither etcd nor " +
    "an API server restarts",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 120_000, lost: "none" },
  soak: { members: 0, seconds: 90 },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const members = cluster.memberMachines;
    const before = await readMembers(cluster, members);
    const workerSerial = await cluster.runOn(cluster.worker, readKubeletSerial);
    faultBegins();
    await requireReadyNodes(cluster, log, async () => {
      const start =
        "rm /var/lib/holdfast/certificate-inputs; systemctl start --no-block holdfast-renew-certificates.service";
      await Promise.all(members.map((machine) => cluster.runOn(machine, start)));
      await cluster.runOn(
        cluster.worker,
        "set -a; . /etc/environment; /opt/holdfast/current/bin/renew-kubelet-certificate",
      );
      const readState =
        "systemctl show -p ActiveState --value holdfast-renew-certificates.service; ls /var/lib/holdfast/certificate-inputs";
      await waitUntil("every member to renew its certificates", 600_000, async () => {
        const states = await Promise.all(members.map((machine) => cluster.runOn(machine, readState)));
        return states.every((text) => text.startsWith("inactive"));
      });
    });
    faultEnds();
    const after = new Map((await readMembers(cluster, members)).map((member) => [member.name, member]));
    for (const { name, serials, processes } of before) {
      const now = after.get(name);
      const kept = serials.filter((serial) => now?.serials.includes(serial) === true);
      if (kept.length > 0) throw new Error(`${name} did not renew ${kept.length} of its certificates`);
      if (now?.processes !== processes) throw new Error(`etcd or the API server of ${name} was restarted`);
    }
    if ((await cluster.runOn(cluster.worker, readKubeletSerial)) === workerSerial)
      throw new Error("the worker did not renew its certificate");
    log(`${before.flatMap(({ serials }) => serials).length + 1} certificates renewed`);
  },
};

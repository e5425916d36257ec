import { readBootPlan } from "../../supervisor/bootPlan";
import { applyChange } from "../applyChange";
import type { Drill } from "../drill";
import { elapsed } from "../durations";
import { type RehearsedCluster, waitUntil } from "../rehearsedCluster";

const GiB = 2 ** 30;
const volumeType = "aws:ebs/volume:Volume";
/** etcd-watch runs bin/grow-data-volume every minute; the rest is for the changes of the last volume. */
const periodMs = 90_000;

/** Size of the members' volumes in the plan, in GiB. */
function plannedSize(cluster: RehearsedCluster): number {
  const volume = readBootPlan(cluster.client.paths.plan).resources.find(({ type }) => type === volumeType);
  if (volume === undefined) throw new Error("the plan has no volume");
  return Number(volume.inputs.size);
}

/** The kernel lets only processes with CAP_SYS_RESOURCE grow a mounted ext4 file system; some containers lack it, and their machines too. */
const mayGrow = async (cluster: RehearsedCluster, member: string): Promise<boolean> =>
  (await cluster.runOnMember(
    member,
    `echo $((0x$(awk '$1 == "CapEff:" { print $2 }' /proc/self/status) >> 24 & 1))`,
  )) === "1";

/** Counts refusals of the kernel in the journal of etcd-watch. @param since ms since the epoch */
const countRefusals = (since: number): string =>
  `journalctl -u holdfast-etcd-watch -o cat --no-pager --since @${Math.floor(since / 1000)} | grep -c 'Permission denied to resize' || true`;

const startTimes = (cluster: RehearsedCluster): Promise<string[]> =>
  Promise.all(
    cluster.memberNames.map((member) =>
      cluster.runOnMember(member, "systemctl show -p ExecMainStartTimestampMonotonic --value etcd.service"),
    ),
  );

export const growVolume: Drill = {
  name: "grow-volume",
  description:
    "`etcd.volume.sizeGiB` is 4 larger: EBS grows the volumes while they are in use, and each member its file system; neither etcd " +
    "nor a machine restarts",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 30_000, lost: "none" },
  members: 1,
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const sizeGiB = plannedSize(cluster) + 4;
    const started = await startTimes(cluster);
    faultBegins();
    const began = Date.now();
    const { resources } = await applyChange(cluster, { overrides: { etcd: { volume: { sizeGiB } } } });
    const others = resources.filter((change) => !change.startsWith(`update ${volumeType} `));
    if (others.length > 0) throw new Error(`the change is not limited to the volumes: ${others.join(", ")}`);
    log(`${resources.length} volumes have ${sizeGiB} GiB after ${elapsed(began)}`);
    for (const member of cluster.memberNames) {
      const size = async (of: string): Promise<number> => Number(await cluster.runOnMember(member, of));
      await waitUntil(
        `the volume of member ${member} to grow`,
        10_000,
        async () => (await size("volume_bytes")) === sizeGiB * GiB,
      );
      if (await mayGrow(cluster, member)) {
        await waitUntil(
          `the file system of member ${member} to grow`,
          periodMs,
          async () => (await size("filesystem_bytes")) > (sizeGiB - 1) * GiB,
        );
        log(`the file system of member ${member} has grown after ${elapsed(began)}`);
      } else {
        await waitUntil(
          `member ${member} to try to grow its file system`,
          periodMs,
          async () => (await size(countRefusals(began))) > 0,
        );
        log(`member ${member} tried to grow its file system after ${elapsed(began)}; this host lacks CAP_SYS_RESOURCE`);
      }
    }
    faultEnds();
    return async () => {
      if ((await startTimes(cluster)).join() !== started.join()) throw new Error("etcd was restarted");
    };
  },
};

/** Backups, the restore test, a restore, and a lost volume. `holdfast drill` also has `bad-restores` and `leaf-renewal`. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fetchNewestBackup, restorePoint } from "../../rehearsal/drills/backups";
import { elapsed } from "../../rehearsal/drills/durations";
import { waitForFullStrength } from "../../rehearsal/drills/fullStrength";
import { type RehearsedCluster, waitUntil } from "../../rehearsal/drills/rehearsedCluster";
import { Recorder } from "../../rehearsal/drills/recorder";
import { log } from "./log";

const minute = 60_000;
const members = ["a", "b", "c"];
const configMap = (name: string): string[] => ["configmap", name, "--ignore-not-found", "-o", "name"];

/** @param id id of the rehearsal */
export function etcdTests(cluster: () => RehearsedCluster, id: string): void {
  const runOnAll = (script: string): Promise<string[]> =>
    Promise.all(members.map((member) => cluster().runOnMember(member, script)));

  /** Runs `holdfast etcd`. */
  async function runEtcdCommand(...words: string[]): Promise<{ code: number; output: string }> {
    const argv = ["cli/holdfast.cjs", "etcd", ...words, "--rehearsal", id];
    const program = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "pipe"] });
    const ended = once(program, "exit");
    const output = await Promise.all([text(program.stdout), text(program.stderr)]);
    await ended;
    return { code: program.exitCode ?? 1, output: output.join("") };
  }

  describe("backups", () => {
    it("the leader creates one when the cluster is formed, and on its timer", async () => {
      const first = await fetchNewestBackup(cluster());
      await runOnAll("systemctl start holdfast-etcd-backup.service");
      const next = await fetchNewestBackup(cluster());
      expect(next.revision).toBeGreaterThan(first.revision);
      expect(next.key).toMatch(/^staging\/backups\/all\/\d{8}T\d{6}Z-g1-r\d+-[abc]\.db\.gz$/);
      const timers = await runOnAll("systemctl list-timers --no-pager | grep -o 'holdfast-etcd-[a-z]*.timer' | sort");
      const all = ["backup", "defrag", "drill"].map((what) => `holdfast-etcd-${what}.timer`).join("\n");
      expect(timers).toEqual(members.map(() => all));
    });

    it("pass the restore test within the limits of its unit", async () => {
      const { member, key } = await fetchNewestBackup(cluster());
      await runOnAll("systemctl start holdfast-etcd-drill.service");
      expect(
        await cluster().runOnMember(member, "journalctl -t holdfast -o cat --no-pager | grep 'etcd-drill: '"),
      ).toContain(`passed: ${key}`);
      expect(
        await runOnAll("ls -A /var/lib/holdfast/scratch /var/lib/etcd/scratch 2>/dev/null | grep db || true"),
      ).toEqual(members.map(() => ""));
    });
  });

  describe("a restore", () => {
    it(
      "returns all members to the backup while the API keeps running; later data is gone",
      async () => {
        const recorder = await Recorder.start(cluster(), "default-restore");
        await cluster().kubectl("create", "configmap", "before", "--from-literal=life=1");
        await runOnAll("systemctl start holdfast-etcd-backup.service");
        const backup = await fetchNewestBackup(cluster());
        const { key } = backup;
        await cluster().kubectl("create", "configmap", "after", "--from-literal=life=1");
        await cluster().kubectl("delete", "configmap", "before");
        const unknown = await runEtcdCommand(
          "restore",
          "staging",
          "staging/backups/all/20260101T000000Z-g1-r1-a.db.gz",
        );
        expect(unknown.code).toBe(1);
        expect(unknown.output).toContain("staging/backups/all/20260101T000000Z-g1-r1-a.db.gz does not exist in");
        recorder.announceRestore(restorePoint(backup, 2));
        const ordered = Date.now();
        const { code, output } = await runEtcdCommand("restore", "staging", key);
        expect(output).toContain(`Ordered: generation 2 from ${key}`);
        expect(code).toBe(0);
        await waitUntil("generation 2 on every member", 2 * minute, async () =>
          (await runOnAll("generation; curl -sf -o /dev/null http://127.0.0.1:2381/readyz && echo ready")).every(
            (answer) => answer === "2\nready",
          ),
        );
        await recorder.stop();
        log(`restore: ${elapsed(ordered)} from the order; ${recorder.describe(ordered)}`);
        expect((await recorder.check()).violations).toEqual([]);
        // Each API server by itself: none serves data from its cache.
        for (const member of members) {
          const server = ["--server", `https://${cluster().controlPlaneMachine(member).address}:6443`];
          const get = `kubectl --kubeconfig /etc/kubernetes/admin.conf ${server.join(" ")} get`;
          await waitUntil(`the API server of ${member}`, minute, async () => {
            const seen = await cluster().runOnMember(
              member,
              `for name in before after; do ${get} configmap $name --ignore-not-found -o name; done`,
            );
            return seen === "configmap/before";
          });
        }
        await waitForFullStrength(cluster(), 3 * minute);
        await cluster().runOnMember("a", "etcdctl endpoint health --cluster");
        expect(await runOnAll("ls -d /var/lib/etcd/before-g2-*/member")).toHaveLength(3);
        // The restore discards the API servers' leases; each server writes its own again.
        const addresses = members.map((member) => cluster().controlPlaneMachine(member).address).sort();
        await waitUntil("exactly the API servers in the endpoints of the Service", minute, async () => {
          const path = "jsonpath={.endpoints[*].addresses[0]}";
          const servers = await cluster().kubectl("get", "endpointslices", "kubernetes", "-o", path);
          return servers.trim().split(" ").sort().join(" ") === addresses.join(" ");
        });
        expect(await cluster().kubectl("get", ...configMap("after"))).toBe("");
        await waitUntil("a backup of the new generation", minute, async () =>
          (await fetchNewestBackup(cluster())).key.includes("-g2-r1000000"),
        );
      },
      6 * minute,
    );
  });

  describe("a member with a blank volume", () => {
    it(
      "joins again after a backup, without an outage",
      async () => {
        const identities = await cluster().listVoters();
        const recorder = await Recorder.start(cluster(), "blank");
        const lost = Date.now();
        await cluster().runOnMember(
          "c",
          "systemctl kill -s KILL etcd; systemctl stop etcd; rm -rf /var/lib/etcd/data; systemctl restart --no-block holdfast-node.service",
        );
        await waitUntil("the vote of c", 3 * minute, async () => {
          const now = await cluster().listVoters();
          return now["c"] !== undefined && now["c"] !== identities["c"];
        });
        await sleep(2000);
        await recorder.stop();
        log(`blank volume: ${recorder.describe(lost)}`);
        expect(await recorder.listLost()).toEqual([]);
        expect((await recorder.check()).violations).toEqual([]);
        expect(await cluster().runOnMember("c", "generation")).toBe("2");
        // Not necessarily the newest: the leader's timer may have created another one since.
        const since = `journalctl -o cat --no-pager --since @${Math.floor(lost / 1000)}`;
        expect(await cluster().runOnMember("c", `${since} | grep 'backup of revision'`)).toMatch(/-c\.db\.gz/);
        await waitForFullStrength(cluster(), 3 * minute);
      },
      5 * minute,
    );
  });
}

/** Etcd's day two on a booted cluster: backups, the drill, a restore in place, refused restores, a lost volume, renewed certificates. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { boot, down } from "../../rehearsal/boot";
import { secondsSince } from "../../rehearsal/drills/durations";
import { badRestores } from "../../rehearsal/drills/faults/badRestores";
import { etcdProcess, RehearsedCluster, waitUntil } from "../../rehearsal/drills/rehearsedCluster";
import { runDrill } from "../../rehearsal/drills/runDrill";
import { Writer } from "../../rehearsal/drills/writer";
import { log } from "./log";

const id = "etcdtest";
const minute = 60_000;
const letters = ["a", "b", "c"];

let cluster: RehearsedCluster;

beforeAll(async () => {
  cluster = await RehearsedCluster.connect(await boot({ stack: "staging", id }));
}, 40 * minute);
afterAll(() => down(id), 5 * minute);

const everywhere = (script: string): Promise<string[]> =>
  Promise.all(letters.map((letter) => cluster.runOnMember(letter, script)));

interface Newest {
  readonly key: string;
  readonly member: string;
  readonly revision: number;
}
const newest = async (): Promise<Newest> =>
  JSON.parse(await cluster.runOnMember("a", 'etcdctl get "$NEWEST" --print-value-only')) as Newest;

/** `npm run etcd`, as an operator runs it. */
async function operator(...words: string[]): Promise<{ code: number; said: string }> {
  const argv = ["--import", "tsx", "operations/etcd/cli.ts", ...words, "--rehearsal", id];
  const program = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(program, "exit");
  const said = await Promise.all([text(program.stdout), text(program.stderr)]);
  await ended;
  return { code: program.exitCode ?? 1, said: said.join("") };
}

const configMap = (name: string): string[] => ["configmap", name, "--ignore-not-found", "-o", "name"];

describe("backups", () => {
  it("are made by the leader as soon as the cluster is formed, and by its timer", async () => {
    const first = await newest();
    await everywhere("systemctl start holdfast-etcd-backup.service");
    const next = await newest();
    expect(next.revision).toBeGreaterThan(first.revision);
    expect(next.key).toMatch(/^staging\/backups\/all\/\d{8}T\d{6}Z-g1-r\d+-[abc]\.db\.gz$/);
    const timers = await everywhere("systemctl list-timers --no-pager | grep -o 'holdfast-etcd-[a-z]*.timer' | sort");
    const all = ["backup", "defrag", "drill"].map((what) => `holdfast-etcd-${what}.timer`).join("\n");
    expect(timers).toEqual(letters.map(() => all));
  });

  it("are proved by the drill, within the bounds of its unit", async () => {
    const { member, key } = await newest();
    await everywhere("systemctl start holdfast-etcd-drill.service");
    expect(await cluster.runOnMember(member, "journalctl -t holdfast -o cat --no-pager | grep 'step drill'")).toContain(
      `passed: ${key}`,
    );
    expect(
      await everywhere("ls -A /var/lib/holdfast/scratch /var/lib/etcd/scratch 2>/dev/null | grep db || true"),
    ).toEqual(letters.map(() => ""));
  });
});

describe("a restore", () => {
  it(
    "takes all members back to the backup while the API goes on; nothing of the time after it is seen again",
    async () => {
      await cluster.kubectl("create", "configmap", "before", "--from-literal=life=1");
      await everywhere("systemctl start holdfast-etcd-backup.service");
      const { key } = await newest();
      await cluster.kubectl("create", "configmap", "after", "--from-literal=life=1");
      await cluster.kubectl("delete", "configmap", "before");
      const writer = await Writer.start(cluster, "default-restore");
      const unknown = await operator("restore", "staging", "staging/backups/all/20260101T000000Z-g1-r1-a.db.gz");
      expect(unknown.code).toBe(1);
      expect(unknown.said).toContain("there is no staging/backups/all/20260101T000000Z-g1-r1-a.db.gz in");
      const ordered = Date.now();
      const { code, said } = await operator("restore", "staging", key);
      expect(said).toContain(`Ordered: generation 2 from ${key}`);
      expect(code).toBe(0);
      await waitUntil("generation 2 on every member", 2 * minute, async () =>
        (await everywhere("generation; curl -sf -o /dev/null http://127.0.0.1:2381/readyz && echo ready")).every(
          (said) => said === "2\nready",
        ),
      );
      await writer.stop();
      log(`restore: ${secondsSince(ordered)} s from the order; ${writer.describe(ordered)}`);
      // Every API server by itself: none shows what it remembers.
      for (const letter of letters) {
        const server = ["--server", `https://${cluster.controlPlaneMachine(letter).address}:6443`];
        const asked = `kubectl --kubeconfig /etc/kubernetes/admin.conf ${server.join(" ")} get`;
        await waitUntil(`the API server of ${letter}`, minute, async () => {
          const seen = await cluster.runOnMember(
            letter,
            `for name in before after; do ${asked} configmap $name --ignore-not-found -o name; done`,
          );
          return seen === "configmap/before";
        });
      }
      await waitUntil("full strength", 3 * minute, async () => (await cluster.refresh()).ready);
      await cluster.etcdctl(cluster.controlPlaneMachine("a"), "endpoint health --cluster");
      expect(await everywhere("ls -d /var/lib/etcd/before-g2-*/member")).toHaveLength(3);
      // Each API server names itself anew within its lease's renewal: nothing remembers the leases of before.
      const addresses = letters.map((letter) => cluster.controlPlaneMachine(letter).address).sort();
      await waitUntil("every API server, and no other, in the endpoints of the service", minute, async () => {
        const path = "jsonpath={.endpoints[*].addresses[0]}";
        const servers = await cluster.kubectl("get", "endpointslices", "kubernetes", "-o", path);
        return servers.trim().split(" ").sort().join(" ") === addresses.join(" ");
      });
      expect(await cluster.kubectl("get", ...configMap("after"))).toBe("");
      await waitUntil("a backup of the new generation", minute, async () =>
        (await newest()).key.includes("-g2-r1000000"),
      );
    },
    6 * minute,
  );
});

describe("restores that must not happen", () => {
  it(
    "are refused by every member, and etcd runs on",
    async () => {
      const { broken } = await runDrill(badRestores, cluster, log);
      expect(broken).toEqual([]);
    },
    8 * minute,
  );
});

describe("a member whose volume is blank", () => {
  it(
    "is taken in anew after a backup, and nobody notices",
    async () => {
      const identities = await cluster.etcdMembers(cluster.controlPlaneMachine("a"));
      const writer = await Writer.start(cluster, "blank");
      const lost = Date.now();
      await cluster.runOnMember(
        "c",
        "systemctl kill -s KILL etcd; systemctl stop etcd; rm -rf /var/lib/etcd/data; systemctl restart --no-block holdfast-node.service",
      );
      await waitUntil("c is a voter again", 3 * minute, async () => {
        const now = await cluster.etcdMembers(cluster.controlPlaneMachine("a"));
        return now["c"] !== undefined && now["c"] !== identities["c"];
      });
      await sleep(2000);
      await writer.stop();
      log(`blank volume: ${writer.describe(lost)}`);
      expect(await writer.lost()).toEqual([]);
      expect(await cluster.runOnMember("c", "generation")).toBe("2");
      // Not the newest one for sure: the leader's timer may have made another since.
      const since = `journalctl -o cat --no-pager --since @${Math.floor(lost / 1000)}`;
      expect(await cluster.runOnMember("c", `${since} | grep 'backup of revision'`)).toMatch(/-c\.db\.gz/);
      await waitUntil("full strength", 3 * minute, async () => (await cluster.refresh()).ready);
    },
    5 * minute,
  );
});

describe("certificates", () => {
  it(
    "are renewed member by member, and etcd runs on with them",
    async () => {
      const writer = await Writer.start(cluster, "renewal");
      const started = Date.now();
      for (const letter of letters) {
        const serial = "openssl s_client -connect 127.0.0.1:2379 </dev/null 2>/dev/null | openssl x509 -noout -serial";
        const [before, after] = (
          await cluster.runOnMember(
            letter,
            `a=$(${etcdProcess}; ${serial}); rm /var/lib/holdfast/leaves; /opt/holdfast/current/bin/renew >&2; b=$(${etcdProcess}; ${serial}); echo "$a|$b" | tr '\\n' ' '`,
          )
        ).split("|");
        const [pid, old] = (before ?? "").trim().split(" ");
        const [same, renewed] = (after ?? "").trim().split(" ");
        expect(same).toBe(pid);
        expect(renewed).not.toBe(old);
      }
      await writer.stop();
      log(`renewal: ${writer.describe(started)}`);
      expect(await writer.lost()).toEqual([]);
      expect(writer.longestOutage).toBeLessThan(10_000);
    },
    5 * minute,
  );
});

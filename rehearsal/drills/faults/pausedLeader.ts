import { setTimeout as sleep } from "node:timers/promises";
import { type Drill, unresponsiveMember } from "../drill";
import { elapsed, formatSeconds } from "../durations";
import { type RehearsedCluster, waitUntil } from "../rehearsedCluster";

const pauseMs = 20_000;

interface Pause {
  readonly name: string;
  readonly description: string;
  readonly pause: (cluster: RehearsedCluster, leader: string) => Promise<unknown>;
  readonly resume: (cluster: RehearsedCluster, leader: string) => Promise<unknown>;
}

/**
 * A paused leader does not know that it no longer leads: when it continues, it must answer no read from its old data. The kernel keeps
 * acknowledging packets for it, so that API servers with external etcd wait for its answers during the whole pause.
 */
const pausedLeader = ({ name, description, pause, resume }: Pause): Drill => ({
  name,
  description,
  limits: { ...unresponsiveMember, fullStrengthMs: 60_000, lost: "none" },
  soak: { members: 1, seconds: 60 },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const leader = await cluster.leader();
    const others = cluster.memberNames.filter((member) => member !== leader);
    faultBegins();
    const began = Date.now();
    try {
      await pause(cluster, leader);
      let elected = leader;
      await waitUntil("another leader", pauseMs, async () => {
        elected = await cluster.leader(others);
        return elected !== leader;
      });
      log(`member ${leader} is paused; member ${elected} leads after ${elapsed(began)} at most`);
      await sleep(Math.max(0, began + pauseMs - Date.now()));
    } finally {
      await resume(cluster, leader);
      faultEnds();
    }
  },
});

const seconds = formatSeconds(pauseMs, 0);
/** `systemctl kill` reaches etcd alone; a stopped process keeps its connections. */
const signalEtcd = (signal: string) => (cluster: RehearsedCluster, leader: string) =>
  cluster.runOnMember(leader, `systemctl kill -s ${signal} etcd.service`);

export const pauseLeader = pausedLeader({
  name: "pause-leader",
  description: `the leader's etcd is stopped for ${seconds} (SIGSTOP) and continues: the others have a new leader, and no read is stale`,
  pause: signalEtcd("STOP"),
  resume: signalEtcd("CONT"),
});

export const pauseLeaderMachine = pausedLeader({
  name: "pause-leader-machine",
  description: `all processes of the leader's machine are frozen for ${seconds} and continue: the others have a new leader, and no read is stale`,
  pause: (cluster, leader) => cluster.client.pause(cluster.etcdMachine(leader).id),
  resume: (cluster, leader) => cluster.client.resume(cluster.etcdMachine(leader).id),
});

/** AWS services that do not answer while a member's machine is replaced: it waits for them, and joins afterwards. */
import { isDeepStrictEqual } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { type Drill, unresponsiveMember } from "../drill";
import { elapsed, formatSeconds } from "../durations";
import { type RehearsedCluster, waitUntil } from "../rehearsedCluster";

/** Time in ms for which the new machine waits, from its first failed call on. */
const waitMs = 30_000;
/** Timeout in ms for the first failed call: the boot of a machine on a busy host. */
const bootMs = 180_000;

interface Outage {
  /** Signing name. */
  readonly service: string;
  readonly description: string;
  /** Extended regular expression for the log line of the new machine. */
  readonly symptom: string;
  /** Rejects if the cluster needs the service. */
  readonly check?: (cluster: RehearsedCluster) => Promise<void>;
}

const replacementWithout = ({ service, description, symptom, check }: Outage): Drill => ({
  name: `${service}-unreachable`,
  description: `${description} while the leader's machine is replaced: the new machine waits, and joins when the service is back`,
  limits: { ...unresponsiveMember, fullStrengthMs: 240_000, lost: "none" },
  soak: { members: 1, seconds: 180 },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const member = await cluster.leader();
    const { id: old } = cluster.etcdMachine(member);
    const voters = await cluster.listVoters();
    const readSymptom = `journalctl -t holdfast -o cat --no-pager | grep -E '${symptom}' | tail -n 1 || true`;
    faultBegins();
    const began = Date.now();
    await cluster.client.setUnreachable([service]);
    try {
      await cluster.client.destroy(old);
      let line = "";
      await waitUntil(`the new machine of member ${member} to log ${symptom}`, bootMs, async () => {
        await cluster.refresh();
        const machine = cluster.etcdMachine(member);
        if (machine.id !== old) line = (await cluster.runOn(machine, readSymptom)).trim();
        return line !== "";
      });
      log(`the new machine's journal after ${elapsed(began)}: ${line}`);
      await check?.(cluster);
      await sleep(waitMs);
      await cluster.refresh();
      const state = await cluster.runOn(cluster.etcdMachine(member), "systemctl is-active etcd.service || true");
      if (state.trim() === "active") throw new Error(`member ${member} runs without ${service}`);
      log(`the new machine has waited for ${formatSeconds(waitMs, 0)}; etcd is ${state.trim()}`);
    } finally {
      await cluster.client.setUnreachable([]);
      faultEnds();
    }
    return async () => {
      if (!isDeepStrictEqual(await cluster.listVoters(), voters)) throw new Error("the etcd membership changed");
    };
  },
});

export const ssmUnreachable = replacementWithout({
  service: "ssm",
  description: "Parameter Store does not answer",
  symptom: "SSM GetParameters: no answer",
});

export const route53Unreachable = replacementWithout({
  service: "route53",
  description: "Route 53 does not answer",
  symptom: "Route 53 .*: no answer",
});

/**
 * No program of Holdfast calls KMS; SSM, S3 and EBS do so on behalf of machines. API servers encrypt Secrets with keys on the
 * machines, so that they need no KMS either.
 */
export const kmsUnreachable = replacementWithout({
  service: "kms",
  description: "KMS does not answer SSM, S3 and EBS, which fail each call that needs a key,",
  symptom: "HTTP 500",
  async check(cluster) {
    const name = `drill-${Date.now().toString(36)}`;
    await cluster.kubectl("create", "secret", "generic", name, "--from-literal=key=value");
    const value = await cluster.kubectl("get", "secret", name, "-o", "jsonpath={.data.key}");
    await cluster.kubectl("delete", "secret", name, "--wait=false");
    if (Buffer.from(value, "base64").toString() !== "value") throw new Error(`a new Secret has the value ${value}`);
  },
});

/** Add-ons in a booted cluster of four nodes. */
import { elapsed } from "../../rehearsal/drills/durations";
import { type RehearsedCluster, waitUntil } from "../../rehearsal/drills/rehearsedCluster";
import { cloudNodes } from "./cloudNodes";
import { log } from "./log";

const minute = 60_000;

/** Leaves the cluster at full strength, with another worker. */
export function addonTests(booted: () => RehearsedCluster): void {
  describe("the cloud controller", () => {
    it(
      "initializes nodes with the data of their instances",
      async () => {
        const cluster = booted();
        await waitUntil("the removal of every node's taint", 2 * minute, async () =>
          (await cloudNodes(cluster)).every(({ taints }) => !taints.some((key) => key.endsWith("/uninitialized"))),
        );
        const { machines } = await cluster.refresh();
        const nodes = await cloudNodes(cluster);
        expect(nodes).toHaveLength(4);
        for (const { name, providerId, zone, zoneId, addresses } of nodes) {
          const machine = machines.find(({ id }) => id === name);
          expect([name, providerId, zone]).toEqual([name, `aws:///${zone}/${name}`, machine?.zone]);
          expect(addresses.InternalIP).toBe(machine?.address);
          // kubelet sets neither of these.
          expect(addresses.InternalDNS).toMatch(/^ip-10-[-\d]+\..*internal$/);
          expect(zoneId).toMatch(/-az\d$/);
        }
      },
      3 * minute,
    );

    it(
      "removes the node of a terminated machine",
      async () => {
        const cluster = booted();
        const before = cluster.worker;
        const destroyed = Date.now();
        await cluster.client.destroy(before.name);
        await waitUntil(
          "the removal of the node",
          3 * minute,
          async () => !(await cluster.nodeNames()).includes(before.id),
        );
        log(`node of the worker removed after ${elapsed(destroyed)}`);
        const selector = `involvedObject.name=${before.id},reason=DeletingNode`;
        const events = await cluster.kubectl("get", "events", "-A", "--field-selector", selector, "-o", "name");
        expect(events.trim()).not.toBe("");
        await waitUntil("another ready worker", 3 * minute, async () => {
          const { ready } = await cluster.refresh();
          return ready && (await cluster.nodeNames()).includes(cluster.worker.id);
        });
        expect(await cluster.nodeNames()).toHaveLength(4);
      },
      7 * minute,
    );
  });

  describe("metrics-server", () => {
    it(
      "reports the usage of every node",
      async () => {
        await waitUntil("metrics of every node", 3 * minute, async () => {
          const lines = (await booted().kubectl("top", "nodes", "--no-headers")).trim().split("\n");
          return lines.length === 4 && lines.every((line) => /^i-\S+\s+\d+m\s+\d+%\s+\d+Mi\s+\d+%/.test(line));
        });
      },
      4 * minute,
    );
  });
}

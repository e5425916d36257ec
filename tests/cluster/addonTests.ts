/** Add-ons in a booted cluster of four nodes. */
import { secondsSince } from "../../rehearsal/drills/durations";
import { type RehearsedCluster, waitUntil } from "../../rehearsal/drills/rehearsedCluster";
import { cloudNodes } from "./cloudNodes";
import { log } from "./log";

const minute = 60_000;

/** Leaves the cluster as whole as it was, with another worker. */
export function addonTests(booted: () => RehearsedCluster): void {
  describe("the cloud controller", () => {
    it(
      "initialises nodes with what AWS knows of their machines",
      async () => {
        const cluster = booted();
        await waitUntil("every node's taint to be gone", 2 * minute, async () =>
          (await cloudNodes(cluster)).every(({ taints }) => !taints.some((key) => key.endsWith("/uninitialized"))),
        );
        const { machines } = await cluster.refresh();
        const nodes = await cloudNodes(cluster);
        expect(nodes).toHaveLength(4);
        for (const { name, providerId, zone, zoneId, addresses } of nodes) {
          const machine = machines.find(({ id }) => id === name);
          expect([name, providerId, zone]).toEqual([name, `aws:///${zone}/${name}`, machine?.zone]);
          expect(addresses.InternalIP).toBe(machine?.address);
          // The kubelet knows neither.
          expect(addresses.InternalDNS).toMatch(/^ip-10-[-\d]+\..*internal$/);
          expect(zoneId).toMatch(/-az\d$/);
        }
      },
      3 * minute,
    );

    it(
      "removes the node of a machine that is gone",
      async () => {
        const cluster = booted();
        const before = cluster.worker;
        const destroyed = Date.now();
        await cluster.client.destroy(before.name);
        await waitUntil(
          "the node to be gone",
          3 * minute,
          async () => !(await cluster.nodeNames()).includes(before.id),
        );
        log(`worker: its node was removed after ${secondsSince(destroyed)} s`);
        const about = `involvedObject.name=${before.id},reason=DeletingNode`;
        const said = await cluster.kubectl("get", "events", "-A", "--field-selector", about, "-o", "name");
        expect(said.trim()).not.toBe("");
        await waitUntil("another worker to be ready", 3 * minute, async () => {
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
      "tells what every node uses",
      async () => {
        await waitUntil("figures of every node", 3 * minute, async () => {
          const lines = (await booted().kubectl("top", "nodes", "--no-headers")).trim().split("\n");
          return lines.length === 4 && lines.every((line) => /^i-\S+\s+\d+m\s+\d+%\s+\d+Mi\s+\d+%/.test(line));
        });
      },
      4 * minute,
    );
  });
}

/** Services in a booted cluster. */
import { isDeepStrictEqual } from "node:util";
import { echoImage } from "../../rehearsal/assets";
import { type RehearsedCluster, waitUntil } from "../../rehearsal/drills/rehearsedCluster";

const minute = 60_000;

/** Python script that resolves a name, because the machines have no DNS client. */
function resolveScript(name: string, server: string): string {
  const labels = name.split(".").map((label) => `bytes([${label.length}])+b"${label}"`);
  return [
    "import socket",
    "s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)",
    "s.settimeout(5)",
    `s.sendto(bytes.fromhex("000101000001000000000000")+${labels.join("+")}+bytes.fromhex("0000010001"),("${server}",53))`,
    'print(".".join(map(str,s.recv(512)[-4:])))',
  ].join(";");
}

/** Leaves the Service `echo` with three pods. */
export function serviceTests(booted: () => RehearsedCluster): void {
  it(
    "routes a Service to its pods from every machine, and resolves its name",
    async () => {
      const cluster = booted();
      await cluster.kubectl("create", "deployment", "echo", `--image=${echoImage}`, "--replicas=3", "--port=8080");
      await cluster.kubectl("expose", "deployment", "echo", "--port=80", "--target-port=8080");
      await cluster.kubectl("rollout", "status", "deployment/echo", "--timeout=120s", "--request-timeout=0");
      const pods = (await cluster.list("namespaces/default/pods?labelSelector=app=echo"))
        .map(({ metadata }) => metadata.name)
        .sort();
      expect(pods).toHaveLength(3);
      const clusterIp = ["-o", "jsonpath={.spec.clusterIP}"];
      const address = await cluster.kubectl("get", "service", "echo", ...clusterIp);
      const dns = await cluster.kubectl("-n", "kube-system", "get", "service", "kube-dns", ...clusterIp);
      for (const machine of cluster.status.machines) {
        // kube-proxy learns about a pod later than the Deployment does.
        await waitUntil(`every pod of the Service from ${machine.name}`, minute, async () => {
          const answers = await cluster.runOn(
            machine,
            `for i in {1..40}; do curl -sS -m 5 http://${address}/ || true; done`,
          );
          return isDeepStrictEqual([...new Set(answers.trim().split("\n"))].sort(), pods);
        });
        const resolved = await cluster.runOn(
          machine,
          `python3 -c '${resolveScript("echo.default.svc.cluster.local", dns)}'`,
        );
        expect(resolved.trim()).toBe(address);
      }
    },
    4 * minute,
  );
}

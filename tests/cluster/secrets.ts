/** The secrets of a booted cluster. */
import type { RehearsedCluster } from "../../rehearsal/drills/rehearsedCluster";

/** Lines of private keys, and bootstrap tokens. */
export async function secretsOf(cluster: RehearsedCluster): Promise<string[]> {
  const pki = "/etc/kubernetes/pki";
  const keys = await cluster.runOn(
    cluster.controlPlaneMachine("a"),
    `cat ${pki}/*.key ${pki}/etcd/*.key; grep -h client-key-data /etc/kubernetes/*.conf | cut -d: -f2`,
  );
  const lines = keys
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.length >= 60 && !line.startsWith("-----"));
  const found = JSON.parse(await cluster.kubectl("-n", "kube-system", "get", "secrets", "-o", "json")) as {
    items: { type: string; data: Record<string, string> }[];
  };
  const tokens = found.items
    .filter(({ type }) => type === "bootstrap.kubernetes.io/token")
    .map(({ data }) => Buffer.from(data["token-secret"] ?? "", "base64").toString());
  // At least the eight keys of the three authorities, the ServiceAccounts and the member.
  expect(lines.length).toBeGreaterThan(30);
  expect(tokens.length).toBeGreaterThan(0);
  return [...lines, ...tokens];
}

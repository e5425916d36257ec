import { urlOf } from "../../../components/api/address.plan";
import { AuthorityRotation, createServiceAccountKey } from "../authorityRotation";
import type { Drill } from "../drill";
import { requireReadyNodes } from "../readyNodes";
import type { RehearsedCluster } from "../rehearsedCluster";

/** HTTP status of each API server for a token: 200 for a valid one, 401 for any other. */
async function fetchStatuses(cluster: RehearsedCluster, token: string): Promise<string> {
  const request = `curl -sk -o /dev/null -w '%{http_code}' -H "Authorization: Bearer ${token}" ${urlOf("127.0.0.1")}/api`;
  const found = await Promise.all(cluster.controlPlaneMachines.map((machine) => cluster.runOn(machine, request)));
  return [...new Set(found)].join(" and ");
}

const createToken = async (cluster: RehearsedCluster): Promise<string> =>
  (await cluster.kubectl("-n", "default", "create", "token", "default", "--duration=1h")).trim();

export const saKeyRotation: Drill = {
  name: "sa-key-rotation",
  description:
    "the key that signs ServiceAccount tokens is rotated in three stages: tokens of the old key are valid until it is dropped, " +
    "tokens of the new key from the moment that it signs",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 120_000, lost: "none" },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const rotation = await AuthorityRotation.start(cluster, { serviceAccount: createServiceAccountKey() });
    const oldToken = await createToken(cluster);
    let newToken: string | undefined;
    faultBegins();
    await requireReadyNodes(cluster, log, () =>
      rotation.run(log, async (stage) => {
        if (stage === "issue") newToken = await createToken(cluster);
        for (const [key, token, wanted] of [
          ["old", oldToken, stage === "drop" ? "401" : "200"],
          ["new", newToken, "200"],
        ] as const) {
          const found = token === undefined ? wanted : await fetchStatuses(cluster, token);
          if (found !== wanted) throw new Error(`stage ${stage}: a token of the ${key} key gets status ${found}`);
        }
      }),
    );
    faultEnds();
  },
};

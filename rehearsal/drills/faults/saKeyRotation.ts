import { createServiceAccountKey, rotate, AuthorityRotation } from "../authorityRotation";
import type { Drill } from "../drill";
import { requireReadyNodes } from "../readyNodes";
import type { RehearsedCluster } from "../rehearsedCluster";

/** Status that each API server gives to a token: 200 to one that it believes, 401 to any other. */
async function answers(cluster: RehearsedCluster, token: string): Promise<string> {
  const ask = `curl -sk -o /dev/null -w '%{http_code}' -H "Authorization: Bearer ${token}" https://127.0.0.1:6443/api`;
  const members = cluster.status.machines.filter(({ role }) => role === "control-plane");
  const found = await Promise.all(members.map((machine) => cluster.runOn(machine, ask)));
  return [...new Set(found)].join(" and ");
}

const newToken = async (cluster: RehearsedCluster): Promise<string> =>
  (await cluster.kubectl("-n", "default", "create", "token", "default", "--duration=1h")).trim();

/** The key that signs tokens is replaced with overlap. */
export const saKeyRotation: Drill = {
  name: "sa-key-rotation",
  what:
    "the key that signs tokens of service accounts is replaced in three stages: tokens of the old key are good until it is " +
    "dropped, those of the new one from the moment that it signs",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 120_000, lost: "none" },
  async inject({ cluster, begins, ends, log }) {
    const rotating = await AuthorityRotation.begin(cluster, { serviceAccount: createServiceAccountKey() });
    const old = await newToken(cluster);
    let fresh = "";
    begins();
    await requireReadyNodes(cluster, () =>
      rotate(rotating, log, async (stage) => {
        if (stage === "issue") fresh = await newToken(cluster);
        const wanted = { old: stage === "drop" ? "401" : "200", fresh: "200" };
        const found = { old: await answers(cluster, old), fresh: fresh === "" ? "200" : await answers(cluster, fresh) };
        if (found.old !== wanted.old)
          throw new Error(`stage ${stage}: a token of the old key is answered ${found.old}`);
        if (found.fresh !== wanted.fresh)
          throw new Error(`stage ${stage}: a token of the new key is answered ${found.fresh}`);
      }),
    );
    ends();
  },
};

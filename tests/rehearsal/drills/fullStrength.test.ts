import { missing, waitForFullStrength } from "../../../rehearsal/drills/fullStrength";
import type { KubernetesObject, RehearsedCluster } from "../../../rehearsal/drills/rehearsedCluster";

interface State {
  machines: { id: string; name: string; role: string; ready: boolean; stage: string }[];
  nodes: Record<string, boolean>;
  members: { name?: string; isLearner?: boolean }[];
  health: Record<string, boolean>;
  /** Machines whose API server is not ready. */
  startingApiServers: string[];
}

const machine = (member: string): State["machines"][number] => ({
  id: `i-${member}`,
  name: `control-plane-${member}`,
  role: "control-plane",
  ready: true,
  stage: "Ready",
});
const whole = (): State => ({
  machines: ["a", "b", "c"].map(machine),
  nodes: { "i-a": true, "i-b": true, "i-c": true },
  members: [{ name: "a" }, { name: "b" }, { name: "c" }],
  health: { "https://a:2379": true, "https://b:2379": true, "https://c:2379": true },
  startingApiServers: [],
});

/** Fake cluster in this state. */
function fakeCluster({ machines, nodes, members, health, startingApiServers }: State): RehearsedCluster {
  const node = ([name, ready]: [string, boolean]): KubernetesObject => ({
    metadata: { name },
    status: { conditions: [{ type: "Ready", status: ready ? "True" : "Unknown" }] },
  });
  const endpoints = Object.entries(health).map(([endpoint, healthy]) => ({ endpoint, health: healthy }));
  const runOnMember = (_letter: string, script: string): Promise<string> =>
    Promise.resolve(JSON.stringify(script.includes("member list") ? { members } : endpoints));
  const status = { machines } as unknown as RehearsedCluster["status"];
  const cluster: Partial<RehearsedCluster> = {
    memberNames: ["a", "b", "c"],
    status,
    refresh: () => Promise.resolve(status),
    list: (() => Promise.resolve(Object.entries(nodes).map(node))) as RehearsedCluster["list"],
    runOnMember,
    controlPlaneMachines: [...status.machines],
    runWithLibraries: ({ name }) => Promise.resolve(startingApiServers.includes(name) ? "" : "ready"),
  };
  return cluster as RehearsedCluster;
}

describe("full strength", () => {
  it("is reached when nothing is missing", async () => {
    const cluster = fakeCluster(whole());
    expect(await missing(cluster)).toEqual([]);
    expect(await waitForFullStrength(cluster, 1000)).toBeLessThanOrEqual(Date.now());
  });

  it.each<[string, (state: State) => unknown, string[]]>([
    [
      "a machine",
      ({ machines }) => Object.assign(machines[1] ?? {}, { ready: false, stage: "booting" }),
      ["control-plane-b (booting)"],
    ],
    [
      "an API server",
      ({ startingApiServers }) => startingApiServers.push("control-plane-b"),
      ["API server of control-plane-b"],
    ],
    ["a node", ({ nodes }) => delete nodes["i-b"], ["node i-b"]],
    ["a node's readiness", ({ nodes }) => (nodes["i-c"] = false), ["node i-c"]],
    ["the removal of a stale node", ({ nodes }) => (nodes["i-old"] = true), ["machine of node i-old"]],
    ["a learner's vote", ({ members }) => Object.assign(members[0] ?? {}, { isLearner: true }), ["vote of member a"]],
    ["the removal of a stale member", ({ members }) => members.push({}), ["4 members instead of 3"]],
    ["a member's health", ({ health }) => (health["https://b:2379"] = false), ["health of https://b:2379"]],
    ["the health of all members", ({ health }) => delete health["https://b:2379"], ["health of every member"]],
  ])("needs %s", async (_, change, expected) => {
    const state = whole();
    change(state);
    expect(await missing(fakeCluster(state))).toEqual(expected);
  });

  it("rejects with the missing parts after the timeout", async () => {
    const state = whole();
    state.members.pop();
    await expect(waitForFullStrength(fakeCluster(state), 0)).rejects.toThrow(
      "missing after 0 s: vote of member c; 2 members instead of 3",
    );
  });
});

/** A node's own agents may reach into the node; nobody else becomes one by saying so. */
import { kubernetes } from "../../policies/model/types";
import { rules } from "../../policies/rules";
import { running } from "./cases/workloads";
import { ask } from "./scene";

const root = { name: "agent", image: "registry.example/agent:1.2.3" };
const reaching = {
  hostNetwork: true,
  volumes: [{ name: "run", hostPath: { path: "/run" } }],
  containers: [
    {
      ...root,
      ports: [{ containerPort: 80, hostPort: 80 }],
      securityContext: { privileged: true, capabilities: { add: ["NET_ADMIN"] }, runAsUser: 0 },
    },
  ],
};
const critical = { priorityClassName: "system-node-critical" };
const system = { name: "agent", namespace: "kube-system" };

const concerned = [
  "no-host-namespaces",
  "no-host-paths",
  "containers-run-as-non-root",
  "no-host-ports",
  "no-privileged-containers",
  "capabilities-dropped",
];

describe.each(concerned)("%s", (name) => {
  const rule = rules.find((one) => one.name === name);
  if (rule === undefined) throw new Error(`there is no rule ${name}`);
  const says = (pod: object, at: { name: string; namespace: string }) =>
    ask(rule, [running(kubernetes.daemonSet, { ...reaching, ...pod }, {}, at)]).length;

  test("lets a node's agent pass", () => {
    expect(says(critical, system)).toBe(0);
  });

  test.each([
    ["of another namespace", critical, { name: "agent", namespace: "shop" }],
    ["of no such priority", {}, system],
    ["of a cluster's priority", { priorityClassName: "system-cluster-critical" }, system],
  ])("but not one %s", (_what, pod, at) => {
    expect(says(pod, at)).toBeGreaterThan(0);
  });
});

test("what an agent has no need of is asked of it as of everybody", () => {
  const others = ["containers-request-resources", "containers-limit-memory", "seccomp-profile", "read-only-root"];
  for (const name of others) {
    const rule = rules.find((one) => one.name === name);
    if (rule === undefined) throw new Error(`there is no rule ${name}`);
    const agent = running(kubernetes.daemonSet, { ...reaching, ...critical }, {}, system);
    expect([name, ask(rule, [agent]).length]).toEqual([name, 1]);
  }
});

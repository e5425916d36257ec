/** Node agents may access the node; other workloads may not. */
import { kubernetes } from "../../policies/model/types";
import { running } from "./cases/workloads";
import { evaluateRule, ruleNamed } from "./fixtures";

const privilegedPod = {
  hostNetwork: true,
  volumes: [{ name: "run", hostPath: { path: "/run" } }],
  containers: [
    {
      name: "agent",
      image: "registry.example/agent:1.2.3",
      ports: [{ containerPort: 80, hostPort: 80 }],
      securityContext: { privileged: true, capabilities: { add: ["NET_ADMIN"] }, runAsUser: 0 },
    },
  ],
};

const countOutcomes = (rule: string, namespace: string, priorityClassName?: string): number => {
  const workload = running(
    kubernetes.daemonSet,
    { ...privilegedPod, priorityClassName },
    {},
    { name: "agent", namespace },
  );
  return evaluateRule(ruleNamed(rule), [workload]).length;
};

describe.each([
  "no-host-namespaces",
  "no-host-paths",
  "containers-run-as-non-root",
  "no-host-ports",
  "no-privileged-containers",
  "capabilities-dropped",
])("%s", (rule) => {
  test("allows a node agent", () => {
    expect(countOutcomes(rule, "kube-system", "system-node-critical")).toBe(0);
  });

  test.each([
    ["in another namespace", "shop", "system-node-critical"],
    ["without a priority class", "kube-system", undefined],
    ["with priority class system-cluster-critical", "kube-system", "system-cluster-critical"],
  ])("rejects a workload %s", (_description, namespace, priorityClassName) => {
    expect(countOutcomes(rule, namespace, priorityClassName)).toBeGreaterThan(0);
  });
});

test.each(["containers-request-resources", "containers-limit-memory", "seccomp-profile", "read-only-root"])(
  "%s applies to node agents",
  (rule) => {
    expect(countOutcomes(rule, "kube-system", "system-node-critical")).toBe(1);
  },
);

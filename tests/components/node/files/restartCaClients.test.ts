import { FakeMachine, machines } from "../nodeSupport";

/** Times in seconds before now. */
interface Scene {
  readonly published: number;
  /** Default: the pod has no node. */
  readonly podStarted?: number;
  readonly restarted?: number;
  /** Default: `Running`. */
  readonly phase?: string;
}

async function restartCaClients({ published, podStarted, restarted, phase = "Running" }: Scene) {
  const machine = new FakeMachine(machines.controlPlane);
  const now = Date.now();
  const time = (seconds: number): string => `${new Date(now - seconds * 1000).toISOString().slice(0, 19)}Z`;
  const owner = (kind: string, name: string) => ({ ownerReferences: [{ controller: true, kind, name }] });
  const annotations = restarted === undefined ? {} : { "kubectl.kubernetes.io/restartedAt": time(restarted) };
  const answers = {
    configmap: { data: { "ca.crt": "both\n" }, metadata: { managedFields: [{ time: time(published) }] } },
    replicasets: { items: [{ metadata: { name: "dns-1", ...owner("Deployment", "dns") } }] },
    pods: {
      items: [
        {
          metadata: owner("ReplicaSet", "dns-1"),
          spec: {
            ...(podStarted !== undefined && { nodeName: "node" }),
            volumes: [{ projected: { sources: [{ configMap: { name: "kube-root-ca.crt" } }] } }],
          },
          status: { phase, ...(podStarted !== undefined && { startTime: time(podStarted) }) },
        },
      ],
    },
    "deployment/dns": { spec: { template: { metadata: { annotations } } } },
  };
  machine.write("kubernetes/pki/ca.crt", "both\n");
  for (const [name, answer] of Object.entries(answers)) machine.write(`answers/${name}`, JSON.stringify(answer));
  machine.stub("kubectl", '[ "$4" = get ] && exec cat "$HOME/answers/$5"; echo "$4 $5 $6" >>"$HOME/calls"');
  const { code } = await machine.run(["bin/restart-ca-clients"]);
  return { done: code === 0, restarts: machine.lines("calls") };
}

const restarts = ["rollout restart deployment/dns"];
test.each<[string, Scene, object]>([
  ["started before the change: restarted", { published: 60, podStarted: 3600 }, { done: false, restarts }],
  [
    "started well after the change: current",
    { published: 60, podStarted: 45, restarted: 46 },
    { done: true, restarts: [] },
  ],
  ["restart in progress: waits", { published: 60, podStarted: 3600, restarted: 5 }, { done: false, restarts: [] }],
  [
    "started before every kubelet saw the change: restarted again",
    { published: 60, podStarted: 56, restarted: 58 },
    { done: false, restarts },
  ],
  ["kubelets may not have seen the change: waits", { published: 3, podStarted: 3600 }, { done: false, restarts: [] }],
  ["was evicted: nothing to do", { published: 60, podStarted: 3600, phase: "Failed" }, { done: true, restarts: [] }],
  ["has ended: nothing to do", { published: 60, podStarted: 3600, phase: "Succeeded" }, { done: true, restarts: [] }],
  ["is unschedulable: nothing to do", { published: 60, phase: "Pending" }, { done: true, restarts: [] }],
])("pod %s", async (_case, scene, expected) => {
  expect(await restartCaClients(scene)).toEqual(expected);
});

/** Which pods start anew when the cluster's authority has another one beside it. */
import { FakeMachine, machines } from "../nodeSupport";

const second = 1000;
const time = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

interface Scene {
  /** All in ms before now. */
  readonly published: number;
  readonly podStarted: number;
  readonly restarted?: number;
}

async function refresh({ published, podStarted, restarted }: Scene) {
  const machine = new FakeMachine(machines.controlPlane, {});
  const now = Date.now();
  machine.write("kubernetes/pki/ca.crt", "both\n");
  const answers = {
    configmap: { data: { "ca.crt": "both\n" }, metadata: { managedFields: [{ time: time(now - published) }] } },
    replicasets: {
      items: [
        { metadata: { name: "dns-1", ownerReferences: [{ controller: true, kind: "Deployment", name: "dns" }] } },
      ],
    },
    pods: {
      items: [
        {
          metadata: { ownerReferences: [{ controller: true, kind: "ReplicaSet", name: "dns-1" }] },
          spec: { volumes: [{ projected: { sources: [{ configMap: { name: "kube-root-ca.crt" } }] } }] },
          status: { startTime: time(now - podStarted) },
        },
      ],
    },
    "deployment/dns": {
      spec: {
        template: {
          metadata: {
            annotations: restarted === undefined ? {} : { "kubectl.kubernetes.io/restartedAt": time(now - restarted) },
          },
        },
      },
    },
  };
  for (const [name, answer] of Object.entries(answers)) machine.write(`answers/${name}`, JSON.stringify(answer));
  machine.stub(
    "kubectl",
    `[ "$4" = get ] && exec cat "${machine.path("answers")}/$5"; echo "$4 $5 $6" >>"${machine.path("done")}"`,
  );
  const { code } = await machine.run(["bin/refresh-pods"]);
  const { stdout } = await machine.run(`cat "${machine.path("done")}" 2>/dev/null || true`);
  return { through: code === 0, done: stdout.trim() };
}

test.each<[string, Scene, object]>([
  [
    "one that started before starts anew",
    { published: 60 * second, podStarted: 3600 * second },
    { through: false, done: "rollout restart deployment/dns" },
  ],
  [
    "one that started well after knows all",
    { published: 60 * second, podStarted: 45 * second, restarted: 46 * second },
    { through: true, done: "" },
  ],
  [
    "one that is on its way is let finish",
    { published: 60 * second, podStarted: 3600 * second, restarted: 5 * second },
    { through: false, done: "" },
  ],
  [
    "one that started so soon after that its kubelet may not have known starts anew, once more if need be",
    { published: 60 * second, podStarted: 56 * second, restarted: 58 * second },
    { through: false, done: "rollout restart deployment/dns" },
  ],
  [
    "nothing starts anew before every kubelet knows",
    { published: 3 * second, podStarted: 3600 * second },
    { through: false, done: "" },
  ],
])("%s", async (_what, scene, expected) => {
  expect(await refresh(scene)).toEqual(expected);
});

/** Settings of kubelets and of the control plane's components in a booted cluster. */
import { controlPlaneKubelet, kubeletOverrides, poolKubelet } from "../../components/node/kubelet/effective.plan";
import type { ClusterSpec } from "../../components/clusterSpec";
import type { RehearsedCluster } from "../../rehearsal/drills/rehearsedCluster";

/** Settings that change no other test: no CPUs or memory for single pods, which share those of this host. */
export const componentSettings = {
  nodes: {
    kubelet: {
      imageGCHighThresholdPercent: 90,
      imageGCLowThresholdPercent: 85,
      evictionHard: { "memory.available": "150Mi" },
      evictionSoft: { "memory.available": "160Mi" },
      evictionSoftGracePeriod: { "memory.available": "10m" },
      containerLogMaxFiles: 3,
      eventRecordQPS: 40,
    },
  },
  workers: {
    general: {
      kubelet: {
        podPidsLimit: 2048,
        containerLogMaxFiles: 4,
        serializeImagePulls: true,
        allowedUnsafeSysctls: ["net.core.somaxconn"],
        topologyManagerPolicy: "best-effort",
        crashLoopBackOff: { maxContainerRestartPeriod: "2m0s" },
      },
    },
  },
  controlPlane: {
    kubelet: { podPidsLimit: 3072 },
    apiServer: { maxRequestsInflight: 450, eventTTL: "2h", defaultNotReadyTolerationSeconds: 301 },
    controllerManager: { horizontalPodAutoscalerSyncPeriod: "20s", terminatedPodGCThreshold: 900 },
  },
};

export function componentTests(booted: () => RehearsedCluster, planned: () => ClusterSpec): void {
  describe("settings of components", () => {
    it("reach the kubelet of every node", async () => {
      const cluster = booted();
      const { machines } = await cluster.refresh();
      for (const { id, name } of machines) {
        const isWorker = id === cluster.worker.id;
        const settings = isWorker ? poolKubelet(planned(), "general") : controlPlaneKubelet(planned());
        const configz = await cluster.kubectl("get", "--raw", `/api/v1/nodes/${id}/proxy/configz`);
        const { kubeletconfig } = JSON.parse(configz) as { kubeletconfig: Record<string, unknown> };
        expect([name, kubeletconfig]).toMatchObject([name, kubeletOverrides(settings)]);
        expect([name, kubeletconfig["podPidsLimit"]]).toEqual([name, isWorker ? 2048 : 3072]);
        // The other thresholds of Holdfast remain; the image of rehearsed machines has its own for disks.
        expect(kubeletconfig["evictionHard"]).toMatchObject({ "memory.available": "150Mi", "nodefs.inodesFree": "5%" });
      }
    });

    it.each([
      [
        "kube-apiserver",
        ["--max-requests-inflight=450", "--event-ttl=2h", "--default-not-ready-toleration-seconds=301"],
      ],
      ["kube-controller-manager", ["--horizontal-pod-autoscaler-sync-period=20s", "--terminated-pod-gc-threshold=900"]],
    ])("reach %s of every member", async (component, expected) => {
      const cluster = booted();
      for (const letter of ["a", "b", "c"]) {
        const machine = cluster.controlPlaneMachine(letter);
        const command = await cluster.runOn(machine, `tr '\\0' '\\n' </proc/$(pidof ${component})/cmdline`);
        // Of a flag that occurs twice, the last occurrence takes effect.
        expect(command.trim().split("\n").slice(-expected.length)).toEqual(expected);
      }
    });

    it("decide about pods: the API server adds its toleration", async () => {
      const path = "namespaces/kube-system/pods?labelSelector=k8s-app=kube-dns";
      const [pod] = await booted().list<{ spec: { tolerations?: object[] } }>(path);
      expect(pod?.spec.tolerations).toContainEqual(
        expect.objectContaining({ key: "node.kubernetes.io/not-ready", tolerationSeconds: 301 }),
      );
    });
  });
}

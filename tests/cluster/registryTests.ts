/** Pulls of private images in a booted cluster: kubelet runs the ECR credential provider with the role of its machine. */
import { motoAccountId } from "../../rehearsal/aws/moto";
import { type RehearsedCluster, waitUntil } from "../../rehearsal/drills/rehearsedCluster";
import { serviceAddresses } from "../../rehearsal/services/serviceAddresses";
import { PrivateRegistry } from "../programs/ecr/privateRegistry";

const minute = 60_000;
const host = `${motoAccountId}.dkr.ecr.eu-central-1.amazonaws.com`;

export function registryTests(booted: () => RehearsedCluster): void {
  describe("a registry that wants the token of ECR", () => {
    let registry: PrivateRegistry;
    beforeAll(async () => {
      const cluster = booted();
      // Machines reach this address, which has AWS on another port.
      const place = { address: serviceAddresses.awsApi, port: 8091, namespace: cluster.status.namespace };
      registry = await PrivateRegistry.start(place);
      const hosts = `server = "${registry.url}"\\ncapabilities = ["pull", "resolve"]\\n`;
      const folder = `/etc/containerd/certs.d/${host}`;
      await cluster.runOn(cluster.worker, `mkdir -p ${folder} && printf '${hosts}' >${folder}/hosts.toml`);
    });
    afterAll(async () => {
      registry.stop();
      const cluster = booted();
      await cluster.kubectl("delete", "pod", "private", "--ignore-not-found", "--grace-period=0", "--force");
      await cluster.runOn(
        cluster.worker,
        `rm -r /etc/containerd/certs.d/${host}; ctr -n k8s.io images rm ${host}/team-a/app:1`,
      );
    });

    it(
      "serves a pod without a pull secret",
      async () => {
        const cluster = booted();
        const spec = {
          nodeName: cluster.worker.id,
          containers: [{ name: "app", command: ["/app"], image: `${host}/team-a/app:1` }],
        };
        const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "private" }, spec };
        const path = "/api/v1/namespaces/default/pods";
        const { status, body } = await cluster.client.kubernetes({ method: "POST", path, body: JSON.stringify(pod) });
        expect([status, status === 201 ? "" : body]).toEqual([201, ""]);
        await waitUntil("kubelet to pull the image", minute, () =>
          Promise.resolve(
            registry.requests.some((request) => request.startsWith("200 ") && request.includes("/blobs/")),
          ),
        );
        await waitUntil("containerd to list the image", minute, async () => {
          const listed = await cluster.runOn(cluster.worker, "ctr -n k8s.io images ls -q");
          return listed.includes(`${host}/team-a/app:1`);
        });
        expect(registry.requests[0]).toBe("401 /v2/team-a/app/manifests/1");
      },
      3 * minute,
    );
  });
}

import type { ApiRequest } from "../../../rehearsal/kubernetes/kubeApi";
import { approveServingCertificates } from "../../../rehearsal/kubernetes/servingCertificates";

const serving = "kubernetes.io/kubelet-serving";
const request = (name: string, signerName: string, username: string, conditions?: object[]) => ({
  metadata: { name },
  spec: { signerName, username, request: "…" },
  ...(conditions && { status: { conditions } }),
});

function apiWith(items: readonly object[], status = 200) {
  const put: ApiRequest[] = [];
  const send = (sent: ApiRequest) => {
    if (sent.method === "PUT") put.push(sent);
    return Promise.resolve({ status, body: JSON.stringify({ items }) });
  };
  return { api: { request: send }, put };
}

test("approves each pending request of a node once", async () => {
  const { api, put } = apiWith([
    request("a", serving, "system:node:i-1"),
    request("b", serving, "system:node:i-2", [{ type: "Approved" }]),
    request("c", serving, "system:serviceaccount:default:default"),
    request("d", "kubernetes.io/kube-apiserver-client-kubelet", "system:node:i-3"),
  ]);
  expect(await approveServingCertificates(api)).toBe(1);
  expect(put.map(({ path }) => path)).toEqual(["/apis/certificates.k8s.io/v1/certificatesigningrequests/a/approval"]);
  expect(JSON.parse(put[0]?.body ?? "")).toMatchObject({
    spec: { request: "…" },
    status: { conditions: [{ type: "Approved", status: "True" }] },
  });
});

test("does nothing without access to the API", async () => {
  const { api, put } = apiWith([], 403);
  expect(await approveServingCertificates(api)).toBe(0);
  expect(put).toEqual([]);
});

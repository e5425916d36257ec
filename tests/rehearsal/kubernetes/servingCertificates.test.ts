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
  const ask = (asked: ApiRequest) => {
    if (asked.method === "PUT") put.push(asked);
    return Promise.resolve({ status, body: JSON.stringify({ items }) });
  };
  return { api: { ask }, put };
}

test("what nodes ask for is approved, as it is and once", async () => {
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

test("an API that does not answer yet is left alone", async () => {
  const { api, put } = apiWith([], 403);
  expect(await approveServingCertificates(api)).toBe(0);
  expect(put).toEqual([]);
});

import { MetricsServer } from "../../../components/addons/metricsServer/metricsServer";
import { deploy } from "../../mocks";
import { specOf } from "../../specs";

const server = (addons: object = {}) =>
  deploy(() => new MetricsServer("metrics", { spec: specOf({ name: "blue", addons }) }));

function argsOf(deployment: Awaited<ReturnType<typeof server>>): readonly string[] {
  const { spec } = deployment.get("metrics-deployment").inputs as {
    spec: { template: { spec: { containers: { args: string[] }[] } } };
  };
  return spec.template.spec.containers[0]?.args ?? [];
}

test("serves the resource metrics API, registered after its Deployment", async () => {
  const { get } = await server();
  expect(get("metrics-api").inputs).toMatchObject({
    metadata: { name: "v1beta1.metrics.k8s.io" },
    spec: {
      group: "metrics.k8s.io",
      version: "v1beta1",
      service: { name: "metrics-server", namespace: "kube-system" },
    },
  });
  expect(get("metrics-api").options.dependsOn).toEqual(["metrics-deployment"]);
});

test("verifies kubelets' certificates", async () => {
  const authority = "--kubelet-certificate-authority=/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";
  expect(argsOf(await server())).toContain(authority);
});

test("has the configured replicas and loses one at a time", async () => {
  const { get } = await server({ metricsServer: { replicas: 3 } });
  expect(get("metrics-deployment").inputs.spec).toMatchObject({
    replicas: 3,
    strategy: { rollingUpdate: { maxUnavailable: 1 } },
  });
  expect(get("metrics-budget").inputs.spec).toMatchObject({ maxUnavailable: 1 });
});

test("adds read access to metrics to the ClusterRole view", async () => {
  const { get } = await server();
  expect(get("metrics-reader").inputs).toMatchObject({
    metadata: { labels: { "rbac.authorization.k8s.io/aggregate-to-view": "true" } },
    rules: [{ apiGroups: ["metrics.k8s.io"], resources: ["pods", "nodes"], verbs: ["get", "list", "watch"] }],
  });
});

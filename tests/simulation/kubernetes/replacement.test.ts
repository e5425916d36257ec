/** Changes for which the provider replaces an object, and changes that the API server refuses. */
import type { Properties } from "../../../simulation/core/resourceType";
import { World } from "../../../simulation/core/world";
import { replacementProperties } from "../../../simulation/registry";
import { simulate } from "../../../simulation/simulate";

const identity = ["metadata.name", "metadata.namespace"];

test.each([
  ["core/v1:Namespace", []],
  ["core/v1:Service", ["spec.clusterIP"]],
  ["core/v1:ResourceQuota", ["spec.scopes"]],
  ["apps/v1:Deployment", ["spec.selector"]],
  ["apps/v1:DaemonSet", ["spec.selector"]],
  ["rbac.authorization.k8s.io/v1:RoleBinding", ["roleRef"]],
  ["storage.k8s.io/v1:StorageClass", ["parameters", "provisioner"]],
  ["apps/v1:DeploymentPatch", []],
  ["core/v1:ConfigMapPatch", []],
])("%s is replaced for its identity and %j", (type, fields) => {
  expect(replacementProperties(`kubernetes:${type}`, {}, {})).toEqual([...identity, ...fields]);
});

test.each<[type: string, setting: string, data: readonly string[], always: readonly string[]]>([
  ["core/v1:ConfigMap", "enableConfigMapMutable", ["data", "binaryData"], []],
  ["core/v1:Secret", "enableSecretMutable", ["data", "stringData"], ["type"]],
])("%s is replaced for its data unless %s is on", (type, setting, data, always) => {
  const fields = (inputs: Properties, settings: Properties) =>
    replacementProperties(`kubernetes:${type}`, inputs, settings);
  expect(fields({}, {})).toEqual([...identity, ...always, ...data]);
  expect(fields({}, { [setting]: "false" })).toEqual([...identity, ...always, ...data]);
  expect(fields({}, { [setting]: "true" })).toEqual([...identity, ...always]);
  expect(fields({}, { [setting]: true })).toEqual([...identity, ...always]);
  expect(fields({ immutable: true }, { [setting]: true })).toEqual([...identity, ...always, ...data]);
});

test.each<[type: string, before: Properties, after: Properties, refused: readonly string[]]>([
  ["scheduling.k8s.io/v1:PriorityClass", { value: 1 }, { value: 2 }, ["value"]],
  ["scheduling.k8s.io/v1:PriorityClass", { value: 1 }, { value: 1, description: "new" }, []],
  ["storage.k8s.io/v1:StorageClass", { reclaimPolicy: "Delete" }, { reclaimPolicy: "Retain" }, ["reclaimPolicy"]],
  ["storage.k8s.io/v1:StorageClass", { allowVolumeExpansion: true }, { allowVolumeExpansion: false }, []],
  ["node.k8s.io/v1:RuntimeClass", { handler: "runsc" }, { handler: "kata" }, ["handler"]],
  ["core/v1:Secret", { type: "Opaque" }, { type: "kubernetes.io/tls" }, ["type"]],
  ["core/v1:ConfigMap", { data: { a: "1" } }, { data: { a: "2" } }, []],
  ["core/v1:ConfigMap", { data: { a: "1" }, immutable: true }, { data: { a: "2" }, immutable: true }, ["data"]],
])("%s: an update of %j to %j is refused for %j", async (type, before, after, refused) => {
  const token = `kubernetes:${type}`;
  const base = { provisioner: "ebs.csi.aws.com", handler: "runsc", metadata: { name: "subject" } };
  const { refusals } = await simulate(
    new World(""),
    {
      urn: token,
      type: token,
      name: "subject",
      seed: token,
      inputs: { ...base, ...after },
      previous: { inputs: { ...base, ...before }, outputs: {} },
    },
    "omit",
  );
  expect(refusals.map(({ property }) => property)).toEqual(refused);
});

import { CertificateApprover } from "../../../components/addons/certificateApprover/certificateApprover";
import { nodeNamePattern } from "../../../components/addons/certificateApprover/nodeNames.plan";
import { deploy } from "../../mocks";
import { specOf } from "../../specs";

test.each([
  ["eu-central-1", "i-0123456789abcdef0", true],
  ["eu-central-1", "ip-10-0-12-255.eu-central-1.compute.internal", true],
  ["us-east-1", "ip-10-0-12-255.ec2.internal", true],
  ["eu-central-1", "ip-10-0-12-255.ec2.internal", false],
  ["eu-central-1", "ip-10-0-12-255.eu-central-1.compute.internal.example.com", false],
  ["eu-central-1", "kubernetes.default.svc", false],
  ["eu-central-1", "api.blue.holdfast.internal", false],
  ["eu-central-1", "i-0123456789abcdef0.example.com", false],
  ["eu-central-1", "i-0123456789abcdefg", false],
  ["eu-central-1", "xi-0123456789abcdef0", false],
])("in %s, node name %s is valid: %s", (region, name, valid) => {
  expect(new RegExp(nodeNamePattern(region)).test(name)).toBe(valid);
});

describe("CertificateApprover", () => {
  const approver = (settings: object = {}) =>
    deploy(() => new CertificateApprover("approver", { spec: specOf({ name: "blue", ...settings }) }));

  test("approves certificates for addresses of the cluster's network only", async () => {
    const { get } = await approver({ network: { vpc: { cidr: "10.7.0.0/16" } } });
    const { spec } = get("approver-deployment").inputs as {
      spec: { replicas: number; template: { spec: { containers: { args: string[] }[] } } };
    };
    expect(spec.replicas).toBe(2);
    expect(spec.template.spec.containers[0]?.args).toEqual(
      expect.arrayContaining([
        `-provider-regex=${nodeNamePattern("eu-central-1")}`,
        "-provider-ip-prefixes=10.7.0.0/16",
        "-leader-election",
      ]),
    );
  });

  test("may only approve kubelet serving certificates", async () => {
    const { get } = await approver();
    const { rules } = get("approver-service-account", "ClusterRole").inputs as {
      rules: { resources: string[]; resourceNames?: string[]; verbs: string[] }[];
    };
    const approving = rules.filter(({ verbs }) => verbs.includes("approve"));
    expect(approving).toEqual([
      {
        apiGroups: ["certificates.k8s.io"],
        resources: ["signers"],
        resourceNames: ["kubernetes.io/kubelet-serving"],
        verbs: ["approve"],
      },
    ]);
  });
});

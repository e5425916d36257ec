/** Small programs on the plan monitor: recorded resources, refusals, failures. */
import * as aws from "@pulumi/aws";
import * as core from "@pulumi/kubernetes/core/v1";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

import { PlanMonitor } from "../../../plan/program/monitor";
import type { RegisteredResource } from "../../../plan/program/monitor";
import { PlanError } from "../../../plan/program/problems";
import { runProgram } from "../../../plan/program/runProgram";
import { Secret } from "../../../plan/program/secret";
import { World } from "../../../simulation/core/world";

async function run(program: () => unknown, config: Record<string, string> = {}) {
  const monitor = new PlanMonitor(new World("eu-central-1"), "holdfast", "test");
  await runProgram(program, monitor, config);
  const get = (name: string): RegisteredResource => {
    const found = [...monitor.resources.values()].filter((resource) => resource.name === name);
    const [resource] = found;
    if (resource === undefined || found.length > 1) throw new Error(`${found.length} resources are named ${name}`);
    return resource;
  };
  return { monitor, get };
}

/** One text per problem. */
async function problemsOf(program: () => unknown): Promise<string[]> {
  const error: unknown = await run(program).catch((thrown: unknown) => thrown);
  if (!(error instanceof PlanError)) throw new Error(`no PlanError: ${String(error)}`);
  return error.problems.map(({ path, found }) => `${path}: ${found}`);
}

class Part extends pulumi.ComponentResource {
  constructor(name: string, options?: pulumi.ComponentResourceOptions) {
    super("test:part:Part", name, { size: 1 }, options);
    this.registerOutputs({ done: true });
  }
}

describe("records", () => {
  test("URNs with the types of all parents, and parents", async () => {
    const { get } = await run(() => {
      const outer = new Part("outer");
      const inner = new Part("inner", { parent: outer });
      new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16" }, { parent: inner });
    });
    expect(get("vpc").urn).toBe("urn:pulumi:test::holdfast::test:part:Part$test:part:Part$aws:ec2/vpc:Vpc::vpc");
    expect(get("vpc").parent).toBe(get("inner").urn);
    expect(get("outer").parent).toBe(get("holdfast-test").urn);
    expect(get("holdfast-test").parent).toBeUndefined();
    expect(get("outer")).toMatchObject({ id: undefined, inputs: { size: 1 }, outputs: { done: true } });
  });

  test("dependencies of properties and of dependsOn", async () => {
    const { get, monitor } = await run(() => {
      const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16" });
      const gateway = new aws.ec2.InternetGateway("gateway", { vpcId: vpc.id });
      const part = new Part("part");
      const address = new aws.ec2.Eip("address", { domain: "vpc" }, { parent: part, dependsOn: [gateway] });
      new aws.ec2.Eip("late", { domain: "vpc", tags: { after: address.id } }, { dependsOn: [part] });
    });
    expect(get("gateway").dependsOn).toEqual([get("vpc").urn]);
    expect(get("address").dependsOn).toEqual([get("gateway").urn]);
    // A dependency on a component means its resources.
    expect(get("late").dependsOn).toEqual([get("address").urn]);
    const order = [...monitor.resources.keys()];
    for (const { urn, dependsOn } of monitor.resources.values()) {
      for (const other of dependsOn) expect(order.indexOf(other)).toBeLessThan(order.indexOf(urn));
    }
  });

  test("options, also inherited ones", async () => {
    const { get } = await run(() => {
      const part = new Part("part", { protect: true, retainOnDelete: true });
      const options = { parent: part, ignoreChanges: ["tags"], replaceOnChanges: ["domain"] };
      new aws.ec2.Eip("kept", { domain: "vpc" }, options);
      new aws.ec2.Eip("free", { domain: "vpc" }, { parent: part, protect: false, retainOnDelete: false });
    });
    expect(get("kept").options).toEqual({
      protect: true,
      retainOnDelete: true,
      ignoreChanges: ["tags"],
      replaceOnChanges: ["domain"],
    });
    expect(get("free").options).toMatchObject({ protect: false, retainOnDelete: false });
  });

  test("secrets: inputs, secret outputs of the type, additionalSecretOutputs", async () => {
    const { get } = await run(() => {
      const key = new tls.PrivateKey("key", { algorithm: "ED25519" });
      new aws.ssm.Parameter("parameter", { name: "/blue/key", type: "SecureString", value: key.privateKeyPem });
      new aws.ec2.Eip("address", { domain: "vpc", tags: { a: pulumi.secret("hidden"), b: "plain" } });
      new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16" }, { additionalSecretOutputs: ["arn"] });
    });
    expect(get("key").outputs.privateKeyPem).toBeInstanceOf(Secret);
    expect(get("key").outputs.publicKeyPem).toMatch("PUBLIC KEY");
    expect(get("parameter").inputs.value).toEqual(get("key").outputs.privateKeyPem);
    expect(get("parameter").outputs.value).toBeInstanceOf(Secret);
    expect(get("address").inputs.tags).toEqual({ a: new Secret("hidden"), b: "plain" });
    expect(get("vpc").outputs.arn).toBeInstanceOf(Secret);
    expect(`${JSON.stringify(get("address").inputs)} ${String(new Secret("hidden"))}`).not.toContain("hidden");
  });

  test("stack outputs", async () => {
    const { get } = await run(
      () => {
        const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: new pulumi.Config().require("cidr") });
        return { vpc: vpc.id, word: pulumi.secret("hidden"), account: aws.getCallerIdentityOutput().accountId };
      },
      { "holdfast:cidr": "10.7.0.0/16" },
    );
    const { outputs } = get("holdfast-test");
    expect(outputs).toEqual({ vpc: get("vpc").id, word: new Secret("hidden"), account: "123456789012" });
    expect(get("vpc").inputs.cidrBlock).toBe("10.7.0.0/16");
  });

  test("generated physical names and default tags", async () => {
    const { get } = await run(() => {
      const provider = new aws.Provider("provider", {
        region: "eu-central-1",
        defaultTags: { tags: { team: "blue" } },
      });
      new aws.s3.Bucket("files", { tags: { Name: "files" } }, { provider });
    });
    expect(get("files").inputs.bucket).toMatch(/^files-[0-9a-f]{7}$/);
    expect(get("files").outputs).toMatchObject({ id: get("files").id, tagsAll: { team: "blue", Name: "files" } });
  });

  test("clusters of one program have their own objects; providers of one cluster share them", async () => {
    const provider = (name: string, authority: string) =>
      new KubernetesProvider(name, {
        kubeconfig: `clusters: [{ cluster: { server: "https://${name}", certificate-authority-data: ${authority} } }]`,
      });
    const metadata = { name: "settings", namespace: "shop" };
    const { get } = await run(() => {
      const blue = new core.Namespace("blue", { metadata: { name: "shop" } }, { provider: provider("one", "Ymx1ZQ") });
      new core.Namespace("green", { metadata: { name: "shop" } }, { provider: provider("two", "Z3JlZW4") });
      new core.ConfigMap("settings", { metadata }, { provider: provider("three", "Ymx1ZQ"), dependsOn: [blue] });
    });
    expect(get("settings").id).toBe("shop/settings");
    const problems = await problemsOf(() => {
      new core.ConfigMap("settings", { metadata }, { provider: provider("four", "cmVk") });
    });
    expect(problems).toEqual(["kubernetes:core/v1:ConfigMap settings metadata.namespace: NotFound"]);
  });

  test("reads of existing resources", async () => {
    const monitor = new PlanMonitor(new World("eu-central-1"), "holdfast", "test");
    const add = {
      urn: "existing:vpc-1",
      type: "aws:ec2/vpc:Vpc",
      id: "vpc-1",
      inputs: {},
      outputs: { id: "vpc-1", arn: "arn:1" },
    };
    const world = new World("eu-central-1");
    world.add(add);
    const adopting = new PlanMonitor(world, "holdfast", "test");
    await runProgram(() => ({ arn: aws.ec2.Vpc.get("mine", "vpc-1").arn }), adopting, {});
    expect([...adopting.resources.values()][0]?.outputs).toEqual({ arn: "arn:1" });
    await expect(runProgram(() => aws.ec2.Vpc.get("mine", "vpc-1").arn, monitor, {})).rejects.toThrow(
      "'vpc-1' does not exist",
    );
  });
});

describe("refuses", () => {
  test("several resources at once", async () => {
    const problems = await problemsOf(() => {
      const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/8" });
      new aws.ec2.Subnet("one", { vpcId: vpc.id, cidrBlock: "10.0.0.0/24", availabilityZone: "mars-1a" });
      new aws.ec2.Subnet("two", { vpcId: "vpc-0", cidrBlock: "10.0.1.0/24" });
    });
    expect(problems.sort()).toEqual([
      "aws:ec2/subnet:Subnet one availabilityZone: InvalidParameterValue",
      "aws:ec2/subnet:Subnet two vpcId: InvalidVpcID.NotFound",
      "aws:ec2/vpc:Vpc vpc cidrBlock: InvalidVpc.Range",
    ]);
  });

  test("unknown resource types and functions", async () => {
    const problems = await problemsOf(() => {
      new aws.sfn.StateMachine("machine", { definition: "{}", roleArn: "arn:x" });
      void aws.getIpRanges({ services: ["ec2"] });
    });
    expect(problems.sort()).toEqual([
      "aws:index/getIpRanges:getIpRanges invoke token: UnknownInvoke",
      "aws:sfn/stateMachine:StateMachine machine type: UnknownResourceType",
    ]);
  });

  test("a duplicate name", async () => {
    const problems = await problemsOf(() => {
      new aws.ec2.Eip("address", { domain: "vpc" });
      new aws.ec2.Eip("address", { domain: "vpc" });
    });
    expect(problems).toEqual(["aws:ec2/eip:Eip address name: DuplicateResource"]);
  });

  test("rethrows an error of the program; the next plan works", async () => {
    const failure = new Error("broken program");
    await expect(
      run(() => {
        throw failure;
      }),
    ).rejects.toBe(failure);
    const { get } = await run(() => {
      new aws.ec2.Eip("address", { domain: "vpc" });
    });
    expect(get("address").id).toMatch(/^eipalloc-/);
  });
});

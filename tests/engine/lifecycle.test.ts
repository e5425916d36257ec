/** Lifecycle of a cluster, with the real engine and the simulated AWS. */

import { planStack } from "../../plan/planStack";
import { Workspace, describeEngine, outline } from "./workspace";

const stack = "staging";

/** Default providers of the TLS resources and of the records in the state, which the engine adds. */
const defaultProviders = ["default_5_6_1", "default"];

describeEngine("staging, from preview to destroy", () => {
  const workspace = new Workspace();
  const seconds: Record<string, number> = {};

  beforeAll(async () => {
    await workspace.prepare();
    const { code, text } = await workspace.pulumi("stack", "init", stack);
    if (code !== 0) throw new Error(text);
  });

  afterAll(() => {
    workspace.remove();
    const times = Object.entries(seconds).map(([name, time]) => `${name} ${time.toFixed(1)} s`);
    process.stdout.write(`With the real engine: ${times.join(", ")}\n`);
  });

  const planned = async (): Promise<string[]> => {
    const { resources } = await planStack(stack);
    return resources.map(({ urn }) => urn).sort();
  };

  const created = (steps: readonly { op: string; urn: string }[]): string[] =>
    steps
      .filter(({ op, urn }) => op === "create" && !defaultProviders.some((name) => urn.endsWith(`::${name}`)))
      .map(({ urn }) => urn)
      .sort();

  test("a preview has the resources of a plan and creates nothing", async () => {
    const run = await workspace.run("preview", stack);
    seconds.preview = run.seconds;
    expect([run.code, Object.keys(run.summary)]).toEqual([0, ["create"]]);
    expect(created(run.steps)).toEqual(await planned());
    expect(workspace.world()).toEqual([]);
  });

  test("up creates the resources with the ids of the plan", async () => {
    const run = await workspace.run("up", stack);
    seconds.up = run.seconds;
    expect([run.code, Object.keys(run.summary)]).toEqual([0, ["create"]]);
    expect(created(run.steps)).toEqual(await planned());
    const { resources } = await planStack(stack);
    const ids = new Map(workspace.world().map(({ urn, id }) => [urn, id]));
    const aws = resources.filter(({ type }) => type.startsWith("aws:"));
    expect(aws.map(({ urn, id }) => [urn, id])).toEqual(aws.map(({ urn }) => [urn, ids.get(urn)]));
    expect(ids.size).toBe(resources.filter(({ type }) => /^(aws|kubernetes|tls):/.test(type)).length);
  });

  test("private keys are secrets in outputs and state", async () => {
    const shown = await workspace.pulumi("stack", "output", "--stack", stack, "--json");
    expect(shown.text).toContain('"kubeconfig": "[secret]"');
    const { text } = await workspace.pulumi("stack", "export", "--stack", stack);
    const keys = workspace.world().flatMap(({ outputs }) => (outputs.privateKeyPem as string | undefined) ?? []);
    expect(keys.length).toBeGreaterThan(4);
    for (const key of keys) expect(text).not.toContain(key.split("\n")[1]);
  });

  test("a second up and a refresh change nothing", async () => {
    for (const operation of ["up", "refresh"] as const) {
      const run = await workspace.run(operation, stack);
      seconds[`${operation} again`] = run.seconds;
      expect([run.code, Object.keys(run.summary)]).toEqual([0, ["same"]]);
    }
  });

  test("the size of a pool changes only its group", async () => {
    await workspace.set(stack, "cluster.workers.general.max", "12");
    const run = await workspace.run("up", stack);
    expect(outline(run.steps)).toEqual(["update aws:autoscaling/group:Group staging-workers-general-group maxSize"]);
    expect([run.code, run.summary.update]).toEqual([0, 1]);
  });

  test("the instance type of a pool changes only its launch template and its group", async () => {
    await workspace.set(stack, "cluster.workers.general.instanceTypes[0]", "m6i.xlarge");
    for (const operation of ["preview", "up"] as const) {
      const run = await workspace.run(operation, stack);
      expect(run.code).toBe(0);
      expect(run.steps.map(({ op, urn }) => `${op} ${urn.split("::")[3] ?? ""}`)).toEqual([
        "update staging-workers-general-template",
        "update staging-workers-general-group",
      ]);
    }
    expect((await workspace.run("up", stack)).steps).toEqual([]);
  });

  test("a newer image changes nothing until it is pinned; without the pin, the former image returns", async () => {
    const name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
    const imageOf = (pool: string): unknown =>
      workspace.world().find(({ inputs }) => inputs.name === `staging-worker-${pool}` && "imageId" in inputs)?.inputs
        .imageId;
    const before = imageOf("general");
    expect(before).toMatch(/^ami-/);
    const newest = "ami-0fedcba9876543210";
    const inputs = { name, type: "String", value: newest };
    const type = "aws:ssm/parameter:Parameter";
    const parameter = { urn: "AWS", type, id: name, inputs, outputs: { ...inputs, id: name }, uniqueKey: name };
    workspace.addForeign(parameter);
    expect((await workspace.run("up", stack)).steps).toEqual([]);
    expect(imageOf("general")).toBe(before);

    const pin = "cluster.nodes.imagePins.worker-general";
    await workspace.set(stack, pin, newest);
    expect(outline((await workspace.run("up", stack)).steps)).toEqual([
      "update aws:ec2/launchTemplate:LaunchTemplate staging-workers-general-template imageId",
      expect.stringMatching(/^update aws:autoscaling\/group:Group staging-workers-general-group /),
    ]);
    expect(imageOf("general")).toBe(newest);

    await workspace.pulumi("config", "rm", "--stack", stack, "--path", pin);
    expect((await workspace.run("up", stack)).code).toBe(0);
    expect(imageOf("general")).toBe(before);
    workspace.removeForeign(parameter);
  });

  test("a name conflict fails the preview", async () => {
    const name = "staging-worker-spare";
    const taken = { urn: "another stack", type: "aws:autoscaling/group:Group", id: name, inputs: { name } };
    const group = { ...taken, outputs: { name, id: name }, uniqueKey: name };
    workspace.addForeign(group);
    await workspace.set(stack, "cluster.workers.spare.instanceTypes[0]", "m6i.large");
    const run = await workspace.run("preview", stack);
    expect(run.code).not.toBe(0);
    expect(run.text).toContain("AlreadyExists");
    expect(run.text).toContain(name);
    workspace.removeForeign(group);
    await workspace.pulumi("config", "rm", "--stack", stack, "--path", "cluster.workers.spare");
  });

  test("invalid settings fail before any resource is registered, without a stack trace", async () => {
    await workspace.set(stack, "cluster.network.nat", "several");
    const run = await workspace.run("preview", stack);
    expect(run.code).not.toBe(0);
    expect(run.text).toContain("cluster.network.nat");
    expect(run.text).not.toMatch(/^\s+at /m);
    expect(run.steps.filter(({ type }) => type.startsWith("aws:"))).toEqual([]);
    await workspace.set(stack, "cluster.network.nat", "single");
  });

  test("a protected cluster cannot be destroyed", async () => {
    await workspace.set(stack, "cluster.protect", "true");
    expect((await workspace.run("up", stack)).code).toBe(0);
    const before = workspace.world().length;
    // With a preview, which refuses; without one, the engine would delete the unprotected resources.
    const refused = await workspace.run("destroy", stack, "--yes");
    expect(refused.code).not.toBe(0);
    expect(refused.text).toContain("protect");
    expect(workspace.world()).toHaveLength(before);
    await workspace.set(stack, "cluster.protect", "false");
    expect((await workspace.run("up", stack)).code).toBe(0);
  });

  test("destroy removes all resources", async () => {
    const run = await workspace.run("destroy", stack);
    seconds.destroy = run.seconds;
    expect([run.code, Object.keys(run.summary)]).toEqual([0, ["delete"]]);
    expect(workspace.world()).toEqual([]);
  });
});

/** Lifecycle of a cluster, with the real engine and the simulated AWS. */

import { planStack } from "../../plan/planStack";
import type { WorldResource } from "../../simulation/core/world";
import { Workspace, isDefaultProvider, outline } from "./workspace";
import type { Step } from "./workspace";

const stack = "staging";

describe("staging with protect, from preview to destroy", () => {
  const workspace = new Workspace();
  const seconds: Record<string, number> = {};

  beforeAll(async () => {
    await workspace.prepare();
    await workspace.mustRun("stack", "init", stack);
    await workspace.set(stack, "cluster.protect", "true");
  });

  afterAll(() => {
    workspace.remove();
    const times = Object.entries(seconds).map(([name, time]) => `${name} ${time.toFixed(1)} s`);
    process.stdout.write(`With the real engine: ${times.join(", ")}\n`);
  });

  const planned = async () => (await planStack(stack, { overrides: { protect: true } })).resources;

  const created = (steps: readonly Step[]): string[] =>
    steps
      .filter(({ op, urn }) => op === "create" && !isDefaultProvider(urn))
      .map(({ urn }) => urn)
      .sort();

  test("a preview has the resources of a plan and creates nothing", async () => {
    const run = await workspace.mustComplete("preview", stack);
    seconds.preview = run.seconds;
    expect(Object.keys(run.summary)).toEqual(["create"]);
    expect(created(run.steps)).toEqual((await planned()).map(({ urn }) => urn).sort());
    expect(workspace.world()).toEqual([]);
  });

  test("up creates the resources with the ids of the plan", async () => {
    const run = await workspace.mustComplete("up", stack);
    seconds.up = run.seconds;
    expect(Object.keys(run.summary)).toEqual(["create"]);
    const resources = await planned();
    expect(created(run.steps)).toEqual(resources.map(({ urn }) => urn).sort());
    const ids = new Map(workspace.world().map(({ urn, id }) => [urn, id]));
    const aws = resources.filter(({ type }) => type.startsWith("aws:"));
    expect(aws.map(({ urn, id }) => [urn, id])).toEqual(aws.map(({ urn }) => [urn, ids.get(urn)]));
    expect(ids.size).toBe(resources.filter(({ type }) => /^(aws|kubernetes|tls):/.test(type)).length);
  });

  test("private keys are secrets in outputs and state", async () => {
    const shown = await workspace.pulumi("stack", "output", "--stack", stack, "--json");
    expect(shown.text).toContain('"kubeconfig": "[secret]"');
    const text = await workspace.mustRun("stack", "export", "--stack", stack);
    const keys = workspace.world().flatMap(({ outputs }) => (outputs.privateKeyPem as string | undefined) ?? []);
    expect(keys.length).toBeGreaterThan(4);
    for (const key of keys) expect(text).not.toContain(key.split("\n")[1]);
  });

  test("a second up and a refresh change nothing", async () => {
    for (const operation of ["up", "refresh"] as const) {
      const run = await workspace.mustComplete(operation, stack);
      seconds[`${operation} again`] = run.seconds;
      expect(Object.keys(run.summary)).toEqual(["same"]);
    }
  });

  test("the size of a pool changes only its group", async () => {
    await workspace.set(stack, "cluster.workers.general.max", "12");
    const run = await workspace.mustComplete("up", stack);
    expect(outline(run.steps)).toEqual(["update aws:autoscaling/group:Group staging-workers-general-group maxSize"]);
  });

  test("the instance type of a pool changes only its launch template and its group", async () => {
    await workspace.set(stack, "cluster.workers.general.instanceTypes[0]", "m6i.xlarge");
    for (const operation of ["preview", "up"] as const) {
      const run = await workspace.mustComplete(operation, stack);
      expect(run.steps.map(({ op, urn }) => `${op} ${urn.split("::")[3] ?? ""}`)).toEqual([
        "update staging-workers-general-template",
        "update staging-workers-general-group",
      ]);
    }
  });

  const imagePin = "cluster.nodes.imagePins.worker-general";
  const newestImage = "ami-0fedcba9876543210";
  const generalImage = (): unknown =>
    workspace.world().find(({ inputs }) => inputs.name === "staging-worker-general" && "imageId" in inputs)?.inputs
      .imageId;
  let formerImage: unknown;

  /** Parameter with which AWS publishes its newest image. */
  const imageParameter = (): WorldResource => {
    const id = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
    const inputs = { name: id, type: "String", value: newestImage };
    return { urn: "AWS", type: "aws:ssm/parameter:Parameter", id, inputs, outputs: { ...inputs, id }, uniqueKey: id };
  };

  test("a newer image changes nothing until it is pinned", async () => {
    formerImage = generalImage();
    expect(formerImage).toMatch(/^ami-/);
    workspace.addForeign(imageParameter());
    expect((await workspace.mustComplete("up", stack)).steps).toEqual([]);
    expect(generalImage()).toBe(formerImage);

    await workspace.set(stack, imagePin, newestImage);
    expect(outline((await workspace.mustComplete("up", stack)).steps)).toEqual([
      "update aws:ec2/launchTemplate:LaunchTemplate staging-workers-general-template imageId",
      expect.stringMatching(/^update aws:autoscaling\/group:Group staging-workers-general-group /),
    ]);
    expect(generalImage()).toBe(newestImage);
  });

  test("a name conflict fails the preview", async () => {
    const name = "staging-worker-spare";
    const taken = { urn: "another stack", type: "aws:autoscaling/group:Group", id: name, inputs: { name } };
    const group = { ...taken, outputs: { name, id: name }, uniqueKey: name };
    workspace.addForeign(group);
    await workspace.set(stack, "cluster.workers.spare.instanceTypes[0]", "m6i.large");
    const run = await workspace.run("preview", stack);
    expect(run.code).toBeGreaterThan(0);
    expect(run.text).toContain("AlreadyExists");
    expect(run.text).toContain(name);
    workspace.removeForeign(group);
    await workspace.mustRun("config", "rm", "--stack", stack, "--path", "cluster.workers.spare");
  });

  test("invalid settings fail before any resource is registered, without a stack trace", async () => {
    await workspace.set(stack, "cluster.network.nat", "several");
    const run = await workspace.run("preview", stack);
    expect(run.code).toBeGreaterThan(0);
    expect(run.text).toContain("cluster.network.nat");
    expect(run.text).not.toMatch(/^\s+at /m);
    expect(run.steps.filter(({ type }) => type.startsWith("aws:"))).toEqual([]);
    await workspace.set(stack, "cluster.network.nat", "single");
  });

  test("a protected cluster cannot be destroyed", async () => {
    const before = workspace.world();
    // Runs with a preview, which refuses the destroy. Without a preview, the engine would delete the unprotected resources.
    const refused = await workspace.run("destroy", stack, "--yes");
    expect(refused.code).toBeGreaterThan(0);
    expect(refused.text).toContain("protect");
    expect(workspace.world()).toEqual(before);
  });

  test("without the pin, the former image returns; without protect, no resource is replaced", async () => {
    await workspace.mustRun("config", "rm", "--stack", stack, "--path", imagePin);
    await workspace.set(stack, "cluster.protect", "false");
    const run = await workspace.mustComplete("up", stack);
    expect(Object.keys(run.summary).sort()).toEqual(["same", "update"]);
    expect(generalImage()).toBe(formerImage);
    workspace.removeForeign(imageParameter());
  });

  test("destroy removes all resources", async () => {
    const run = await workspace.mustComplete("destroy", stack);
    seconds.destroy = run.seconds;
    expect(Object.keys(run.summary)).toEqual(["delete"]);
    expect(workspace.world()).toEqual([]);
  });
});

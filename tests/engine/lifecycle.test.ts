/** A cluster from its first preview to its end, with the real engine and the simulated AWS. */

import { planStack } from "../../plan/planStack";
import { Workspace, describeEngine, outline } from "./workspace";

const stack = "staging";

/** Resources of the engine's own beside those of the program: the default provider of keys and certificates. */
const defaultProvider = "default_5_6_1";

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

  const made = (steps: readonly { op: string; urn: string }[]): string[] =>
    steps
      .filter(({ op, urn }) => op === "create" && !urn.endsWith(`::${defaultProvider}`))
      .map(({ urn }) => urn)
      .sort();

  test("a preview announces what a plan says, and makes nothing", async () => {
    const run = await workspace.run("preview", stack);
    seconds.preview = run.seconds;
    expect([run.code, Object.keys(run.summary)]).toEqual([0, ["create"]]);
    expect(made(run.steps)).toEqual(await planned());
    expect(workspace.world()).toEqual([]);
  });

  test("up makes it, with the identifiers of the plan", async () => {
    const run = await workspace.run("up", stack);
    seconds.up = run.seconds;
    expect([run.code, Object.keys(run.summary)]).toEqual([0, ["create"]]);
    expect(made(run.steps)).toEqual(await planned());
    const { resources } = await planStack(stack);
    const ids = new Map(workspace.world().map(({ urn, id }) => [urn, id]));
    const aws = resources.filter(({ type }) => type.startsWith("aws:"));
    expect(aws.map(({ urn, id }) => [urn, id])).toEqual(aws.map(({ urn }) => [urn, ids.get(urn)]));
    expect(ids.size).toBe(resources.filter(({ type }) => /^(aws|kubernetes|tls):/.test(type)).length);
  });

  test("private parts are secrets of the state, and not shown", async () => {
    const shown = await workspace.pulumi("stack", "output", "--stack", stack, "--json");
    expect(shown.text).toContain('"kubeconfig": "[secret]"');
    const { text } = await workspace.pulumi("stack", "export", "--stack", stack);
    const keys = workspace.world().flatMap(({ outputs }) => (outputs.privateKeyPem as string | undefined) ?? []);
    expect(keys.length).toBeGreaterThan(4);
    for (const key of keys) expect(text).not.toContain(key.split("\n")[1]);
  });

  test("up again changes nothing, and nothing has drifted", async () => {
    for (const operation of ["up", "refresh"] as const) {
      const run = await workspace.run(operation, stack);
      seconds[`${operation} again`] = run.seconds;
      expect([run.code, Object.keys(run.summary)]).toEqual([0, ["same"]]);
    }
  });

  test("a pool's size is the business of its group alone", async () => {
    await workspace.set(stack, "cluster.workers.general.max", "12");
    const run = await workspace.run("up", stack);
    expect(outline(run.steps)).toEqual(["update aws:autoscaling/group:Group staging-workers-general-group maxSize"]);
    expect([run.code, run.summary.update]).toEqual([0, 1]);
  });

  test("a pool's machine type is the business of its template and its group", async () => {
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

  test("a name that is taken is an error of the preview, and nothing is changed", async () => {
    const name = "staging-worker-spare";
    const taken = { urn: "another stack", type: "aws:autoscaling/group:Group", id: name, inputs: { name } };
    const group = { ...taken, outputs: { name, id: name }, uniqueKey: name };
    workspace.intrude(group);
    await workspace.set(stack, "cluster.workers.spare.instanceTypes[0]", "m6i.large");
    const run = await workspace.run("preview", stack);
    expect(run.code).not.toBe(0);
    expect(run.text).toContain("AlreadyExists");
    expect(run.text).toContain(name);
    workspace.expel(group);
    await workspace.pulumi("config", "rm", "--stack", stack, "--path", "cluster.workers.spare");
  });

  test("wrong settings end the program before anything is registered, without a stack trace", async () => {
    await workspace.set(stack, "cluster.network.nat", "several");
    const run = await workspace.run("preview", stack);
    expect(run.code).not.toBe(0);
    expect(run.text).toContain("cluster.network.nat");
    expect(run.text).not.toMatch(/^\s+at /m);
    expect(run.steps.filter(({ type }) => type.startsWith("aws:"))).toEqual([]);
    await workspace.set(stack, "cluster.network.nat", "single");
  });

  test("a protected cluster is not destroyed before protection is taken away", async () => {
    await workspace.set(stack, "cluster.protect", "true");
    expect((await workspace.run("up", stack)).code).toBe(0);
    const before = workspace.world().length;
    // As a person runs it: the preview refuses. Without one, the engine would delete all that is not protected.
    const refused = await workspace.run("destroy", stack, "--yes");
    expect(refused.code).not.toBe(0);
    expect(refused.text).toContain("protect");
    expect(workspace.world()).toHaveLength(before);
    await workspace.set(stack, "cluster.protect", "false");
    expect((await workspace.run("up", stack)).code).toBe(0);
  });

  test("destroy leaves nothing behind", async () => {
    const run = await workspace.run("destroy", stack);
    seconds.destroy = run.seconds;
    expect([run.code, Object.keys(run.summary)]).toEqual([0, ["delete"]]);
    expect(workspace.world()).toEqual([]);
  });
});

/** Updates that fail or are killed, changes outside of Pulumi, and recovery to the planned stack. */

import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";

import { planStack } from "../../plan/planStack";
import type { WorldResource } from "../../simulation/core/world";
import { representative } from "../long";
import { importResource, recover, unrecorded } from "./recovery";
import { Workspace, isDefaultProvider, outline } from "./workspace";
import type { Run, StateResource } from "./workspace";

const stack = "dev";
/** Half of the resources, and less than half of the time. */
const overrides = representative ? { addons: { enabled: false } } : {};

/** Seed of the resources at whose creation or deletion the engine is killed; set SEED to repeat a run. */
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
/** Number of kills of the first update. */
const kills = Number(process.env.KILLS ?? (representative ? 1 : 3));

describe("dev, interrupted", () => {
  const workspace = new Workspace();

  beforeAll(async () => {
    process.stdout.write(`SEED=${seed} KILLS=${kills}\n`);
    await workspace.prepare();
    await workspace.mustRun("stack", "init", stack);
    if (representative) await workspace.set(stack, "cluster.addons.enabled", "false");
  });

  afterAll(() => {
    workspace.remove();
  });

  const isSimulated = ({ type }: { readonly type: string }): boolean => /^(aws|kubernetes|tls):/.test(type);

  const recorded = async (): Promise<readonly StateResource[]> => (await workspace.state(stack)).resources ?? [];

  const find = (type: string): WorldResource => {
    const found = workspace.world().find((resource) => resource.type === type);
    if (found === undefined) throw new Error(`there is no ${type}`);
    return found;
  };

  const choose = (urns: readonly string[], count: number): readonly string[] =>
    fc.sample(fc.shuffledSubarray([...urns], { minLength: count, maxLength: count }), { seed, numRuns: 1 }).flat();

  /** Everything in the accounts is in the state, and everything in the state exists, once. */
  const expectComplete = async (): Promise<void> => {
    const state = await workspace.state(stack);
    expect(state.pending_operations ?? []).toEqual([]);
    expect(unrecorded(workspace, state).map(({ urn, id }) => [urn, id])).toEqual([]);
    const { resources = [] } = state;
    const world = new Set(workspace.world().map(({ type, id }) => `${type} ${id}`));
    const missing = resources.filter(
      (resource) => isSimulated(resource) && resource.custom && !world.has(`${resource.type} ${resource.id ?? ""}`),
    );
    expect(missing.map(({ urn }) => urn)).toEqual([]);
    expect(new Set(resources.map(({ urn }) => urn)).size).toBe(resources.length);
  };

  const expectUnchanged = async (): Promise<void> => {
    const { steps } = await workspace.mustComplete("up", stack);
    expect(outline(steps)).toEqual([]);
  };

  test("Ctrl-C ends an update after the running operations", async () => {
    const { resources } = await planStack(stack, { overrides });
    const vpc = resources.find(({ type }) => type === "aws:ec2/vpc:Vpc")?.urn ?? "";
    workspace.setFault(vpc, { signal: "SIGINT" });
    const run = await workspace.run("up", stack);
    expect(run.code).toBeGreaterThan(0);
    const urns = (await recorded()).map(({ urn }) => urn);
    expect(urns).toContain(vpc);
    expect(urns.length).toBeLessThan(resources.length);
    await expectComplete();
  });

  test("an empty metadata file makes a local state unreadable, and its removal readable", async () => {
    const before = await workspace.state(stack);
    const metadata = join(workspace.folder, "state", ".pulumi", "stacks", "holdfast", `${stack}.json.attrs`);
    writeFileSync(metadata, "");
    await expect(workspace.state(stack)).rejects.toThrow("failed to load checkpoint: EOF");
    rmSync(metadata);
    expect(await workspace.state(stack)).toEqual(before);
  });

  test("after each kill and its recovery, the next up continues; in the end the state is that of the plan", async () => {
    const { resources } = await planStack(stack, { overrides });
    const existing = new Set(workspace.world().map(({ urn }) => urn));
    const candidates = resources.filter((resource) => isSimulated(resource) && resource.id !== undefined);
    const targets = new Set(
      choose(
        candidates.map(({ urn }) => urn).filter((urn) => !existing.has(urn)),
        kills,
      ),
    );
    for (const urn of targets) workspace.setFault(urn, { signal: "SIGKILL" });
    while (targets.size > 0) {
      const run = await workspace.run("up", stack);
      expect(run.code).toBeNull();
      const urns = new Set((await recorded()).map(({ urn }) => urn));
      // The state lacks the resource whose creation triggered the kill, and perhaps other targets.
      const lost = workspace.world().filter(({ urn }) => targets.has(urn) && !urns.has(urn));
      process.stdout.write(`killed after the creation of ${lost.map(({ urn }) => urn).join(" and ")}\n`);
      expect(lost).not.toEqual([]);
      for (const { urn } of lost) targets.delete(urn);
      await recover(workspace, stack);
      await expectComplete();
    }
    await workspace.mustComplete("up", stack);
    await expectComplete();
    const urns = (await recorded()).map(({ urn }) => urn).filter((urn) => !isDefaultProvider(urn));
    expect(urns.sort()).toEqual(resources.map(({ urn }) => urn).sort());
    await expectUnchanged();
  });

  test("a resource that AWS refuses to create fails the update; the others stay, and the next up adds what is missing", async () => {
    const created = ({ steps }: Run): string[] => steps.filter(({ op }) => op === "create").map(({ urn }) => urn);
    const general = workspace.world().find(({ inputs }) => inputs.name === "dev-worker-general" && "maxSize" in inputs);
    const group = general?.urn.replaceAll("general", "extra") ?? "";
    const refusal = { code: "VcpuLimitExceeded", message: "You have requested more vCPU capacity" };
    workspace.setFault(group, { refusal });
    await workspace.set(stack, "cluster.workers.extra.instanceTypes[0]", "m6i.large");

    const failed = await workspace.run("up", stack);
    expect(failed.code).toBeGreaterThan(0);
    expect(failed.text).toContain("VcpuLimitExceeded: You have requested more vCPU capacity");
    await expectComplete();
    const urns = new Set((await recorded()).map(({ urn }) => urn));
    const kept = created(failed).filter((urn) => urns.has(urn));
    expect(kept).not.toEqual([]);
    expect(kept).not.toContain(group);

    workspace.setFault(group, undefined);
    const continued = await workspace.mustComplete("up", stack);
    expect(created(continued)).toContain(group);
    expect(created(continued).filter((urn) => urns.has(urn))).toEqual([]);
    await expectComplete();
  });

  test("refresh finds what was changed and deleted outside of Pulumi, and the next up restores it", async () => {
    const group = find("aws:autoscaling/group:Group");
    workspace.removeForeign(find("aws:cloudwatch/logGroup:LogGroup"));
    const maxSize = 9;
    workspace.addForeign({ ...group, inputs: { ...group.inputs, maxSize }, outputs: { ...group.outputs, maxSize } });

    const refresh = await workspace.mustComplete("refresh", stack);
    expect(refresh.summary).toEqual({ same: expect.any(Number) as number, update: 1, delete: 1 });
    const { steps } = await workspace.mustComplete("up", stack);
    expect(outline(steps).sort()).toEqual([
      expect.stringMatching(/^create aws:cloudwatch\/logGroup:LogGroup /),
      expect.stringMatching(/^update aws:autoscaling\/group:Group .* maxSize$/),
    ]);
    await expectComplete();
  });

  test("an import restores a resource that the state lost; the next up changes nothing", async () => {
    const all = await recorded();
    const dependedOn = new Set(all.flatMap(({ dependencies = [] }) => dependencies));
    const alarm = all.find(
      ({ type, urn }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm" && !dependedOn.has(urn),
    );
    if (alarm === undefined) throw new Error("the cluster has no alarm on which nothing depends");
    await workspace.mustRun("state", "delete", "--stack", stack, "--yes", alarm.urn);
    await importResource(workspace, stack, alarm);
    await expectComplete();
    await expectUnchanged();
  });

  test("a cluster that is renamed in the program keeps its resources with an alias of the former name", async () => {
    const before = workspace.world();
    workspace.editProgram({
      "    spec.name,\n    {": '    "renamed",\n    {',
      "{ providers: { aws } },": "{ providers: { aws }, aliases: [{ name: spec.name }] },",
    });
    await expectUnchanged();
    expect(workspace.world()).toEqual(before);
    const components = (await recorded()).filter(({ type }) => type.startsWith("holdfast:index:"));
    expect(components.filter(({ urn }) => !urn.split("::")[3]?.startsWith("renamed"))).toEqual([]);
  });

  test("a killed destroy is continued by the next one", async () => {
    const candidates = (await recorded()).filter((resource) => isSimulated(resource) && resource.custom);
    const [target = ""] = choose(
      candidates.map(({ urn }) => urn),
      1,
    );
    workspace.setFault(target, { signal: "SIGKILL" });
    expect((await workspace.run("destroy", stack)).code).toBeNull();
    expect((await recorded()).map(({ urn }) => urn)).toContain(target);
    await recover(workspace, stack);
    await expectComplete();
    await workspace.mustComplete("destroy", stack);
    // A killed update may have created a key or a certificate that no state has recorded.
    expect(workspace.world().filter(({ type }) => !type.startsWith("tls:"))).toEqual([]);
  });
});

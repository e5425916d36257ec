/** Changes of a deployed stack, compared by the real engine with the settings in the stack's state. */

import { longTest, representative } from "../long";
import { Workspace } from "./workspace";

const stack = "dev";

describe("changes of a deployed stack", () => {
  const workspace = new Workspace();

  beforeAll(async () => {
    await workspace.prepare();
    await workspace.mustRun("stack", "init", stack);
    // None of these changes is one of add-ons.
    if (representative) await workspace.set(stack, "cluster.addons.enabled", "false");
    await workspace.set(stack, "cluster.access.encryption.keys[0]", "new");
    await workspace.set(stack, "cluster.access.encryption.keys[1]", "old");
  });

  afterAll(() => {
    workspace.remove();
  });

  const liveSettings = async (): Promise<unknown> =>
    JSON.parse(await workspace.mustRun("stack", "output", "liveSettings", "--stack", stack, "--json"));

  const namesIn = (text: string): readonly (string | undefined)[] =>
    workspace
      .world()
      .filter(({ urn }) => urn.includes(text))
      .map(({ urn }) => urn.split("::")[3])
      .sort();

  test("the first update has no record to compare with, and writes one", async () => {
    await workspace.mustComplete("up", stack);
    expect(await liveSettings()).toMatchObject({
      name: "dev",
      network: { podCidr: "10.244.0.0/16" },
      encryption: { keys: ["new", "old"] },
    });
  });

  test("a preview and an update with refused changes name all of them and register nothing", async () => {
    const [world, record] = [workspace.world(), await liveSettings()];
    await workspace.set(stack, "cluster.network.podCidr", "10.128.0.0/16");
    await workspace.set(stack, "cluster.kubernetesVersion", "1.35.8");
    for (const operation of ["preview", "up"] as const) {
      const run = await workspace.run(operation, stack);
      expect(run.code).toBeGreaterThan(0);
      expect(run.text).toContain("2 changes refused");
      expect(run.text).toContain("cluster.network.podCidr");
      expect(run.text).toContain("cluster.kubernetesVersion");
      expect(run.text).not.toMatch(/^\s+at /m);
      expect(run.steps).toEqual([]);
    }
    expect(workspace.world()).toEqual(world);
    expect(await liveSettings()).toEqual(record);
    await workspace.set(stack, "cluster.network.podCidr", "10.244.0.0/16");
    await workspace.set(stack, "cluster.kubernetesVersion", "1.36.3");
  });

  test("a loss is refused until confirmLoss names it; the update then deletes only the named resources", async () => {
    expect(namesIn("dev-encryption-old")).not.toEqual([]);
    await workspace.mustRun("config", "rm", "--stack", stack, "--path", "cluster.access.encryption.keys[1]");
    const refused = await workspace.run("preview", stack);
    expect(refused.code).toBeGreaterThan(0);
    expect(refused.text).toContain("write confirmLoss: [dev-encryption-old]");

    await workspace.set(stack, "cluster.confirmLoss[0]", "dev-encryption-old");
    const run = await workspace.mustComplete("up", stack);
    const deleted = run.steps.filter(({ op }) => op === "delete").map(({ urn }) => urn.split("::")[3]);
    expect(deleted).not.toEqual([]);
    expect(deleted.filter((name) => !name?.startsWith("dev-encryption-old"))).toEqual([]);
    expect(namesIn("dev-encryption-old")).toEqual([]);
    expect(namesIn("dev-encryption-new")).not.toEqual([]);
    expect(await liveSettings()).toMatchObject({ encryption: { keys: ["new"] }, confirmLoss: ["dev-encryption-old"] });
  });

  longTest("the next comparison uses the settings of the last accepted change", async () => {
    await workspace.set(stack, "cluster.etcd.volume.sizeGiB", "40");
    await workspace.mustComplete("up", stack);
    await workspace.set(stack, "cluster.etcd.volume.sizeGiB", "20");
    const run = await workspace.run("preview", stack);
    expect(run.code).toBeGreaterThan(0);
    expect(run.text).toContain("EBS cannot shrink a volume; write at least 40");
  });

  test("members leave: their groups are deleted last and with their hooks, and their volumes stay until confirmLoss names them", async () => {
    await workspace.set(stack, "cluster.etcd.volume.sizeGiB", "40");
    await workspace.set(stack, "cluster.controlPlane.members", "3");
    await workspace.mustComplete("up", stack);
    await workspace.set(stack, "cluster.controlPlane.members", "1");
    // The engine must not ask the provider to delete the hook, which would kill it here: AWS deletes it with the group, once the
    // machine has left.
    const hook = workspace.world().find(({ urn }) => urn.endsWith("::dev-control-plane-b-depart"))?.urn ?? "";
    workspace.setFault(hook, { signal: "SIGKILL" });
    const run = await workspace.mustComplete("up", stack);
    const names = (op: string) => run.steps.filter((step) => step.op === op).map(({ urn }) => urn.split("::")[3] ?? "");
    expect(names("update")).toContain("dev-members");
    expect(names("delete")).toEqual(
      expect.arrayContaining(["dev-control-plane-b-group", "dev-control-plane-b-depart"]),
    );
    expect(names("delete").filter((name) => name.includes("volume"))).toEqual([]);
    expect(hook).not.toBe("");
    expect(namesIn("dev-control-plane-b-")).toEqual([]);
    expect(namesIn("dev-etcd-volume")).toEqual(["a", "b", "c"].map((letter) => `dev-etcd-volume-${letter}`));

    await workspace.set(stack, "cluster.confirmLoss[0]", "dev-etcd-volume-c");
    await workspace.mustComplete("up", stack);
    expect(namesIn("dev-etcd-volume")).toEqual(["dev-etcd-volume-a", "dev-etcd-volume-b"]);
    expect(await liveSettings()).toMatchObject({ etcd: { members: 1, volumes: [{ name: "a" }, { name: "b" }] } });
  });

  test("etcd moves to etcd machines: the former roles stay until migrateFrom is removed", async () => {
    const role = "dev-control-plane-a-machine";
    await workspace.set(stack, "cluster.etcd.topology", "external");
    await workspace.set(stack, "cluster.etcd.members", "1");
    const refused = await workspace.run("preview", stack);
    expect(refused.code).toBeGreaterThan(0);
    expect(refused.text).toContain("also write etcd.migrateFrom: stacked");

    await workspace.set(stack, "cluster.etcd.migrateFrom", "stacked");
    const moved = await workspace.mustComplete("up", stack);
    const volumes = moved.steps.filter(({ urn, op }) => urn.includes("ebs/volume") && op !== "same");
    expect(volumes).toEqual([]);
    expect(namesIn(role)).toContain(role);
    expect(namesIn("dev-etcd-a-group")).toEqual(["dev-etcd-a-group"]);
    expect(await liveSettings()).toMatchObject({ etcd: { topology: "external", migrateFrom: "stacked" } });

    await workspace.mustRun("config", "rm", "--stack", stack, "--path", "cluster.etcd.migrateFrom");
    const ended = await workspace.mustComplete("up", stack);
    expect(namesIn(role)).toEqual([]);
    expect(ended.steps.filter(({ urn, op }) => urn.includes("autoscaling/group") && op !== "same")).toEqual([]);
  });
});

/** Changes of a deployed stack, compared by the real engine with the settings in the stack's state. */

import { Workspace, describeEngine } from "./workspace";

const stack = "dev";

describeEngine("changes of a deployed stack", () => {
  const workspace = new Workspace();

  beforeAll(async () => {
    await workspace.prepare();
    const { code, text } = await workspace.pulumi("stack", "init", stack);
    if (code !== 0) throw new Error(text);
  });

  afterAll(() => {
    workspace.remove();
  });

  test("the first preview and the first update have no record to compare with", async () => {
    expect((await workspace.run("preview", stack)).code).toBe(0);
    expect((await workspace.run("up", stack)).code).toBe(0);
    const { text } = await workspace.pulumi("stack", "output", "liveSettings", "--stack", stack, "--json");
    expect(JSON.parse(text)).toMatchObject({ name: "dev", network: { podCidr: "10.244.0.0/16" } });
  });

  test("a preview and an update with refused changes name all of them and register nothing", async () => {
    const before = workspace.world();
    await workspace.set(stack, "cluster.network.podCidr", "10.128.0.0/16");
    await workspace.set(stack, "cluster.kubernetesVersion", "1.35.8");
    for (const operation of ["preview", "up"] as const) {
      const run = await workspace.run(operation, stack);
      expect(run.code).not.toBe(0);
      expect(run.text).toContain("2 changes refused");
      expect(run.text).toContain("cluster.network.podCidr");
      expect(run.text).toContain("cluster.kubernetesVersion");
      expect(run.text).not.toMatch(/^\s+at /m);
      expect(run.steps).toEqual([]);
    }
    expect(workspace.world()).toEqual(before);
  });

  test("a refused update keeps the record; with the live settings, an update changes nothing", async () => {
    await workspace.set(stack, "cluster.network.podCidr", "10.244.0.0/16");
    await workspace.set(stack, "cluster.kubernetesVersion", "1.36.3");
    const run = await workspace.run("up", stack);
    expect([run.code, run.steps]).toEqual([0, []]);
  });

  test("an accepted change is the record of the next comparison", async () => {
    await workspace.set(stack, "cluster.etcd.volume.sizeGiB", "40");
    expect((await workspace.run("up", stack)).code).toBe(0);
    await workspace.set(stack, "cluster.etcd.volume.sizeGiB", "20");
    const run = await workspace.run("preview", stack);
    expect(run.code).not.toBe(0);
    expect(run.text).toContain("EBS cannot shrink a volume; write at least 40");
  });
});

/** `holdfast plan --against live` of a deployed stack, compared with the preview of the real engine. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Comparison } from "../../plan/comparison/changes";
import { Workspace, isDefaultProvider } from "./workspace";
import type { Step } from "./workspace";

const stack = "dev";
const password = "correct horse battery staple";
const registry = (secret: string) => ({ hub: { server: "docker.io", username: "shop", password: secret } });

describe("comparison with the deployed state", () => {
  const workspace = new Workspace();
  /** Stack file of the deployed stack. */
  let deployed: string;

  beforeAll(() => workspace.prepare());

  afterAll(() => {
    workspace.remove();
  });

  /** Writes the deployed settings with changes of the cluster and of other keys. */
  const change = (cluster: object, others: object = {}): void => {
    workspace.writeStackFile(stack, deployed, { "holdfast:cluster": cluster, ...others });
  };

  const planLive = (...options: readonly string[]) =>
    workspace.holdfast("plan", stack, "--against", "live", ...options);

  const compare = async (): Promise<Comparison> => {
    const { text } = await planLive("--json");
    if (!text.startsWith("{")) throw new Error(text);
    expect(text).not.toContain(password);
    return (JSON.parse(text) as { comparison: Comparison }).comparison;
  };

  /** Action and URN of each changed resource. */
  const actionsOf = ({ changes }: Comparison): readonly string[] =>
    changes.map(({ action, urn }) => `${action} ${urn}`).sort();

  const previewed = (steps: readonly Step[]): readonly string[] => {
    const actions = steps
      .filter(({ urn }) => !isDefaultProvider(urn))
      .map(({ op, urn }) => `${/replace/.test(op) ? "replace" : op} ${urn}`);
    return [...new Set(actions)].sort();
  };

  const noDifference = { changes: [], rollouts: [], settings: [], losses: [], protection: { added: [], removed: [] } };

  test("a stack that does not exist, and one without resources, are errors that say what to do", async () => {
    const unknown = await planLive();
    expect(unknown).toMatchObject({ code: 1 });
    expect(unknown.text).toContain("no stack named 'dev' found");
    await workspace.mustRun("stack", "init", stack);
    expect(await planLive()).toEqual({
      code: 1,
      text: "stack dev has no deployed resources: run pulumi up first, or plan without --against\n",
    });
  });

  test("a stack that has just been deployed has no difference", async () => {
    deployed = workspace.stackFile(stack);
    change({ tenants: { shop: { registries: ["hub"] } } }, { "holdfast:registries": registry(password) });
    deployed = workspace.stackFile(stack);
    await workspace.mustComplete("up", stack);
    expect(await compare()).toMatchObject(noDifference);
  });

  const pool = { instanceTypes: ["m6i.large"], max: 2 };

  test.each<[string, object, object?]>([
    [
      "a size, a new pool, an image, an add-on switched off, a secret",
      {
        workers: { general: { max: 7 }, batch: pool },
        nodes: { imagePins: { "worker-general": "ami-0fedcba9876543210" } },
        addons: { metricsServer: { enabled: false } },
      },
      { "holdfast:registries": registry("another") },
    ],
    [
      "a rollout of all machines, tags of all resources",
      { etcd: { backups: { schedule: "*:0/10" } }, tags: { owner: "x" } },
    ],
    ["a replacement and its consequences", { access: { serviceAccountIssuer: "cloudfront" } }],
  ])("%s: the effects are those of the preview", async (_title, cluster, others) => {
    change(cluster, others);
    const [preview, comparison] = [await workspace.mustComplete("preview", stack), await compare()];
    expect(actionsOf(comparison)).not.toEqual([]);
    expect(actionsOf(comparison)).toEqual(previewed(preview.steps));
  });

  test("after further updates, versions of launch templates are those of the state", async () => {
    for (const type of ["m6i.xlarge", "m5.xlarge"]) {
      change({ workers: { general: { instanceTypes: [type] } } });
      await workspace.mustComplete("up", stack);
    }
    expect(await compare()).toMatchObject(noDifference);
  });

  test("refused changes are those of the preview", async () => {
    change({ network: { podCidr: "10.128.0.0/16" } });
    const [preview, plan] = [await workspace.run("preview", stack), await planLive()];
    expect(preview.code).toBeGreaterThan(0);
    expect(plan.code).toBe(1);
    for (const { text } of [preview, plan]) {
      expect(text).toContain("cluster.network.podCidr");
      expect(text.replaceAll(/\s+/g, " ")).toContain("nodes and pods have addresses of the live range");
    }
  });

  test("pending operations are an error that names them", async () => {
    const deployment = await workspace.state(stack);
    const operation = deployment.resources?.find(({ type }) => type === "aws:ec2/subnet:Subnet");
    const file = join(workspace.folder, "pending.json");
    const pending = { ...deployment, pending_operations: [{ type: "updating", resource: operation }] };
    writeFileSync(file, JSON.stringify({ version: 3, deployment: pending }));
    await workspace.mustRun("stack", "import", "--stack", stack, "--file", file);
    const { code, text } = await planLive();
    expect(code).toBe(1);
    expect(text).toContain(`  updating aws:ec2/subnet:Subnet ${operation?.urn.split("::")[3] ?? ""}\n`);
  });
});

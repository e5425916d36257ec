/** `holdfast plan --against live` of a deployed stack, compared with the preview of the real engine. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Comparison } from "../../plan/comparison/changes";
import { Workspace, isDefaultProvider } from "./workspace";
import type { State, Step } from "./workspace";

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

  test("a size, a new pool, an image, an add-on switched off, a secret: the effects are those of the preview", async () => {
    change(
      {
        workers: { general: { max: 7 }, batch: pool },
        nodes: { imagePins: { "worker-general": "ami-0fedcba9876543210" } },
        addons: { metricsServer: { enabled: false } },
      },
      { "holdfast:registries": registry("another") },
    );
    const [preview, comparison] = [await workspace.mustComplete("preview", stack), await compare()];
    expect(actionsOf(comparison)).not.toEqual([]);
    expect(actionsOf(comparison)).toEqual(previewed(preview.steps));
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
    // The command stack import drops pending operations.
    const file = join(workspace.folder, "state", ".pulumi", "stacks", "holdfast", `${stack}.json`);
    const state = JSON.parse(readFileSync(file, "utf8")) as { readonly checkpoint: { readonly latest: State } };
    const { latest } = state.checkpoint;
    const operation = latest.resources?.find(({ type }) => type === "aws:ec2/subnet:Subnet");
    const pending = { ...latest, pending_operations: [{ type: "updating", resource: operation }] };
    writeFileSync(file, JSON.stringify({ ...state, checkpoint: { ...state.checkpoint, latest: pending } }));
    const { code, text } = await planLive();
    expect(code).toBe(1);
    expect(text).toContain(`  updating aws:ec2/subnet:Subnet ${operation?.urn.split("::")[3] ?? ""}\n`);
  });
});

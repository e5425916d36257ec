/** The component for other languages: a YAML program, run by Pulumi's own host for YAML. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { parse, stringify } from "yaml";

import { planStack } from "../../plan/planStack";
import { Workspace, isDefaultProvider } from "./workspace";

const root = join(__dirname, "..", "..");
const plugin = join(root, "plugin");
const region = "eu-central-1";

interface StackFile {
  readonly config: { readonly "holdfast:cluster": Readonly<Record<string, unknown>> };
}

/** Settings of the stack dev. The API of a simulation never answers, so the program does not wait for it. */
function devSettings(): { readonly name: string; readonly settings: Readonly<Record<string, unknown>> } {
  const file = parse(readFileSync(join(root, "stacks", "Pulumi.dev.yaml"), "utf8")) as StackFile;
  const { name, addons, ...settings } = file.config["holdfast:cluster"];
  return { name: String(name), settings: { ...settings, addons: { ...(addons as object), apiTimeoutMinutes: 0 } } };
}

const { name, settings } = devSettings();

/** Type and name of each resource except the stack and its AWS provider, sorted. */
const listed = (urns: readonly string[]): readonly string[] =>
  urns
    .map((urn) => urn.split("::").slice(2).join(" ").replace(/^.*\$/, ""))
    .filter((text) => !/^pulumi:(providers:aws|pulumi:Stack) /.test(text))
    .sort();

describe("a YAML program with the component", () => {
  const workspace = new Workspace();

  /** Replaces the program: properties of the cluster, and further resources. */
  const write = (properties: object, resources: object = {}): void => {
    const program = {
      name: "holdfast",
      runtime: "yaml",
      packages: { holdfast: plugin },
      resources: { [name]: { type: "holdfast:Cluster", properties }, ...resources },
      outputs: { kubeconfig: `\${${name}.kubeconfig}`, vpcId: `\${${name}.vpcId}`, apiUrl: `\${${name}.apiUrl}` },
    };
    writeFileSync(workspace.projectFile, stringify(program));
  };

  beforeAll(async () => {
    await workspace.prepare();
    write({ region, settings });
    await workspace.mustRun("stack", "init", "dev");
  });

  afterAll(() => {
    workspace.remove();
  });

  test("the schema is valid: Pulumi's own check, and each property has a description", async () => {
    const schema = join(workspace.folder, "schema.json");
    const printed = await workspace.mustRun("package", "get-schema", plugin);
    // A warning about the language host comes before.
    writeFileSync(schema, printed.slice(printed.indexOf("{")));
    await workspace.mustRun("schema", "check", schema);
    const { resources } = JSON.parse(readFileSync(schema, "utf8")) as {
      resources: Record<
        string,
        {
          readonly requiredInputs: readonly string[];
          readonly inputProperties: Readonly<Record<string, { readonly description?: string }>>;
          readonly properties: Readonly<Record<string, { readonly description?: string }>>;
        }
      >;
    };
    expect(Object.keys(resources)).toEqual(["holdfast:index:Cluster"]);
    const cluster = Object.values(resources)[0];
    expect(cluster?.requiredInputs).toEqual(["region"]);
    expect(Object.keys(cluster?.inputProperties ?? {}).sort()).toEqual(
      ["authorityKeys", "region", "registries", "settings"].sort(),
    );
    const properties = [
      ...Object.entries(cluster?.inputProperties ?? {}),
      ...Object.entries(cluster?.properties ?? {}),
    ];
    expect(properties.filter(([, { description }]) => description === undefined)).toEqual([]);
  });

  test("creates the resources of the stack with the same settings, and has typed outputs", async () => {
    const run = await workspace.mustComplete("up", "dev");
    const { resources } = await planStack("dev");
    const created = run.steps.map(({ urn }) => urn).filter((urn) => !isDefaultProvider(urn));
    expect(listed(created)).toEqual(listed(resources.map(({ urn }) => urn)));
    const outputs = JSON.parse(await workspace.mustRun("stack", "output", "--stack", "dev", "--json")) as unknown;
    expect(outputs).toEqual({
      kubeconfig: "[secret]",
      vpcId: expect.stringMatching(/^vpc-/) as unknown,
      apiUrl: expect.stringMatching(/^https:\/\//) as unknown,
    });
  });

  test("changes nothing when it runs again", async () => {
    expect((await workspace.mustComplete("up", "dev")).steps).toEqual([]);
  });

  test("invalid settings are refused, all at once", async () => {
    write({ region, settings: { ...settings, controlPlane: { members: 2 }, colour: "red" } });
    const run = await workspace.run("preview", "dev");
    expect(run.code).not.toBe(0);
    expect(run.text).toMatch(/2 problems in the settings:[^]*cluster\.controlPlane\.members[^]*cluster\.colour/);
  });

  test("outputs and secrets among the settings are refused with their paths", async () => {
    write({ region, settings: { ...settings, domain: { "fn::secret": "example.internal" } } });
    const run = await workspace.run("preview", "dev");
    expect(run.code).not.toBe(0);
    expect(run.text).toMatch(/1 problem in the settings:[^]*cluster[^]*must be known before the update starts/);
  });

  test("passwords of registries may be secret, and stay so", async () => {
    write({
      region,
      settings: { ...settings, tenants: { shop: { registries: ["ghcr"] } } },
      registries: { ghcr: { server: "ghcr.io", username: "robot", password: { "fn::secret": "s3cret" } } },
    });
    const run = await workspace.mustComplete("up", "dev");
    expect(run.steps.some(({ urn }) => urn.includes("registry-ghcr"))).toBe(true);
    expect(JSON.stringify(await workspace.state("dev"))).not.toContain("s3cret");
  });
});

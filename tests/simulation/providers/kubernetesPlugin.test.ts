import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Properties } from "../../../simulation/core/resourceType";
import { EngineClient } from "./client";

const configMapType = "kubernetes:core/v1:ConfigMap";
const priorityType = "kubernetes:scheduling.k8s.io/v1:PriorityClass";

let folder: string;
let engine: EngineClient | undefined;

async function start(settings: Properties): Promise<EngineClient> {
  engine = await EngineClient.start("kubernetes", folder, settings);
  return engine;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-plugin-"));
});

afterEach(async () => {
  engine?.close();
  await rm(folder, { recursive: true });
});

const configMap = (value: string, metadata: Properties = { name: "files", namespace: "kube-system" }): Properties => ({
  metadata,
  data: { key: value },
});

test.each([
  ["replaces a ConfigMap whose data changes, and deletes it first", {}, ["data"], true],
  ["updates it with enableConfigMapMutable", { enableConfigMapMutable: "true" }, [], false],
])("%s", async (_title, settings, replaces, deleteBeforeReplace) => {
  const client = await start(settings);
  const state = await client.checkAndCreate(configMapType, "files", configMap("1"));
  expect(await client.diff(state, configMap("2"))).toMatchObject({ diffs: ["data"], replaces, deleteBeforeReplace });
});

test("creates the new object first if its name is generated or its namespace changes", async () => {
  const client = await start({});
  const generated = await client.checkAndCreate(configMapType, "generated", configMap("1", {}));
  expect(await client.diff(generated, configMap("2", {}))).toMatchObject({
    replaces: ["data"],
    deleteBeforeReplace: false,
  });
  const named = await client.checkAndCreate(configMapType, "named", configMap("1"));
  const moved = await client.diff(named, configMap("1", { name: "files", namespace: "default" }));
  expect(moved).toMatchObject({ replaces: ["metadata.namespace"], deleteBeforeReplace: false });
});

test("refuses an update that the API server refuses", async () => {
  const client = await start({});
  const priority = (value: number): Properties => ({ metadata: { name: "customers" }, value });
  const state = await client.checkAndCreate(priorityType, "customers", priority(1000));
  expect(await client.diff(state, priority(2000))).toMatchObject({ diffs: ["value"], replaces: [] });
  await expect(client.update(state, priority(2000))).rejects.toThrow("value: Invalid: field is immutable");
});

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { WorldResource } from "../../../simulation/core/world";
import { AccountFile } from "../../../simulation/providers/accountFile";
import type { Backend } from "../../../simulation/providers/backend";
import { EngineClient } from "./client";
import type { State } from "./client";

const vpcType = "aws:ec2/vpc:Vpc";
const inputs = { cidrBlock: "10.0.0.0/16", tags: { owner: "a" } };

/** Backend that records its calls, and fails if told to. */
class Recorder implements Backend {
  readonly calls: string[] = [];
  failure: Error | undefined;
  found: Partial<WorldResource> | undefined = {};

  configure({ region }: Readonly<Record<string, unknown>>): void {
    this.calls.push(`configure ${String(region)}`);
  }

  create = (resource: WorldResource) => this.record("create", resource);
  update = (resource: WorldResource, former: WorldResource) =>
    this.record(`${JSON.stringify(former.inputs.tags)} update`, resource);
  delete = (resource: WorldResource) => this.record("delete", resource);
  read = (resource: WorldResource) => Promise.resolve(this.found && { ...resource, ...this.found });

  private record(what: string, { type, inputs: { tags } }: WorldResource): Promise<void> {
    this.calls.push(`${what} ${type} ${JSON.stringify(tags)}`);
    return this.failure === undefined ? Promise.resolve() : Promise.reject(this.failure);
  }
}

let folder: string;
let backend: Recorder;
let engine: EngineClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-backend-"));
  backend = new Recorder();
  engine = await EngineClient.start("aws", folder, { region: "eu-central-1" }, backend);
});

afterEach(async () => {
  engine.close();
  await rm(folder, { recursive: true });
});

const account = () => [...new AccountFile(join(folder, "aws.jsonl"), "eu-central-1").world.all()];
const create = (): Promise<State> => engine.checkAndCreate(vpcType, "vpc", inputs);

test("makes each accepted change, but none of a preview", async () => {
  await engine.checkAndCreate(vpcType, "vpc", inputs, true);
  const vpc = await create();
  const changed = { ...inputs, tags: { owner: "b" } };
  await engine.delete(await engine.update(vpc, changed));
  expect(backend.calls).toEqual([
    "configure eu-central-1",
    `create ${vpcType} {"owner":"a"}`,
    `{"owner":"a"} update ${vpcType} {"owner":"b"}`,
    `delete ${vpcType} {"owner":"b"}`,
  ]);
});

test("a change that fails there leaves the account as it was, and the engine gets the reason", async () => {
  const failing = async (change: () => Promise<unknown>): Promise<void> => {
    const before = account();
    backend.failure = new Error("no capacity");
    await expect(change()).rejects.toThrow("no capacity");
    backend.failure = undefined;
    expect(account()).toEqual(before);
  };
  await failing(create);
  const vpc = await create();
  await failing(() => engine.update(vpc, { ...inputs, tags: {} }));
  await failing(() => engine.delete(vpc));
  await engine.delete(vpc);
  expect(account()).toEqual([]);
});

test("a refresh reads what exists there", async () => {
  const vpc = await create();
  backend.found = { inputs: { ...inputs, enableDnsSupport: false } };
  expect(await engine.read(vpc.urn, vpc.id)).toMatchObject({ id: vpc.id, inputs: { enableDnsSupport: false } });
  backend.found = undefined;
  expect((await engine.read(vpc.urn, vpc.id)).id).toBe("");
  expect(account()).toEqual([]);
});

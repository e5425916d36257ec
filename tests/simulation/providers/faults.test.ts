import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { AccountFile } from "../../../simulation/providers/accountFile";
import { EngineClient, urnOf } from "./client";

const vpcType = "aws:ec2/vpc:Vpc";

let folder: string;
let engine: EngineClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-faults-"));
  engine = await EngineClient.start("aws", folder, { region: "eu-central-1" });
});

afterEach(async () => {
  engine.close();
  await rm(folder, { recursive: true });
});

const createVpc = () => engine.checkAndCreate(vpcType, "vpc", { cidrBlock: "10.0.0.0/16" });

describe("injected faults", () => {
  test("a refusal fails a creation until it is removed, also in running plugins", async () => {
    const account = new AccountFile(join(folder, "aws.jsonl"), "eu-central-1");
    const urn = urnOf(vpcType, "vpc");
    const message = "The maximum number of VPCs has been reached.";
    account.setFault(urn, { refusal: { code: "VpcLimitExceeded", message } });
    await expect(createVpc()).rejects.toThrow(`VpcLimitExceeded: ${message}`);
    account.setFault(urn, undefined);
    expect((await createVpc()).id).toMatch(/^vpc-/);
  });

  test("a signal reaches the engine after the creation or deletion of the resource, once", async () => {
    const account = new AccountFile(join(folder, "aws.jsonl"), "eu-central-1");
    const sent: unknown[] = [];
    const kill = jest.spyOn(process, "kill").mockImplementation((pid, signal) => {
      account.readNewEntries();
      sent.push([pid === process.ppid, signal, [...account.world.all()].length]);
      return true;
    });
    try {
      const urn = urnOf(vpcType, "vpc");
      account.setFault(urn, { signal: "SIGINT" });
      const vpc = await createVpc();
      expect(sent).toEqual([[true, "SIGINT", 1]]);
      account.setFault(urn, { signal: "SIGKILL" });
      await engine.delete(vpc);
      expect(sent).toEqual([
        [true, "SIGINT", 1],
        [true, "SIGKILL", 0],
      ]);
      await createVpc();
      expect(sent).toHaveLength(2);
    } finally {
      kill.mockRestore();
    }
  });
});

/** The program compares its settings with those that the last update recorded in the stack's outputs. */

import * as pulumi from "@pulumi/pulumi";

import { toLiveSettings } from "../../components/changes/liveSettings.plan";
import { specOf } from "../specs";
import { runWithEngine } from "./engineRun";

const live = (settings: object = {}) => toLiveSettings(specOf({ name: "blue", domain: "blue.invalid", ...settings }));

test.each(["preview", "update"])(
  "a refused change fails a %s before a resource is registered, all at once",
  async (kind) => {
    const stackOutputs = {
      liveSettings: live({ network: { podCidr: "10.128.0.0/16" }, etcd: { volume: { sizeGiB: 40 } } }),
    };
    const { failure, types } = await runWithEngine(kind === "preview", { stackOutputs });
    expect(failure).toBeInstanceOf(pulumi.RunError);
    expect(String(failure)).toMatch(
      /2 changes refused[^]*cluster\.network\.podCidr[^]*cluster\.etcd\.volume\.sizeGiB[^]*Nothing was changed/,
    );
    expect(types).toEqual(["pulumi:pulumi:Stack"]);
  },
);

test("a stack without the record is accepted", async () => {
  const { failure, types } = await runWithEngine(true);
  expect(failure).toBeUndefined();
  expect(types.length).toBeGreaterThan(100);
});

test("a change that is rolled out is accepted", async () => {
  const stackOutputs = { liveSettings: live({ workers: { general: {}, spare: { min: 0, max: 0 } } }) };
  expect((await runWithEngine(true, { stackOutputs })).failure).toBeUndefined();
});

test("an unreadable record is an error, not an accepted change", async () => {
  const { failure, types } = await runWithEngine(true, { stackOutputs: { liveSettings: { name: "blue" } } });
  expect(String(failure)).toMatch(/stack output liveSettings\.region: .*version of Holdfast that deployed/);
  expect(types).toEqual(["pulumi:pulumi:Stack"]);
});

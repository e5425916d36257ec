/** The program on a machine that cannot reach the API, connected to an engine that is a gRPC server of this test. */

import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { type LogRequest, LogSeverity, SetRootResourceResponse } from "@pulumi/pulumi/proto/engine_pb";
import * as pulumi from "@pulumi/pulumi";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

import { withoutStackTraces } from "../../plan/program/stackTraces";
import program from "../../stacks/index";
import { newestImage, region } from "../mocks";

/** RFC 6761 reserves the domain: its names never resolve. */
const cluster = { name: "blue", domain: "blue.invalid", workers: { general: { instanceTypes: ["m7i.large"] } } };

/** Runs the program in an update or a preview. Returns its error, the registered types and the warnings. */
async function run(isPreview: boolean, settings: object = {}) {
  const warnings: string[] = [];
  const types: string[] = [];
  const engine = new Server();
  engine.addService(EngineService, {
    log: ({ request }: ServerUnaryCall<LogRequest, Empty>, done: sendUnaryData<Empty>) => {
      if (request.getSeverity() === LogSeverity.WARNING) warnings.push(request.getMessage());
      done(null, new Empty());
    },
    setRootResource: (_call: unknown, done: sendUnaryData<SetRootResourceResponse>) => {
      done(null, new SetRootResourceResponse());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    engine.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  // The mocks keep the address of the engine.
  pulumi.runtime.resetOptions("holdfast", "blue", -1, `127.0.0.1:${port}`, "mock", isPreview, "");
  let failure: unknown;
  try {
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, inputs }) => {
          types.push(type);
          return { id: undefined, state: inputs as Record<string, unknown> };
        },
        call: ({ token }) =>
          token.includes("getParametersByPath") ? { names: [], values: [] } : { insecureValue: newestImage },
      },
      "holdfast",
      "blue",
      isPreview,
    );
    pulumi.runtime.setAllConfig({
      "holdfast:cluster": JSON.stringify({ ...cluster, ...settings }),
      "aws:region": region,
    });
    await withoutStackTraces(() =>
      pulumi.runtime.runInPulumiStack(async () => {
        try {
          return await program();
        } catch (error) {
          failure = error;
          return undefined;
        }
      }),
    );
    await pulumi.runtime.disconnect();
  } finally {
    pulumi.runtime.resetOptions("", "", -1, "", "", false, "");
    engine.forceShutdown();
  }
  return { failure, types, warnings };
}

test("an update fails before it registers a resource of AWS, and names the command to run", async () => {
  const { failure, types, warnings } = await run(false);
  expect(failure).toBeInstanceOf(pulumi.RunError);
  expect(String(failure)).toMatch(/api\.blue\.invalid .* does not resolve here[^]*Nothing was changed/);
  expect(String(failure)).toContain("npm run tunnel -- blue pulumi up --stack blue");
  expect([types, warnings]).toEqual([["pulumi:pulumi:Stack"], []]);
});

test("a preview succeeds with a warning", async () => {
  const { failure, types, warnings } = await run(true);
  expect(failure).toBeUndefined();
  expect(types.length).toBeGreaterThan(100);
  expect(warnings).toEqual([expect.stringContaining("npm run tunnel -- blue pulumi up --stack blue")]);
});

test("without objects inside the cluster, a preview has no warning", async () => {
  const { failure, warnings } = await run(true, { addons: { enabled: false } });
  expect([failure, warnings]).toEqual([undefined, []]);
});

/** The program connected to an engine that is a gRPC server of the test. */

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

export interface EngineRun {
  /** Settings over those of the cluster `blue`. */
  readonly settings?: object;
  /** Outputs of the stack before the run. Default: none. */
  readonly stackOutputs?: Readonly<Record<string, unknown>>;
}

/** Runs the program in an update or a preview. Returns its error, the registered types and the warnings. */
export async function runWithEngine(isPreview: boolean, { settings = {}, stackOutputs = {} }: EngineRun = {}) {
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
        call: ({ token, inputs }) => {
          if (token === "pulumi:pulumi:readStackOutputs") return { ...(inputs as object), outputs: stackOutputs };
          return token.includes("getParametersByPath") ? { names: [], values: [] } : { insecureValue: newestImage };
        },
      },
      "holdfast",
      "blue",
      isPreview,
      "organization",
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

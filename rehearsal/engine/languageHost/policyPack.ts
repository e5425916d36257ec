import type { ChildProcess } from "node:child_process";

import { Client, Server, ServerCredentials, credentials, status } from "@grpc/grpc-js";
import type { ServerUnaryCall, ServerWritableStream, UntypedServiceImplementation, sendUnaryData } from "@grpc/grpc-js";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import { AnalyzerStackConfigureRequest } from "@pulumi/pulumi/proto/analyzer_pb";
import { ProgramInfo, RunPluginResponse } from "@pulumi/pulumi/proto/language_pb";
import type { RunPluginRequest } from "@pulumi/pulumi/proto/language_pb";

import { channelOptions } from "../../../simulation/providers/grpc";
import { environmentOf, startNode } from "./runner";

type PluginCall = ServerWritableStream<RunPluginRequest, RunPluginResponse>;

/** Passes a message on without decoding it. */
const unread = (message: Buffer): Buffer => message;
const serializers = {
  requestSerialize: unread,
  requestDeserialize: unread,
  responseSerialize: unread,
  responseDeserialize: unread,
};
const analyzer = Object.fromEntries(
  Object.entries(AnalyzerService).map(([name, method]) => [name, { ...method, ...serializers }]),
);

/** Environment variables from which the SDK reads the stack: a pack may ask for the stack's name while it loads. */
function stackEnvironment(request: AnalyzerStackConfigureRequest): NodeJS.ProcessEnv {
  return {
    PULUMI_NODEJS_ORGANIZATION: request.getOrganization(),
    PULUMI_NODEJS_PROJECT: request.getProject(),
    PULUMI_NODEJS_STACK: request.getStack(),
    PULUMI_NODEJS_DRY_RUN: String(request.getDryRun()),
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
  };
}

/** Process of a policy pack, with a connection to its server. */
class Pack {
  private readonly process: ChildProcess;
  private readonly client: Promise<Client>;

  constructor(call: PluginCall, configuration: Buffer) {
    const { request } = call;
    const info = request.getInfo() ?? new ProgramInfo();
    const child = startNode(info, {
      runner: "run-policy-pack",
      args: [...request.getArgsList(), info.getProgramDirectory()],
      environment: {
        ...environmentOf(request),
        ...stackEnvironment(AnalyzerStackConfigureRequest.deserializeBinary(configuration)),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.process = child;
    child.stderr?.on("data", (text: Buffer) => call.write(new RunPluginResponse().setStderr(text)));
    this.client = new Promise((resolve, reject) => {
      // The first line of its output is the port; what the pack prints later is shown to the user.
      child.stdout?.once("data", (line: Buffer) => {
        resolve(
          new Client(
            `127.0.0.1:${String(parseInt(line.toString(), 10))}`,
            credentials.createInsecure(),
            channelOptions,
          ),
        );
        child.stdout?.on("data", (text: Buffer) => call.write(new RunPluginResponse().setStdout(text)));
      });
      child.on("error", reject);
      child.on("close", (code) => {
        reject(new Error("the policy pack ended while it was loaded"));
        call.write(new RunPluginResponse().setExitcode(code ?? 1));
        call.end();
      });
    });
  }

  async request(path: string, message: Buffer, callback: sendUnaryData<Buffer>): Promise<void> {
    try {
      const client = await this.client;
      client.makeUnaryRequest(path, unread, unread, message, (error, response) => {
        callback(error, response);
      });
    } catch (error) {
      callback({ code: status.UNAVAILABLE, details: String(error) });
    }
  }

  stop(): void {
    this.process.kill("SIGKILL");
  }
}

/**
 * Runs a policy pack. The engine names the stack only in its first request, `ConfigureStack`, so the pack starts with that
 * request, as in Pulumi's own host; until then this process answers for it, and afterwards it passes on all requests.
 */
export function runPolicyPack(call: PluginCall): void {
  let pack: Pack | undefined;
  const handlers: UntypedServiceImplementation = {};
  for (const [name, { path }] of Object.entries(analyzer)) {
    handlers[name] = ({ request }: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void => {
      if (name === "configureStack") pack ??= new Pack(call, request);
      if (pack === undefined) callback({ code: status.UNIMPLEMENTED });
      else void pack.request(path, request, callback);
    };
  }
  const server = new Server(channelOptions);
  server.addService(analyzer, handlers);
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error) call.destroy(error);
    else call.write(new RunPluginResponse().setStdout(Buffer.from(`${String(port)}\n`)));
  });
  call.on("cancelled", () => {
    pack?.stop();
    server.forceShutdown();
  });
}

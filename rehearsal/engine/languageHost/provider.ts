import type { ServerWritableStream } from "@grpc/grpc-js";
import { ProgramInfo, RunPluginResponse } from "@pulumi/pulumi/proto/language_pb";
import type { RunPluginRequest } from "@pulumi/pulumi/proto/language_pb";

import { environmentOf, startNode } from "./runner";

/** Runs a provider, such as a component provider, until it ends or the engine cancels the call. */
export function runProvider(call: ServerWritableStream<RunPluginRequest, RunPluginResponse>): void {
  const info = call.request.getInfo() ?? new ProgramInfo();
  const child = startNode(info, {
    runner: "run-plugin",
    args: [info.getProgramDirectory(), ...call.request.getArgsList()],
    environment: environmentOf(call.request),
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout?.on("data", (text: Buffer) => call.write(new RunPluginResponse().setStdout(text)));
  child.stderr?.on("data", (text: Buffer) => call.write(new RunPluginResponse().setStderr(text)));
  child.on("error", (error) => {
    call.destroy(error);
  });
  child.on("close", (code) => {
    call.write(new RunPluginResponse().setExitcode(code ?? 1));
    call.end();
  });
  call.on("cancelled", () => {
    child.kill("SIGKILL");
  });
}

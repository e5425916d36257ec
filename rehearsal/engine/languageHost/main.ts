/**
 * Language host: runs Node.js programs, providers and policy packs for a Pulumi CLI that lacks `pulumi-language-nodejs`, such as the
 * one that rehearsals and tests build. Pulumi's own host is part of its releases, but no Go module. This one implements what
 * rehearsals and tests need, with the SDK's own runners (`@pulumi/pulumi/cmd`); it installs nothing, generates nothing and attaches
 * no debugger.
 */

import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { ServerWritableStream, UntypedServiceImplementation } from "@grpc/grpc-js";
import { version } from "@pulumi/pulumi/package.json";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

import { channelOptions, unary } from "../../../simulation/providers/grpc";
import { endWithEngine } from "../../../simulation/providers/launcher";
import { runPolicyPack } from "./policyPack";
import { runProgram } from "./program";
import { runProvider } from "./provider";
import { stopChildren } from "./runner";

let engine = process.argv.at(-1) ?? "";

const service: UntypedServiceImplementation = {
  handshake: unary((request: messages.LanguageHandshakeRequest) => {
    engine = request.getEngineAddress();
    return new messages.LanguageHandshakeResponse();
  }),
  getPluginInfo: unary(() => new PluginInfo().setVersion(version)),
  // The engine loads the plugin of a package when the program registers its first resource.
  getRequiredPackages: unary(() => new messages.GetRequiredPackagesResponse()),
  // Projects of rehearsals and tests link the dependencies.
  installDependencies: (call: ServerWritableStream<messages.InstallDependenciesRequest, unknown>) => {
    call.end();
  },
  run: unary((request: messages.RunRequest) => runProgram(request, engine)),
  runPlugin: (call: ServerWritableStream<messages.RunPluginRequest, messages.RunPluginResponse>) => {
    if (call.request.getKind() === "analyzer") runPolicyPack(call);
    else runProvider(call);
  },
  cancel: unary(() => {
    stopChildren("SIGINT");
    return new Empty();
  }),
};

const server = new Server(channelOptions);
server.addService(LanguageRuntimeService, service);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${String(port)}\n`);
});
endWithEngine(() => {
  stopChildren("SIGKILL");
});

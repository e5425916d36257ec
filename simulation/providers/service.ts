import { status } from "@grpc/grpc-js";
import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";

import { checkConfiguration, diffConfiguration } from "./configuration";
import type { Failure } from "./configuration";
import { type CallError, internalError, unary as unaryCall } from "./grpc";
import { fromStruct, toStruct } from "./properties";
import { RefusedError } from "./simulatedProvider";
import type { Change, Existing, SimulatedProvider } from "./simulatedProvider";

/** gRPC service of a provider plugin (pulumi/proto, `provider.proto`). */
export function providerService(provider: SimulatedProvider, version: string): UntypedServiceImplementation {
  const { packageName } = provider;
  return {
    getPluginInfo: unary(() => new PluginInfo().setVersion(version)),
    handshake: unary(() => new messages.ProviderHandshakeResponse().setAcceptSecrets(true)),
    // No SDK is generated from the simulation: the schema has no types.
    getSchema: unary(() => new messages.GetSchemaResponse().setSchema(JSON.stringify({ name: packageName, version }))),
    cancel: unary(() => new Empty()),

    checkConfig: unary((request: messages.CheckRequest) => {
      const inputs = fromStruct(request.getNews());
      return checkResponse(inputs, checkConfiguration(packageName, inputs));
    }),
    diffConfig: unary((request: messages.DiffRequest) => {
      const { diffs, replaces } = diffConfiguration(fromStruct(request.getOldInputs()), fromStruct(request.getNews()));
      return diffResponse({ diffs, replaces, deleteBeforeReplace: false });
    }),
    configure: unary((request: messages.ConfigureRequest) => {
      provider.configure(fromStruct(request.getArgs()));
      return new messages.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
    }),
    invoke: unary((request: messages.InvokeRequest) => {
      const result = provider.invoke(request.getTok(), fromStruct(request.getArgs()));
      if (result === undefined)
        throw new Error(`the simulated AWS has no function ${request.getTok()}; add it to simulation/invokes.ts`);
      return new messages.InvokeResponse().setReturn(toStruct(result));
    }),

    check: unary((request: messages.CheckRequest) => {
      const { inputs, failures } = provider.check(
        request.getUrn(),
        fromStruct(request.getOlds()),
        fromStruct(request.getNews()),
      );
      return checkResponse(inputs, failures);
    }),
    diff: unary((request: messages.DiffRequest) =>
      diffResponse(provider.diff(existing(request), fromStruct(request.getNews()))),
    ),
    create: unary(async (request: messages.CreateRequest) => {
      const inputs = fromStruct(request.getProperties());
      const { id, outputs } = await provider.create(request.getUrn(), inputs, request.getPreview());
      return new messages.CreateResponse().setId(id).setProperties(toStruct(outputs));
    }),
    update: unary(async (request: messages.UpdateRequest) => {
      const outputs = await provider.update(existing(request), fromStruct(request.getNews()), request.getPreview());
      return new messages.UpdateResponse().setProperties(toStruct(outputs));
    }),
    read: unary(async (request: messages.ReadRequest) => {
      const found = await provider.read(request.getId(), request.getUrn(), fromStruct(request.getInputs()));
      // A response without an id means that the resource does not exist.
      if (found === undefined) return new messages.ReadResponse();
      return new messages.ReadResponse()
        .setId(request.getId())
        .setProperties(toStruct(found.outputs))
        .setInputs(toStruct(found.inputs));
    }),
    delete: unary(async (request: messages.DeleteRequest) => {
      await provider.delete(request.getId(), request.getUrn());
      return new Empty();
    }),
  };
}

/** Handler of a unary call. A refusal becomes INVALID_ARGUMENT, any other exception INTERNAL. */
const unary = <Req, Res>(handle: (request: Req) => Res | Promise<Res>) => unaryCall(handle, toError);

const toError = (error: unknown): CallError =>
  error instanceof RefusedError ? { code: status.INVALID_ARGUMENT, details: error.message } : internalError(error);

const checkResponse = (
  inputs: Readonly<Record<string, unknown>>,
  failures: readonly Failure[],
): messages.CheckResponse =>
  new messages.CheckResponse()
    .setInputs(toStruct(inputs))
    .setFailuresList(
      failures.map(({ property, reason }) => new messages.CheckFailure().setProperty(property).setReason(reason)),
    );

function diffResponse({ diffs, replaces, deleteBeforeReplace }: Change): messages.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  return new messages.DiffResponse()
    .setChanges(diffs.length === 0 ? DIFF_NONE : DIFF_SOME)
    .setDiffsList([...diffs])
    .setReplacesList([...replaces])
    .setDeletebeforereplace(deleteBeforeReplace);
}

const existing = (request: messages.DiffRequest | messages.UpdateRequest): Existing => ({
  id: request.getId(),
  urn: request.getUrn(),
  oldInputs: fromStruct(request.getOldInputs()),
  outputs: fromStruct(request.getOlds()),
});

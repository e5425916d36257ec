import { status } from "@grpc/grpc-js";
import type { ServerUnaryCall, UntypedServiceImplementation, sendUnaryData } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";

import { configurationChanges, configurationFailures } from "./configuration";
import type { Failure } from "./configuration";
import { received, sent } from "./properties";
import { Refused } from "./simulatedProvider";
import type { Change, Existing, SimulatedProvider } from "./simulatedProvider";

/** Provider plugins' protocol (pulumi/proto, `provider.proto`) for a simulated provider of a version. */
export function providerService(provider: SimulatedProvider, version: string): UntypedServiceImplementation {
  const { packageName } = provider;
  return {
    getPluginInfo: unary(() => new PluginInfo().setVersion(version)),
    handshake: unary(() => new messages.ProviderHandshakeResponse().setAcceptSecrets(true)),
    // Programs bring their own types: nobody generates an SDK from a simulation.
    getSchema: unary(() => new messages.GetSchemaResponse().setSchema(JSON.stringify({ name: packageName, version }))),
    cancel: unary(() => new Empty()),

    checkConfig: unary((request: messages.CheckRequest) => {
      const inputs = received(request.getNews());
      return checked(inputs, configurationFailures(packageName, inputs));
    }),
    diffConfig: unary((request: messages.DiffRequest) => {
      const { diffs, replaces } = configurationChanges(received(request.getOldInputs()), received(request.getNews()));
      return differing({ diffs, replaces, deleteBeforeReplace: false });
    }),
    configure: unary((request: messages.ConfigureRequest) => {
      provider.configure(received(request.getArgs()));
      return new messages.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
    }),
    invoke: unary((request: messages.InvokeRequest) => {
      const answer = provider.invoke(request.getTok(), received(request.getArgs()));
      if (answer === undefined) throw new Error(`the simulated AWS does not know ${request.getTok()}`);
      return new messages.InvokeResponse().setReturn(sent(answer));
    }),

    check: unary((request: messages.CheckRequest) => {
      const { inputs, failures } = provider.check(
        request.getUrn(),
        received(request.getOlds()),
        received(request.getNews()),
      );
      return checked(inputs, failures);
    }),
    diff: unary((request: messages.DiffRequest) =>
      differing(provider.diff(existing(request), received(request.getNews()))),
    ),
    create: unary(async (request: messages.CreateRequest) => {
      const inputs = received(request.getProperties());
      const { id, outputs } = await provider.create(request.getUrn(), inputs, request.getPreview());
      return new messages.CreateResponse().setId(id).setProperties(sent(outputs));
    }),
    update: unary(async (request: messages.UpdateRequest) => {
      const outputs = await provider.update(existing(request), received(request.getNews()), request.getPreview());
      return new messages.UpdateResponse().setProperties(sent(outputs));
    }),
    read: unary((request: messages.ReadRequest) => {
      const found = provider.read(request.getId(), request.getUrn(), received(request.getInputs()));
      // No identifier tells the engine that there is no such resource.
      if (found === undefined) return new messages.ReadResponse();
      return new messages.ReadResponse()
        .setId(request.getId())
        .setProperties(sent(found.outputs))
        .setInputs(sent(found.inputs));
    }),
    delete: unary((request: messages.DeleteRequest) => {
      provider.delete(request.getId(), request.getUrn());
      return new Empty();
    }),
  };
}

/** A call with one answer; what is thrown becomes an error of the call. */
function unary<Asked, Answered>(answer: (request: Asked) => Answered | Promise<Answered>) {
  return ({ request }: ServerUnaryCall<Asked, Answered>, callback: sendUnaryData<Answered>): void => {
    Promise.resolve(request)
      .then(answer)
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          const refused = error instanceof Refused;
          const text =
            error instanceof Error ? (refused ? error.message : (error.stack ?? error.message)) : String(error);
          callback({ code: refused ? status.INVALID_ARGUMENT : status.INTERNAL, details: text });
        },
      );
  };
}

const checked = (inputs: Readonly<Record<string, unknown>>, failures: readonly Failure[]): messages.CheckResponse =>
  new messages.CheckResponse()
    .setInputs(sent(inputs))
    .setFailuresList(
      failures.map(({ property, reason }) => new messages.CheckFailure().setProperty(property).setReason(reason)),
    );

function differing({ diffs, replaces, deleteBeforeReplace }: Change): messages.DiffResponse {
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
  oldInputs: received(request.getOldInputs()),
  outputs: received(request.getOlds()),
});

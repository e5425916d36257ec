/** Client of the plugin protocol, in the place of the engine. */

import { credentials } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";

import type { Backend } from "../../../simulation/providers/backend";
import { fromStruct, toStruct } from "../../../simulation/providers/properties";
import { startProvider } from "../../../simulation/providers/serve";
import type { Properties } from "../../../simulation/core/resourceType";

export const urnOf = (type: string, name: string): string =>
  `urn:pulumi:test::holdfast::holdfast:index:Network$${type}::${name}`;

type Callback<Res> = (error: ServiceError | null, response: Res) => void;

/** Sends a request; the promise resolves with the response. */
function send<Res>(call: (callback: Callback<Res>) => unknown): Promise<Res> {
  return new Promise((resolve, reject) => {
    call((error, response) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
}

/** Resource in the engine's state. */
export interface State {
  readonly urn: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/** Calls a plugin on the loopback interface in the engine's order. */
export class EngineClient {
  private constructor(
    private readonly client: ResourceProviderClient,
    private readonly stop: () => void,
  ) {}

  /** Starts and configures a plugin. @param folder folder of the simulated account */
  static async start(
    packageName: string,
    folder: string,
    config: Properties = {},
    backend?: Backend,
  ): Promise<EngineClient> {
    const { port, stop } = await startProvider(packageName, "1.2.3", folder, backend);
    const engine = new EngineClient(
      new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure()),
      stop,
    );
    await engine.configure(config);
    return engine;
  }

  close(): void {
    this.client.close();
    this.stop();
  }

  info = () => send<PluginInfo>((done) => this.client.getPluginInfo(new Empty(), done));

  async schema(): Promise<unknown> {
    const request = new messages.GetSchemaRequest();
    const response = await send<messages.GetSchemaResponse>((done) => this.client.getSchema(request, done));
    return JSON.parse(response.getSchema());
  }

  async capabilities() {
    const handshake = new messages.ProviderHandshakeRequest();
    const shaken = await send<messages.ProviderHandshakeResponse>((done) => this.client.handshake(handshake, done));
    const configured = await this.configure({ region: "eu-central-1" });
    return {
      secrets: [shaken.getAcceptSecrets(), configured.getAcceptsecrets()],
      preview: configured.getSupportspreview(),
    };
  }

  configure(config: Properties): Promise<messages.ConfigureResponse> {
    const request = new messages.ConfigureRequest().setArgs(toStruct(config));
    return send((done) => this.client.configure(request, done));
  }

  async checkConfig(config: Properties): Promise<string[]> {
    const response = await send<messages.CheckResponse>((done) =>
      this.client.checkConfig(new messages.CheckRequest().setNews(toStruct(config)), done),
    );
    return response.getFailuresList().map((failure) => `${failure.getProperty()}: ${failure.getReason()}`);
  }

  async diffConfig(before: Properties, after: Properties) {
    const request = new messages.DiffRequest().setOldInputs(toStruct(before)).setNews(toStruct(after));
    const response = await send<messages.DiffResponse>((done) => this.client.diffConfig(request, done));
    return { diffs: response.getDiffsList(), replaces: response.getReplacesList() };
  }

  async check(urn: string, news: Properties, olds: Properties = {}) {
    const request = new messages.CheckRequest().setUrn(urn).setOlds(toStruct(olds)).setNews(toStruct(news));
    const response = await send<messages.CheckResponse>((done) => this.client.check(request, done));
    return {
      inputs: fromStruct(response.getInputs()),
      failures: response.getFailuresList().map((failure) => `${failure.getProperty()}: ${failure.getReason()}`),
    };
  }

  async diff({ urn, id, inputs, outputs }: State, news: Properties) {
    const request = new messages.DiffRequest()
      .setUrn(urn)
      .setId(id)
      .setOldInputs(toStruct(inputs))
      .setOlds(toStruct(outputs))
      .setNews(toStruct(news));
    const response = await send<messages.DiffResponse>((done) => this.client.diff(request, done));
    return {
      some: response.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
      diffs: response.getDiffsList(),
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  async create(urn: string, inputs: Properties, preview = false): Promise<State> {
    const request = new messages.CreateRequest().setUrn(urn).setProperties(toStruct(inputs)).setPreview(preview);
    const response = await send<messages.CreateResponse>((done) => this.client.create(request, done));
    return { urn, id: response.getId(), inputs, outputs: fromStruct(response.getProperties()) };
  }

  /** Checks and creates a resource; throws if it is refused. */
  async checkAndCreate(type: string, name: string, news: Properties, preview = false): Promise<State> {
    const { inputs, failures } = await this.check(urnOf(type, name), news);
    if (failures.length > 0) throw new Error(failures.join("\n"));
    return this.create(urnOf(type, name), inputs, preview);
  }

  async update({ urn, id, inputs, outputs }: State, news: Properties, preview = false): Promise<State> {
    const request = new messages.UpdateRequest()
      .setUrn(urn)
      .setId(id)
      .setOldInputs(toStruct(inputs))
      .setOlds(toStruct(outputs))
      .setNews(toStruct(news))
      .setPreview(preview);
    const response = await send<messages.UpdateResponse>((done) => this.client.update(request, done));
    return { urn, id, inputs: news, outputs: fromStruct(response.getProperties()) };
  }

  async read(urn: string, id: string, inputs: Properties = {}) {
    const request = new messages.ReadRequest().setUrn(urn).setId(id).setInputs(toStruct(inputs));
    const response = await send<messages.ReadResponse>((done) => this.client.read(request, done));
    return {
      id: response.getId(),
      inputs: fromStruct(response.getInputs()),
      outputs: fromStruct(response.getProperties()),
    };
  }

  delete = ({ urn, id }: State) =>
    send<Empty>((done) => this.client.delete(new messages.DeleteRequest().setUrn(urn).setId(id), done));

  async invoke(token: string, args: Properties = {}): Promise<Properties> {
    const request = new messages.InvokeRequest().setTok(token).setArgs(toStruct(args));
    return fromStruct((await send<messages.InvokeResponse>((done) => this.client.invoke(request, done))).getReturn());
  }
}

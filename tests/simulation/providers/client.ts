/** The engine's side of the plugin protocol, for tests. */

import { credentials } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";

import { received, sent } from "../../../simulation/providers/properties";
import { startProvider } from "../../../simulation/providers/serve";
import type { Properties } from "../../../simulation/core/resourceType";

export const urnOf = (type: string, name: string): string =>
  `urn:pulumi:test::holdfast::holdfast:index:Network$${type}::${name}`;

type Callback<Answered> = (error: ServiceError | null, answer: Answered) => void;

/** A call as a promise. */
function answered<Answered>(call: (callback: Callback<Answered>) => unknown): Promise<Answered> {
  return new Promise((resolve, reject) => {
    call((error, answer) => {
      if (error) reject(error);
      else resolve(answer);
    });
  });
}

/** A resource as the engine's state has it. */
export interface State {
  readonly urn: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/** Talks to a plugin on loopback in the order in which the engine does. */
export class EngineSide {
  private constructor(
    private readonly client: ResourceProviderClient,
    private readonly stop: () => void,
  ) {}

  /** Starts a plugin over an account's folder and configures it. */
  static async start(packageName: string, folder: string, config: Properties = {}): Promise<EngineSide> {
    const { port, stop } = await startProvider(packageName, "1.2.3", folder);
    const side = new EngineSide(new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure()), stop);
    await side.configure(config);
    return side;
  }

  close(): void {
    this.client.close();
    this.stop();
  }

  info = () => answered<PluginInfo>((done) => this.client.getPluginInfo(new Empty(), done));

  async schema(): Promise<unknown> {
    const request = new messages.GetSchemaRequest();
    const answer = await answered<messages.GetSchemaResponse>((done) => this.client.getSchema(request, done));
    return JSON.parse(answer.getSchema());
  }

  /** What the plugin says of itself before it is used. */
  async greet() {
    const hello = new messages.ProviderHandshakeRequest();
    const greeting = await answered<messages.ProviderHandshakeResponse>((done) => this.client.handshake(hello, done));
    const configured = await this.configure({ region: "eu-central-1" });
    return {
      secrets: [greeting.getAcceptSecrets(), configured.getAcceptsecrets()],
      preview: configured.getSupportspreview(),
    };
  }

  configure(config: Properties): Promise<messages.ConfigureResponse> {
    const request = new messages.ConfigureRequest().setArgs(sent(config));
    return answered((done) => this.client.configure(request, done));
  }

  async checkConfig(config: Properties): Promise<string[]> {
    const answer = await answered<messages.CheckResponse>((done) =>
      this.client.checkConfig(new messages.CheckRequest().setNews(sent(config)), done),
    );
    return answer.getFailuresList().map((failure) => `${failure.getProperty()}: ${failure.getReason()}`);
  }

  async diffConfig(before: Properties, after: Properties) {
    const request = new messages.DiffRequest().setOldInputs(sent(before)).setNews(sent(after));
    const answer = await answered<messages.DiffResponse>((done) => this.client.diffConfig(request, done));
    return { diffs: answer.getDiffsList(), replaces: answer.getReplacesList() };
  }

  async check(urn: string, news: Properties, olds: Properties = {}) {
    const request = new messages.CheckRequest().setUrn(urn).setOlds(sent(olds)).setNews(sent(news));
    const answer = await answered<messages.CheckResponse>((done) => this.client.check(request, done));
    return {
      inputs: received(answer.getInputs()),
      failures: answer.getFailuresList().map((failure) => `${failure.getProperty()}: ${failure.getReason()}`),
    };
  }

  async diff({ urn, id, inputs, outputs }: State, news: Properties) {
    const request = new messages.DiffRequest()
      .setUrn(urn)
      .setId(id)
      .setOldInputs(sent(inputs))
      .setOlds(sent(outputs))
      .setNews(sent(news));
    const answer = await answered<messages.DiffResponse>((done) => this.client.diff(request, done));
    return {
      some: answer.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
      diffs: answer.getDiffsList(),
      replaces: answer.getReplacesList(),
      deleteBeforeReplace: answer.getDeletebeforereplace(),
    };
  }

  async create(urn: string, inputs: Properties, preview = false): Promise<State> {
    const request = new messages.CreateRequest().setUrn(urn).setProperties(sent(inputs)).setPreview(preview);
    const answer = await answered<messages.CreateResponse>((done) => this.client.create(request, done));
    return { urn, id: answer.getId(), inputs, outputs: received(answer.getProperties()) };
  }

  /** Checks and makes what must be accepted. */
  async make(type: string, name: string, news: Properties, preview = false): Promise<State> {
    const { inputs, failures } = await this.check(urnOf(type, name), news);
    if (failures.length > 0) throw new Error(failures.join("\n"));
    return this.create(urnOf(type, name), inputs, preview);
  }

  async update({ urn, id, inputs, outputs }: State, news: Properties, preview = false): Promise<State> {
    const request = new messages.UpdateRequest()
      .setUrn(urn)
      .setId(id)
      .setOldInputs(sent(inputs))
      .setOlds(sent(outputs))
      .setNews(sent(news))
      .setPreview(preview);
    const answer = await answered<messages.UpdateResponse>((done) => this.client.update(request, done));
    return { urn, id, inputs: news, outputs: received(answer.getProperties()) };
  }

  async read(urn: string, id: string, inputs: Properties = {}) {
    const request = new messages.ReadRequest().setUrn(urn).setId(id).setInputs(sent(inputs));
    const answer = await answered<messages.ReadResponse>((done) => this.client.read(request, done));
    return { id: answer.getId(), inputs: received(answer.getInputs()), outputs: received(answer.getProperties()) };
  }

  delete = ({ urn, id }: State) =>
    answered<Empty>((done) => this.client.delete(new messages.DeleteRequest().setUrn(urn).setId(id), done));

  async invoke(token: string, args: Properties = {}): Promise<Properties> {
    const request = new messages.InvokeRequest().setTok(token).setArgs(sent(args));
    return received((await answered<messages.InvokeResponse>((done) => this.client.invoke(request, done))).getReturn());
  }
}

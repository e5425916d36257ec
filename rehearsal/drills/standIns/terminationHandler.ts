/**
 * Stand-in for the Node Termination Handler, which cannot be built here. It reads the plan's queue, drains nodes and completes
 * lifecycle hooks, which tests the queue, the event rules and the hooks.
 */
import { readBootPlan } from "../../supervisor/bootPlan";
import { program } from "../../../components/addons/nodeTerminationHandler/pod.plan";
import type { SigningCredentials } from "../../aws/iam/signature";
import { callJsonApi, callQueryApi, controllerCredentials } from "../aws";
import type { RehearsedCluster } from "../rehearsedCluster";
import { Repetition } from "../repetition";
import { listEvictablePods } from "../workload";

/** Drain of a machine before its termination. */
export interface DrainRecord {
  readonly instance: string;
  /** Number of pods before the drain. */
  readonly pods: number;
  /** Pods after the drain. */
  readonly left: readonly string[];
  readonly durationMs: number;
}

interface Message {
  readonly Body: string;
  readonly ReceiptHandle: string;
}

interface Event {
  readonly detail: Readonly<Record<string, string>>;
}

export class TerminationHandler {
  readonly drains: DrainRecord[] = [];
  #polling: Repetition | undefined;

  private constructor(
    private readonly cluster: RehearsedCluster,
    private readonly queue: string,
    private readonly credentials: SigningCredentials,
  ) {}

  /** @returns undefined if the plan has no termination queue, because its add-ons are disabled. */
  static async start(cluster: RehearsedCluster): Promise<TerminationHandler | undefined> {
    const { resources } = readBootPlan(cluster.client.paths.plan);
    const queue = resources.find(
      ({ type, inputs }) => type === "aws:sqs/queue:Queue" && String(inputs.name).endsWith("-terminations"),
    );
    if (queue === undefined) return undefined;
    const request = { QueueName: queue.inputs.name };
    const { QueueUrl } = (await callJsonApi(cluster, "sqs", "AmazonSQS.GetQueueUrl", request)) as { QueueUrl: string };
    // The handler itself gets the URL as a setting.
    const credentials = await controllerCredentials(cluster, program.name);
    const handler = new TerminationHandler(cluster, QueueUrl, credentials);
    handler.#polling = new Repetition(1_000, () => handler.poll());
    return handler;
  }

  /** @throws if the plan has no termination queue. */
  static async require(cluster: RehearsedCluster): Promise<TerminationHandler> {
    const handler = await TerminationHandler.start(cluster);
    if (handler === undefined) throw new Error("the plan has no termination queue");
    return handler;
  }

  async stop(): Promise<void> {
    await this.#polling?.stop();
  }

  private async poll(): Promise<void> {
    const request = { QueueUrl: this.queue, MaxNumberOfMessages: 10 };
    const { Messages = [] } = (await this.callSqs("ReceiveMessage", request).catch(() => ({}))) as {
      Messages?: Message[];
    };
    // The queue delivers the message of a failed attempt again.
    await Promise.allSettled(Messages.map((message) => this.handle(message)));
  }

  private async handle({ Body, ReceiptHandle }: Message): Promise<void> {
    const { detail } = JSON.parse(Body) as Event;
    const instance = detail.EC2InstanceId ?? detail["instance-id"] ?? "";
    // The machine may be gone already, or not be a node.
    if ((await this.cluster.nodeNames()).includes(instance)) await this.drain(instance);
    if (detail.LifecycleHookName !== undefined) await this.completeLifecycleAction(detail);
    await this.callSqs("DeleteMessage", { QueueUrl: this.queue, ReceiptHandle });
  }

  private callSqs(action: string, request: object): Promise<unknown> {
    return callJsonApi(this.cluster, "sqs", `AmazonSQS.${action}`, request, this.credentials);
  }

  private async drain(instance: string): Promise<void> {
    const began = Date.now();
    const pods = await listEvictablePods(this.cluster, instance);
    const options = ["--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=90s"];
    // A failed drain shows in the pods that are left.
    await this.cluster.kubectl("drain", instance, ...options, "--request-timeout=0").catch(() => undefined);
    const left = await listEvictablePods(this.cluster, instance).catch(() => []);
    this.drains.push({ instance, pods: pods.length, left, durationMs: Date.now() - began });
  }

  private async completeLifecycleAction(detail: Event["detail"]): Promise<void> {
    const { AutoScalingGroupName = "", LifecycleHookName = "", LifecycleActionToken = "" } = detail;
    const request = {
      AutoScalingGroupName,
      LifecycleHookName,
      LifecycleActionToken,
      LifecycleActionResult: "CONTINUE",
      InstanceId: detail.EC2InstanceId ?? "",
    };
    await callQueryApi(this.cluster, "autoscaling", "CompleteLifecycleAction", request, this.credentials);
  }
}

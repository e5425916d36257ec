/**
 * In place of the Node Termination Handler, whose program is not to be had here: it reads the same queue, drains the same
 * nodes, and answers the same hooks, so that the plan's queue, rules and hooks are rehearsed as they are.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { readBootPlan } from "../../supervisor/bootPlan";
import { callQueryApi, callJsonApi } from "../aws";
import type { RehearsedCluster } from "../rehearsedCluster";
import { listEvictablePods } from "../workload";

/** One machine that was announced to go. */
export interface DrainRecord {
  readonly instance: string;
  /** What kind of event said so. */
  readonly event: string;
  /** Pods that were to move, and those that were still there when its drain was over. */
  readonly pods: number;
  readonly left: readonly string[];
  /** Seconds that the drain took. */
  readonly seconds: number;
}

interface Message {
  readonly Body: string;
  readonly ReceiptHandle: string;
}

interface Event {
  readonly "detail-type": string;
  readonly detail: Readonly<Record<string, string>>;
}

export class TerminationHandler {
  readonly drains: DrainRecord[] = [];
  readonly problems: string[] = [];
  readonly #queue: string;
  #going = true;
  #loop: Promise<void> = Promise.resolve();

  private constructor(
    private readonly cluster: RehearsedCluster,
    queue: string,
  ) {
    this.#queue = queue;
  }

  /** Undefined: the plan has no queue of what ends machines, because its add-ons are disabled. */
  static async start(cluster: RehearsedCluster): Promise<TerminationHandler | undefined> {
    const { resources } = readBootPlan(cluster.client.paths.plan);
    const queue = resources.find(
      ({ type, inputs }) => type === "aws:sqs/queue:Queue" && String(inputs.name).endsWith("-terminations"),
    );
    if (queue === undefined) return undefined;
    const asked = { QueueName: queue.inputs.name };
    const { QueueUrl } = (await callJsonApi(cluster, "sqs", "AmazonSQS.GetQueueUrl", asked)) as { QueueUrl: string };
    const handler = new TerminationHandler(cluster, QueueUrl);
    handler.#loop = handler.run();
    return handler;
  }

  async stop(): Promise<void> {
    this.#going = false;
    await this.#loop;
  }

  private async run(): Promise<void> {
    while (this.#going) {
      const { Messages = [] } = (await callJsonApi(this.cluster, "sqs", "AmazonSQS.ReceiveMessage", {
        ...{ QueueUrl: this.#queue, MaxNumberOfMessages: 10 },
      }).catch(() => ({}))) as { Messages?: Message[] };
      await Promise.all(Messages.map((message) => this.handle(message)));
      await sleep(1_000);
    }
  }

  private async handle({ Body, ReceiptHandle }: Message): Promise<void> {
    try {
      const event = JSON.parse(Body) as Event;
      const instance = event.detail.EC2InstanceId ?? event.detail["instance-id"] ?? "";
      // A machine that is gone already, or never was a node, is of no interest.
      if ((await this.cluster.nodeNames()).includes(instance)) {
        await this.drain(instance, event["detail-type"]);
      }
      if (event.detail.LifecycleHookName !== undefined) await this.completeLifecycleAction(event.detail);
      await callJsonApi(this.cluster, "sqs", "AmazonSQS.DeleteMessage", { QueueUrl: this.#queue, ReceiptHandle });
    } catch (error) {
      // The queue gives the message again.
      this.problems.push(error instanceof Error ? error.message.slice(0, 300) : String(error));
    }
  }

  private async drain(instance: string, event: string): Promise<void> {
    const began = Date.now();
    const pods = await listEvictablePods(this.cluster, instance);
    const options = [
      "--ignore-daemonsets",
      "--delete-emptydir-data",
      "--force",
      "--timeout=90s",
      "--request-timeout=0",
    ];
    await this.cluster.kubectl("drain", instance, ...options).catch((error: unknown) => {
      this.problems.push(error instanceof Error ? error.message.slice(0, 300) : String(error));
    });
    const left = await listEvictablePods(this.cluster, instance).catch(() => []);
    this.drains.push({ instance, event, pods: pods.length, left, seconds: (Date.now() - began) / 1000 });
  }

  private async completeLifecycleAction({
    AutoScalingGroupName = "",
    LifecycleHookName = "",
    LifecycleActionToken = "",
    EC2InstanceId = "",
  }: Event["detail"]): Promise<void> {
    await callQueryApi(this.cluster, "autoscaling", "CompleteLifecycleAction", {
      ...{ AutoScalingGroupName, LifecycleHookName, LifecycleActionToken, LifecycleActionResult: "CONTINUE" },
      InstanceId: EC2InstanceId,
    });
  }
}

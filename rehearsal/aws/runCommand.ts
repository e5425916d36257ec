/** SSM Run Command: runs shell scripts as root on rehearsed machines, as their SSM agents do on AWS. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { messageOf } from "../../cli/program";
import type { ExecResult } from "../machines/types";
import type { AwsReply } from "./api/awsApi";

const sendCommandSchema = z.looseObject({
  DocumentName: z.string(),
  InstanceIds: z.array(z.string()).min(1),
  Parameters: z.looseObject({
    commands: z.array(z.string()).min(1),
    executionTimeout: z.array(z.string()).default(["3600"]),
  }),
});
const invocationSchema = z.looseObject({ CommandId: z.string(), InstanceId: z.string() });

interface Invocation {
  readonly status: "InProgress" | "Success" | "Failed";
  readonly result?: ExecResult;
}

/** Longest output that GetCommandInvocation returns, in characters, by AWS's API reference. */
const maxOutput = { stdout: 24_000, stderr: 8000 };

/** Runs a command on a machine; undefined: no such machine runs. */
type Execute = (
  instanceId: string,
  argv: readonly string[],
  options: { readonly timeoutMs: number },
) => Promise<ExecResult> | undefined;

export class RunCommand {
  readonly #invocations = new Map<string, Invocation>();

  constructor(private readonly execute: Execute) {}

  /** Answer to a call of SSM with this JSON body; undefined for calls that are not about commands. */
  answer(action: string, body: string): AwsReply | undefined {
    if (action === "SendCommand") return this.send(sendCommandSchema.parse(JSON.parse(body)));
    if (action === "GetCommandInvocation") return this.read(invocationSchema.parse(JSON.parse(body)));
    return undefined;
  }

  private send({ DocumentName, InstanceIds, Parameters }: z.infer<typeof sendCommandSchema>): AwsReply {
    if (DocumentName !== "AWS-RunShellScript") return refusal("InvalidDocument", `${DocumentName} is not rehearsed`);
    const id = randomUUID();
    const timeoutMs = Number(Parameters.executionTimeout[0]) * 1000;
    const started = InstanceIds.map((instance) => ({
      instance,
      running: this.execute(instance, ["sh", "-c", Parameters.commands.join("\n")], { timeoutMs }),
    }));
    // AWS refuses the whole command.
    const absent = started.find(({ running }) => running === undefined);
    if (absent !== undefined) return refusal("InvalidInstanceId", `Instances not in a valid state: ${absent.instance}`);
    for (const { instance, running } of started) {
      const key = `${id} ${instance}`;
      this.#invocations.set(key, { status: "InProgress" });
      void running
        ?.catch((error: unknown): ExecResult => ({ code: 1, stdout: "", stderr: messageOf(error) }))
        .then((result) => {
          this.#invocations.set(key, { status: result.code === 0 ? "Success" : "Failed", result });
        });
    }
    return reply({ Command: { CommandId: id, DocumentName, InstanceIds, Status: "Pending" } });
  }

  private read({ CommandId, InstanceId }: z.infer<typeof invocationSchema>): AwsReply {
    const found = this.#invocations.get(`${CommandId} ${InstanceId}`);
    if (found === undefined) return refusal("InvocationDoesNotExist", `${CommandId} did not run on ${InstanceId}`);
    const { status, result } = found;
    return reply({
      ...{ CommandId, InstanceId, Status: status, StatusDetails: status, ResponseCode: result?.code ?? -1 },
      StandardOutputContent: result?.stdout.slice(0, maxOutput.stdout) ?? "",
      StandardErrorContent: result?.stderr.slice(0, maxOutput.stderr) ?? "",
    });
  }
}

const contentType = "application/x-amz-json-1.1";
const reply = (body: object): AwsReply => ({ status: 200, contentType, body: JSON.stringify(body) });
const refusal = (code: string, message: string): AwsReply => ({
  ...{ status: 400, contentType },
  body: JSON.stringify({ __type: code, message }),
});

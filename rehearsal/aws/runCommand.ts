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

/** Runs commands on a machine. */
interface CommandTarget {
  exec(argv: readonly string[], options: { readonly timeoutMs: number }): Promise<ExecResult>;
}

export class RunCommand {
  readonly #invocations = new Map<string, Invocation>();

  /** @param machineOf machine of an instance; undefined: none */
  constructor(private readonly machineOf: (instanceId: string) => CommandTarget | undefined) {}

  /** Answer to a call of SSM with this JSON body; undefined for calls that are not about commands. */
  answer(action: string, body: string): AwsReply | undefined {
    if (action === "SendCommand") return this.send(sendCommandSchema.parse(JSON.parse(body)));
    if (action === "GetCommandInvocation") return this.read(invocationSchema.parse(JSON.parse(body)));
    return undefined;
  }

  private send({ DocumentName, InstanceIds, Parameters }: z.infer<typeof sendCommandSchema>): AwsReply {
    if (DocumentName !== "AWS-RunShellScript") return refusal("InvalidDocument", `${DocumentName} is not rehearsed`);
    const targets = InstanceIds.map((instance) => ({ instance, machine: this.machineOf(instance) }));
    const absent = targets.find(({ machine }) => machine === undefined);
    if (absent !== undefined) return refusal("InvalidInstanceId", `Instances not in a valid state: ${absent.instance}`);
    const id = randomUUID();
    const argv = ["sh", "-c", Parameters.commands.join("\n")];
    const timeoutMs = Number(Parameters.executionTimeout[0]) * 1000;
    for (const { instance, machine } of targets) {
      const key = `${id} ${instance}`;
      this.#invocations.set(key, { status: "InProgress" });
      void machine
        ?.exec(argv, { timeoutMs })
        .catch((error: unknown): ExecResult => ({ code: 1, stdout: "", stderr: messageOf(error) }))
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

/** Reads files with the code that Kubernetes' programs read them with (rehearsal/assets/modules/readers). */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { preparePrograms } from "../../../rehearsal/assets";

/** Kind of a file, which decides the code that reads it. */
export type FileKind =
  | "abac"
  | "admission"
  | "api-server"
  | "audit"
  | "authentication"
  | "authorization"
  | "controller-manager"
  | "encryption"
  | "kubeadm"
  | "kubeconfig"
  | "kubelet"
  | "kubelet-patched"
  | "kubeproxy"
  | "object";

export interface Question {
  /** Those that are no kind of a file return a text, the others only an error. */
  readonly kind:
    | FileKind
    | "cel-library"
    | "flag-defaults"
    | "image-credentials"
    | "kubeadm-versions"
    | "kubelet-defaults"
    | "proxy"
    | "yaml"
    | "yaml-v3";
  readonly text: string;
}

export interface Answer {
  /** Empty for a file that the program accepts. */
  readonly error: string;
  readonly text: string;
}

export class Readers {
  private constructor(private readonly program: string) {}

  /** Builds the program if necessary, unless `READERS` names one: that of another Kubernetes version. */
  static async prepare(): Promise<Readers> {
    if (process.env.READERS !== undefined) return new Readers(process.env.READERS);
    const { readers } = await preparePrograms(["readers"], () => undefined);
    return new Readers(join(readers, "readers"));
  }

  /** Answers in the order of the questions. @param environment of the program; default: that of this process */
  ask(questions: readonly Question[], environment?: NodeJS.ProcessEnv): readonly Answer[] {
    const input = questions.map((question) => `${JSON.stringify(question)}\n`).join("");
    const { status, stdout, stderr, error } = spawnSync(this.program, {
      ...{ input, encoding: "utf8", maxBuffer: 2 ** 30 },
      ...(environment !== undefined && { env: environment }),
    });
    if (error !== undefined || status !== 0) {
      throw new Error(`readers ended with ${status ?? error?.message}: ${stderr.slice(0, 2000)}`);
    }
    const answers = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Answer);
    if (answers.length !== questions.length)
      throw new Error(`${answers.length} answers to ${questions.length} questions`);
    return answers;
  }
}

/** Progress of work in phases: a live list on a terminal, plain lines elsewhere. */
import { type DefaultRenderer, Listr, type ListrTaskWrapper, type SimpleRenderer } from "listr2";

type Wrapper = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>;

/** Output of a running phase. */
export interface PhaseOutput {
  /** Replaces the lines below the phase, on a terminal only. */
  live(lines: readonly string[]): void;
  /** Adds a line, without a terminal only. */
  line(text: string): void;
}

export interface Display {
  /** Columns of the terminal; infinite without one. */
  readonly width: number;
  /** Prints text between phases. */
  note(text: string): void;
  /** Runs a phase under a title. Shows an error and rethrows it. */
  phase<T>(title: string, run: (output: PhaseOutput) => Promise<T>): Promise<T>;
}

export function createDisplay(stream: NodeJS.WriteStream = process.stdout): Display {
  return stream.isTTY ? new TerminalDisplay(stream) : new PlainDisplay(stream);
}

class TerminalDisplay implements Display {
  constructor(private readonly stream: NodeJS.WriteStream) {}

  get width(): number {
    return this.stream.columns;
  }

  note(text: string): void {
    this.stream.write(`${text}\n`);
  }

  async phase<T>(title: string, run: (output: PhaseOutput) => Promise<T>): Promise<T> {
    let result: { value: T } | undefined;
    const task = async (_context: unknown, wrapper: Wrapper): Promise<void> => {
      const started = performance.now();
      const output: PhaseOutput = { live: (lines) => (wrapper.output = lines.join("\n")), line: () => undefined };
      result = { value: await run(output) };
      wrapper.title = `${title} (${seconds(performance.now() - started)})`;
    };
    const rendererOptions = { collapseErrors: false, showErrorMessage: false };
    await new Listr([{ title, task }], { rendererOptions }).run();
    if (result === undefined) throw new Error(`${title}: ended without a result`);
    return result.value;
  }
}

class PlainDisplay implements Display {
  readonly width = Infinity;

  constructor(private readonly stream: NodeJS.WritableStream) {}

  note(text: string): void {
    this.stream.write(`${text}\n`);
  }

  async phase<T>(title: string, run: (output: PhaseOutput) => Promise<T>): Promise<T> {
    const started = performance.now();
    this.note(title);
    const value = await run({
      live: () => undefined,
      line: (text) => {
        this.note(`  [${seconds(performance.now() - started).padStart(7)}] ${text}`);
      },
    });
    this.note(`${title}: done in ${seconds(performance.now() - started)}`);
    return value;
  }
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

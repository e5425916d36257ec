/** Histories for the checker, made by hand: lines as the recorder writes them. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { preparePrograms } from "../../../rehearsal/assets";
import type { HistoryVerdict } from "../../../rehearsal/drills/recorder";

export interface Item {
  readonly value: string;
  readonly revision: number;
}

/** Line of a history. */
export interface HistoryRecord {
  readonly type: string;
  readonly at: number;
  readonly [field: string]: unknown;
}

interface OperationFields {
  readonly value?: string;
  readonly expect?: number;
  readonly revision?: number;
  readonly got?: string;
  readonly items?: Readonly<Record<string, Item>>;
  /** Event that the watchers receive; default: that of an acknowledged write. */
  readonly event?: { readonly revision: number } | "none";
}

const watchers = [100, 101];

/** Clock of a history, and its lines in order. Operations follow each other, unless a test calls `call` and `answer`. */
export class TestHistory {
  readonly records: HistoryRecord[] = [];
  #at = 0;
  #id = 0;
  readonly #existing = new Map<string, string>();

  constructor(readonly start = 10) {
    this.add({ type: "start", revision: start });
    for (const client of watchers) this.add({ type: "watch", client, revision: start });
  }

  add(record: Omit<HistoryRecord, "at">): this {
    this.#at += 10;
    this.records.push({ at: this.#at, ...record } as HistoryRecord);
    return this;
  }

  call(client: number, action: string, key: string, fields: OperationFields = {}): number {
    this.#id += 1;
    const { value, expect } = fields;
    this.add({ type: "call", id: this.#id, client, action, ...(key !== "" && { key }), value, expect });
    return this.#id;
  }

  answer(id: number, result: string, fields: OperationFields = {}): this {
    const { revision, got, items } = fields;
    return this.add({ type: "return", id, result, revision, value: got, items });
  }

  /** Event for all watchers, or for some. */
  event(key: string, value: string | undefined, revision: number, to: readonly number[] = watchers): this {
    const event = value === undefined ? "DELETED" : this.#existing.has(key) ? "MODIFIED" : "ADDED";
    const shown = value ?? this.#existing.get(key);
    if (value === undefined) this.#existing.delete(key);
    else this.#existing.set(key, value);
    for (const client of to) this.add({ type: "event", client, event, key, value: shown, revision });
    return this;
  }

  /** Operation with its answer, and the event of a write. */
  operation(client: number, action: string, key: string, result: string, fields: OperationFields = {}): this {
    this.answer(this.call(client, action, key, fields), result, fields);
    const { event, revision, value } = fields;
    const writes = ["create", "update", "swap", "delete"].includes(action);
    const at =
      event === undefined
        ? result === "ok" && writes
          ? revision
          : undefined
        : event === "none"
          ? undefined
          : event.revision;
    return at === undefined ? this : this.event(key, action === "delete" ? undefined : value, at);
  }

  /** Last write, which the watchers see. */
  end(revision: number): this {
    return this.operation(9, "create", "end-0", "ok", { value: "end", revision }).add({ type: "final", revision });
  }
}

export interface Checked extends HistoryVerdict {
  /** HTML; undefined: not written. */
  readonly shown?: string | undefined;
}

/** Starts the checker on histories in a folder of its own. */
export class Checker {
  readonly directory = mkdtempSync(join(tmpdir(), "holdfast-history-"));
  private constructor(readonly program: string) {}

  static async create(): Promise<Checker> {
    const { recorder } = await preparePrograms(["recorder"], () => undefined);
    return new Checker(join(recorder, "recorder"));
  }

  checkText(text: string): HistoryVerdict {
    writeFileSync(this.records, text);
    return this.checkFile(this.records);
  }

  checkFile(records: string): HistoryVerdict {
    rmSync(this.page, { force: true });
    const output = execFileSync(this.program, ["check", `-history=${records}`, `-html=${this.page}`], {
      encoding: "utf8",
      maxBuffer: 64 << 20,
    });
    return JSON.parse(output) as HistoryVerdict;
  }

  check({ records }: TestHistory): HistoryVerdict {
    return this.checkText(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  }

  get records(): string {
    return join(this.directory, "history.jsonl");
  }

  get page(): string {
    return join(this.directory, "history.html");
  }

  destroy(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

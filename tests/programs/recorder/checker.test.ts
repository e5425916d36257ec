/** The checker of the recorder, on histories made by hand. Needs neither root nor a cluster. */
import { existsSync, readFileSync } from "node:fs";
import { Checker, TestHistory } from "./histories";

let checker: Checker;
beforeAll(async () => {
  checker = await Checker.create();
}, 1_800_000);
afterAll(() => {
  checker.destroy();
});

const key = "shared-0";

/** A created and a swapped ConfigMap: value b at revision 12. */
const swapped = (): TestHistory =>
  new TestHistory()
    .operation(0, "create", key, "ok", { value: "a", revision: 11 })
    .operation(1, "swap", key, "ok", { value: "b", expect: 11, revision: 12 });

const violations = (history: TestHistory): readonly string[] => checker.check(history).violations;

describe("a correct history", () => {
  it("has every operation counted, and no violation", () => {
    const history = swapped()
      .operation(0, "read", key, "ok", { got: "b", revision: 12 })
      .operation(0, "swap", key, "conflict", { value: "c", expect: 11 })
      .operation(0, "create", key, "exists", { value: "d" })
      .operation(2, "list", "", "ok", { revision: 12, items: { [key]: { value: "b", revision: 12 } } })
      .operation(1, "delete", key, "ok", { expect: 12, event: { revision: 13 } })
      .operation(0, "read", key, "absent")
      .operation(2, "update", key, "absent", { value: "e" })
      .operation(3, "create", "write-3-1", "ok", { value: "f", revision: 14 })
      .operation(3, "create", "write-3-2", "failed", { value: "g" })
      .operation(2, "list-all", "", "ok", { revision: 14, items: { "write-3-1": { value: "f", revision: 14 } } })
      .end(15);
    expect(checker.check(history)).toEqual({ operations: 12, events: 5, violations: [] });
    expect(existsSync(checker.page)).toBe(false);
  });

  it("can end with half a line of a killed program, whose last calls have no answer", () => {
    const history = swapped();
    history.call(0, "swap", key, { value: "c", expect: 12 });
    const text = history.records.map((record) => `${JSON.stringify(record)}\n`).join("");
    expect(checker.checkText(`${text}{"type":"ret`).violations).toEqual([]);
  });

  it("has writes without an answer that happened, happened later, or never", () => {
    const unanswered = (after: (history: TestHistory) => void): TestHistory => {
      const history = swapped().operation(0, "swap", key, "unknown", { value: "c", expect: 12 });
      after(history);
      return history;
    };
    const happened = unanswered((history) =>
      history.event(key, "c", 13).operation(1, "read", key, "ok", { got: "c", revision: 13 }).end(14),
    );
    const later = unanswered((history) =>
      history
        .operation(1, "read", key, "ok", { got: "b", revision: 12 })
        .event(key, "c", 13)
        .operation(1, "read", key, "ok", { got: "c", revision: 13 })
        .end(14),
    );
    const never = unanswered((history) =>
      history.operation(1, "swap", key, "ok", { value: "d", expect: 12, revision: 13 }).end(14),
    );
    // Without watches to the end, nothing decides.
    const undecided = unanswered((history) => history.operation(1, "read", key, "ok", { got: "b", revision: 12 }));
    for (const history of [happened, later, never, undecided]) expect(violations(history)).toEqual([]);
  });

  it("has deletes without an answer that happened or not", () => {
    const unanswered = (): TestHistory => swapped().operation(0, "delete", key, "unknown", { expect: 12 });
    const happened = unanswered().event(key, undefined, 13).operation(1, "read", key, "absent").end(14);
    const never = unanswered().operation(1, "read", key, "ok", { got: "b", revision: 12 }).end(14);
    const other = unanswered()
      .operation(1, "delete", key, "ok", { expect: 12, event: { revision: 13 } })
      .end(14);
    for (const history of [happened, never, other]) expect(violations(history)).toEqual([]);
  });

  it("has watchers that listed again after 410 Gone, and missed what was before", () => {
    const history = swapped()
      .operation(100, "list-all", "", "ok", { revision: 12, items: { [key]: { value: "b", revision: 12 } } })
      .add({ type: "watch", client: 100, revision: 12 })
      .end(13);
    const records = history.records.filter(
      ({ type, client, revision }) => type !== "event" || client !== 100 || revision !== 12,
    );
    expect(checker.checkText(records.map((record) => `${JSON.stringify(record)}\n`).join("")).violations).toEqual([]);
  });
});

/** Restore of the backup at revision 12, after which revisions start at 1000. All watchers list again at 1002. */
const restored = (before: (history: TestHistory) => void, after: (history: TestHistory) => void): TestHistory => {
  const history = swapped();
  before(history);
  history
    .add({ type: "restored", revision: 12, resumedAt: 1000 })
    .operation(0, "create", "write-0-1", "ok", { value: "r", revision: 1001, event: "none" });
  after(history);
  const items = { [key]: { value: "b", revision: 12 }, "write-0-1": { value: "r", revision: 1001 } };
  for (const client of [100, 101])
    history
      .operation(client, "list-all", "", "ok", { revision: 1002, items })
      .add({ type: "watch", client, revision: 1002 });
  return history.end(1003);
};
const discarded = (history: TestHistory): void => {
  history.operation(0, "swap", key, "ok", { value: "c", expect: 12, revision: 13 });
};

describe("a restore from a backup", () => {
  it("may discard what was written after the backup, but nothing else", () => {
    const allowed = restored(discarded, (history) =>
      history.operation(1, "read", key, "ok", { got: "b", revision: 12 }),
    );
    expect(violations(allowed)).toEqual([]);
    const kept = restored(discarded, (history) => history.operation(1, "read", key, "ok", { got: "c", revision: 13 }));
    expect(violations(kept)).toContain("shared-0 is not linearizable after the restore");
    const lost = restored(discarded, (history) => history.operation(1, "read", key, "absent"));
    expect(violations(lost)).toContain("shared-0 is not linearizable after the restore");
  });

  it("does not excuse a violation before the backup", () => {
    const history = restored(
      (before) => before.operation(1, "read", key, "ok", { got: "a", revision: 11 }),
      () => undefined,
    );
    expect(violations(history)).toEqual(["shared-0 is not linearizable before the restore"]);
  });

  it("ends the watches that have seen what it discarded", () => {
    const history = swapped();
    discarded(history);
    history
      .add({ type: "restored", revision: 12, resumedAt: 1000 })
      .operation(0, "create", "write-0-1", "ok", { value: "r", revision: 1001 })
      .end(1002);
    expect(violations(history)).toContain(
      "watcher 100 continued across the restore, from revision 13 to 1001, without 410 Gone",
    );
  });
});

describe("a violation", () => {
  const lists = (revision: number, value: string, at: number): TestHistory =>
    swapped()
      .operation(2, "list", "", "ok", { revision, items: { [key]: { value, revision: at } } })
      .end(13);
  it.each<[string, () => TestHistory, string]>([
    [
      "a stale read",
      () => swapped().operation(0, "read", key, "ok", { got: "a", revision: 11 }).end(13),
      "shared-0 is not linearizable",
    ],
    [
      "a lost swap",
      () => swapped().operation(0, "swap", key, "ok", { value: "c", expect: 12, revision: 13, event: "none" }).end(14),
      "watcher 100, at revision 14, did not receive swap shared-0 = c at 13",
    ],
    [
      "a lost swap that a later one overlooks",
      () =>
        swapped()
          .operation(0, "swap", key, "ok", { value: "c", expect: 12, revision: 13 })
          .operation(1, "read", key, "ok", { got: "b", revision: 12 })
          .end(14),
      "shared-0 is not linearizable",
    ],
    [
      "a doubled swap",
      () =>
        swapped()
          .operation(0, "swap", key, "ok", { value: "c", expect: 12, revision: 13 })
          .operation(1, "swap", key, "ok", { value: "d", expect: 12, revision: 14 })
          .end(15),
      "shared-0 is not linearizable",
    ],
    [
      "a doubled delete",
      () =>
        swapped()
          .operation(0, "delete", key, "ok", { expect: 12, event: { revision: 13 } })
          .operation(1, "delete", key, "ok", { expect: 12, event: "none" })
          .end(14),
      "shared-0 is not linearizable",
    ],
    [
      "a created object that exists",
      () => swapped().operation(0, "create", key, "ok", { value: "c", revision: 13 }).end(14),
      "shared-0 is not linearizable",
    ],
    [
      "a refused swap that happened",
      () =>
        swapped()
          .operation(0, "swap", key, "conflict", { value: "c", expect: 11, event: { revision: 13 } })
          .end(14),
      "client 0: swap shared-0 at 11 := c: conflict, but watchers received MODIFIED shared-0 = c at 13",
    ],
    [
      "an event that no client caused",
      () => swapped().event(key, "z", 13).end(14),
      "watchers received MODIFIED shared-0 = z at 13, which no client wrote",
    ],
    [
      "a gap in a watch",
      () =>
        swapped()
          .operation(0, "update", key, "ok", { value: "c", revision: 13, event: "none" })
          .event(key, "c", 13, [100])
          .end(14),
      "watcher 101, at revision 14, did not receive MODIFIED shared-0 = c at 13",
    ],
    [
      "an acknowledged delete without an event",
      () =>
        swapped()
          .operation(0, "delete", key, "ok", { expect: 12, event: "none" })
          .operation(0, "read", key, "absent")
          .end(14),
      "client 0: delete shared-0 at 12: ok, but watchers received no event of it",
    ],
    [
      "an event twice",
      () => swapped().event(key, "b", 12, [101]).end(13),
      "watcher 101 received MODIFIED shared-0 = b at 12 after revision 12",
    ],
    [
      "events out of order",
      () => {
        const history = new TestHistory();
        const first = history.call(0, "create", key, { value: "a" });
        const second = history.call(1, "create", "shared-1", { value: "b" });
        return history
          .event("shared-1", "b", 12)
          .event(key, "a", 11)
          .answer(first, "ok", { revision: 11 })
          .answer(second, "ok", { revision: 12 })
          .end(13);
      },
      "watcher 100 received ADDED shared-0 = a at 11 after revision 12",
    ],
    [
      "a bookmark that goes back",
      () => swapped().add({ type: "bookmark", client: 100, revision: 11 }).end(13),
      "watcher 100 received a bookmark of revision 11 after revision 12",
    ],
    [
      "an event before its bookmark",
      () => swapped().add({ type: "bookmark", client: 100, revision: 20 }).end(14),
      "watcher 100 received ADDED end-0 = end at 14 after revision 20",
    ],
    [
      "a write whose revision goes back",
      () => swapped().operation(1, "create", "shared-1", "ok", { value: "c", revision: 9, event: "none" }).end(13),
      "client 1: create shared-1 := c: ok at 9 revision 9, after client 1 had received revision 12",
    ],
    ["a list of an older revision", () => lists(11, "a", 11), "after client 1 had received revision 12"],
    [
      "a list that differs from its revision",
      () => lists(12, "a", 11),
      "client 2: list at revision 12 has shared-0 a at 11, watchers saw b at 12",
    ],
    [
      "a watcher that has not seen the last write",
      () =>
        swapped()
          .operation(9, "create", "end-0", "ok", { value: "end", revision: 13, event: "none" })
          .add({ type: "final", revision: 13 }),
      "watcher 100 reached only revision 12 of 13",
    ],
    [
      "no answer at the end",
      () => swapped().add({ type: "final", revision: -1 }),
      "the last write was not acknowledged",
    ],
    [
      "no watch",
      () => {
        const history = new TestHistory();
        history.records.splice(0, 3);
        return history
          .operation(0, "create", key, "ok", { value: "a", revision: 11, event: "none" })
          .add({ type: "final", revision: 11 });
      },
      "no watch was opened",
    ],
  ])("%s is found, and shown on a page", (_case, history, expected) => {
    const found = violations(history());
    expect(found).toContainEqual(expect.stringContaining(expected));
    const page = readFileSync(checker.page, "utf8");
    expect(page).toContain("<html");
    for (const violation of found) expect(page).toContain(JSON.stringify(violation).slice(1, -1));
  });
});

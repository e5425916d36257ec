import { setTimeout as sleep } from "node:timers/promises";
import { Coalesced } from "../../rehearsal/coalesced";

test("calls during a run share the next run, which starts after them", async () => {
  const log: string[] = [];
  let run = 0;
  const work = new Coalesced(async () => {
    run += 1;
    const number = run;
    log.push(`start ${number}`);
    await sleep(10);
    log.push(`end ${number}`);
  });
  const first = work.run();
  await sleep(1);
  await Promise.all([first, work.run(), work.run(), work.run()]);
  expect(log).toEqual(["start 1", "end 1", "start 2", "end 2"]);
});

test("a failed run fails its callers only", async () => {
  let failing = true;
  const work = new Coalesced(() => (failing ? Promise.reject(new Error("refused")) : Promise.resolve()));
  await expect(work.run()).rejects.toThrow("refused");
  failing = false;
  await work.run();
});

/** Count of the values in etcd by their encryption key, with real etcd members. */
import type { EtcdMachine } from "./members";
import { membersForAll, succeed } from "./support";

describe("etcd-encryption-keys", () => {
  const get = membersForAll();

  test("counts encrypted values of all resources, and no others", async () => {
    const machine = get().all[0] as EtcdMachine;
    const count = async (): Promise<unknown> => JSON.parse(await succeed(machine, "bin/etcd-encryption-keys"));
    expect(await count()).toEqual({});
    // Values as API servers write them, with binary data after the prefix; more than one page of them.
    const value = (key: string): string =>
      `{ printf 'k8s:enc:secretbox:v1:${key}:'; head -c 300 /dev/urandom; } >"$HOME/${key}"`;
    const { code, output } = await machine.run(`etcd_client
      ${value("1")}; ${value("2026-11")}; printf 'k8s\\0\\n plain' >"$HOME/plain"
      put() { etcdctl put "$1" <"$HOME/$2" >/dev/null; }
      for ((i = 0; i < 7; i++)); do put "/registry/secrets/a/old-$i" 1; done
      for ((i = 0; i < 5; i++)); do put "/registry/example.com/orders/a/new-$i" 2026-11; done
      put /registry/configmaps/a/plain plain; put /other/key 1
      for ((page = 0; page < 1203; page += 100)); do
        { echo; for ((i = page; i < page + 100; i++)); do echo "put /registry/filler/$i x"; done; echo; echo; } | etcdctl txn >/dev/null
      done`);
    expect([code, output]).toEqual([0, ""]);
    expect(await count()).toEqual({ "1": 7, "2026-11": 5 });
  }, 60_000);
});

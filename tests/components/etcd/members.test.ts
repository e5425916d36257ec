import fc from "fast-check";

import type { ClusterSpec } from "../../../components/clusterSpec";
import {
  clientUrls,
  controlPlaneMembers,
  etcdMembers,
  possibleEtcdMembers,
  spreadMembers,
} from "../../../components/etcd/members.plan";
import { specOf } from "../../specs";

const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];

function withZones(count: number, base: object = {}): ClusterSpec {
  return specOf({
    name: "blue",
    domain: "blue.example.internal",
    network: { zones: zones.slice(0, count) },
    controlPlane: { members: 3 },
    protect: false,
    workers: { general: {} },
    ...base,
  });
}

describe("members", () => {
  test.each([
    [1, ["z1"], ["a:z1"]],
    [1, ["z1", "z2", "z3"], ["a:z1"]],
    [3, ["z1"], ["a:z1", "b:z1", "c:z1"]],
    [3, ["z1", "z2"], ["a:z1", "b:z2", "c:z1"]],
    [3, ["z1", "z2", "z3"], ["a:z1", "b:z2", "c:z3"]],
    [5, ["z1", "z2", "z3"], ["a:z1", "b:z2", "c:z3", "d:z1", "e:z2"]],
    [5, ["z1", "z2", "z3", "z4", "z5", "z6"], ["a:z1", "b:z2", "c:z3", "d:z4", "e:z5"]],
  ])("%i over %j", (count, over, expected) => {
    expect(spreadMembers(count, over).map(({ name, zone }) => `${name}:${zone}`)).toEqual(expected);
  });

  test.each([0, 2, 4, 6, 7, -1, 1.5, NaN])("%p members are refused", (count) => {
    expect(() => spreadMembers(count, ["z1"])).toThrow(/1, 3 or 5/);
  });

  test("no zone is an error", () => {
    expect(() => spreadMembers(3, [])).toThrow(/at least one zone/);
  });

  const counts = fc.constantFrom(1, 3, 5);
  const zoneLists = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 6 });

  test("are spread evenly over the zones", () => {
    fc.assert(
      fc.property(counts, zoneLists, (count, over) => {
        const members = spreadMembers(count, over);
        expect(members).toHaveLength(count);
        expect(new Set(members.map(({ name }) => name)).size).toBe(count);
        const loads = over.map((zone) => members.filter((member) => member.zone === zone).length);
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("in three zones keep their quorum when one zone fails", () => {
    for (const count of [3, 5]) {
      for (const lost of zones) {
        const left = spreadMembers(count, zones).filter(({ zone }) => zone !== lost).length;
        expect(left).toBeGreaterThan(count / 2);
      }
    }
  });

  test("added members take new letters and move no other member", () => {
    fc.assert(
      fc.property(zoneLists, (over) => {
        expect(spreadMembers(5, over).slice(0, 3)).toEqual(spreadMembers(3, over));
        expect(spreadMembers(3, over).slice(0, 1)).toEqual(spreadMembers(1, over));
      }),
    );
  });

  test("appending a zone moves no member if there are at least as many zones as members", () => {
    fc.assert(
      fc.property(counts, zoneLists, fc.string({ minLength: 1 }), (count, over, added) => {
        fc.pre(over.length >= count);
        expect(spreadMembers(count, [...over, added])).toEqual(spreadMembers(count, over));
      }),
    );
  });
});

describe("etcd members", () => {
  test("are the control plane's with topology stacked", () => {
    const spec = withZones(3);
    expect(etcdMembers(spec).map(({ name, zone }) => ({ name, zone }))).toEqual(controlPlaneMembers(spec));
  });

  test("are counted separately with topology external", () => {
    const spec = withZones(3, { etcd: { topology: "external", members: 5 } });
    expect(controlPlaneMembers(spec)).toHaveLength(3);
    expect(etcdMembers(spec).map(({ dnsName }) => dnsName)).toEqual(
      ["a", "b", "c", "d", "e"].map((letter) => `etcd-${letter}.blue.example.internal`),
    );
  });

  test("have peer and client URLs with DNS names, whatever their number is", () => {
    const [, second, ...others] = possibleEtcdMembers("blue.example.internal");
    expect(second).toEqual({
      name: "b",
      dnsName: "etcd-b.blue.example.internal",
      clientUrl: "https://etcd-b.blue.example.internal:2379",
      peerUrl: "https://etcd-b.blue.example.internal:2380",
    });
    expect(others.map(({ name }) => name)).toEqual(["c", "d", "e"]);
    expect(clientUrls(etcdMembers(withZones(3)))[1]).toBe(second?.clientUrl);
  });
});

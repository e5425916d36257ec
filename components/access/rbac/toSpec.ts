import type { PeopleSpec } from "./rbac.plan";
import type { ClusterSettings } from "../../clusterSettings";

type Settings = Pick<ClusterSettings["access"], keyof PeopleSpec>;

/** People, groups and roles as the specification has them: who has no other name goes by the key. */
export function toPeopleSpec({ people, groups, roles, breakGlass, certificateHours }: Settings): PeopleSpec {
  const named = <Value>(values: Readonly<Record<string, Value>>, name: (value: Value, key: string) => Value) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, name(value, key)]));
  return {
    roles,
    groups: named(groups, (group, key) => ({ ...group, name: group.name ?? key })) as PeopleSpec["groups"],
    people: named(people, (person, key) => ({ ...person, username: person.username ?? key })) as PeopleSpec["people"],
    breakGlass,
    certificateHours,
  };
}

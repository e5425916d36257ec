/** Questions about a new stack, on a terminal. */
import type { NewStack, Profile } from "./newStack.plan";
import { missingTags, profileDefaults, profileOf, profiles } from "./newStack.plan";
import { knownRegions } from "../../components/settings/regions";

const profileTexts: Readonly<Record<Profile, string>> = {
  development: "one zone, one control-plane machine, spot workers",
  staging: "three zones, three control-plane machines",
  production: "three zones, external etcd, a NAT gateway per zone, protected data",
};

/** The user ended the questions with Ctrl-C or Escape. */
export class Cancelled extends Error {}

/**
 * Asks for the region, the profile and its most important defaults, and the tags that policies require, except for those that are
 * given.
 * @throws Cancelled
 */
export async function askChoices(given: Partial<NewStack> & { readonly stack: string }): Promise<NewStack> {
  const { autocomplete, confirm, intro, isCancel, outro, select, text } = await import("@clack/prompts");
  const answer = async <T>(value: T | undefined, ask: () => Promise<T | symbol>): Promise<T> => {
    if (value !== undefined) return value;
    const found = await ask();
    if (isCancel(found)) throw new Cancelled("cancelled; nothing was written");
    return found as T;
  };
  intro(`New stack ${given.stack}`);
  const profile = await answer<Profile>(given.profile, () =>
    select({
      message: "What is the cluster for?",
      options: profiles.map((value) => ({ value, label: value, hint: profileTexts[value] })),
      initialValue: profileOf(given.stack),
    }),
  );
  const defaults = profileDefaults[profile];
  const region = await answer<string>(given.region, () =>
    autocomplete({
      message: "Which AWS region?",
      options: knownRegions.map((value) => ({ value, label: value })),
      initialValue: "eu-central-1",
      maxItems: 8,
    }),
  );
  const numbers = (values: readonly number[]) => values.map((value) => ({ value, label: String(value) }));
  const zones = await answer<number>(given.zones, () =>
    select({ message: "How many availability zones?", options: numbers([1, 2, 3]), initialValue: defaults.zones }),
  );
  const members = await answer<number>(given.members, () =>
    select({
      message: "How many control-plane machines?",
      options: numbers([1, 3, 5]),
      initialValue: defaults.members,
    }),
  );
  const spot = await answer<boolean>(given.spot, () =>
    confirm({ message: "Run workers on spot instances?", initialValue: defaults.spot }),
  );
  const tags: Record<string, string> = { ...given.tags };
  for (const key of missingTags(given)) {
    tags[key] = await answer<string>(undefined, () =>
      text({
        message: `Which value has the tag ${key}?`,
        validate: (value = "") => (value.trim() === "" ? "Write a value." : undefined),
      }),
    );
  }
  // Fewer zones or members than those of the profile may not be safe to protect.
  const protect = given.protect ?? (defaults.protect && (members === 1 || zones === 3));
  outro(`npx holdfast settings explain <path> explains every setting`);
  return { ...given, profile, region, zones, members, spot, protect, tags };
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import * as addonTable from "../../../components/addons/addonTable.plan";
import { addonsSettings } from "../../../components/addons/settings";

const root = join(__dirname, "../../../components/addons");
const entries = readdirSync(root, { withFileTypes: true });
const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== "shared").map(({ name }) => name);

test("the table has every folder", () => {
  expect(Object.keys(addonTable).sort()).toEqual(folders.sort());
});

test("the table is the only file beside the folders that imports them", () => {
  const importers = entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .filter((file) => {
      const text = readFileSync(join(root, file), "utf8");
      return folders.some((folder) => text.includes(`/${folder}/`));
    });
  expect(importers).toEqual(["addonTable.plan.ts"]);
});

test("the section of an add-on has the name of its folder", () => {
  const { enabled, apiTimeoutMinutes, ...sections } = addonsSettings.parse({});
  expect([enabled, apiTimeoutMinutes]).toEqual([true, 20]);
  const withSettings = Object.entries(addonTable).filter(([, addon]) => "settings" in addon);
  expect(Object.keys(sections)).toEqual(withSettings.map(([folder]) => folder));
});

test("names of components are unique", () => {
  const names = Object.values(addonTable).flatMap(({ components }) =>
    Object.values(components).map(({ name }) => name),
  );
  expect(new Set(names).size).toBe(names.length);
});

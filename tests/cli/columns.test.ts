import { alignColumns } from "../../cli/columns";

test("columns are as wide as their widest cell; lines have no trailing spaces", () => {
  const rows = [
    ["Name", "Age", ""],
    ["a", "12 min", "x"],
    ["longer", "", ""],
  ];
  expect(alignColumns(rows)).toEqual(["Name    Age", "a       12 min  x", "longer"]);
  expect(alignColumns([])).toEqual([]);
});

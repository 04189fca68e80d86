import { expect, it } from "vitest";
import { type Column, toCsv } from "./table";

interface Row {
  name: string;
  people: number;
}
const columns: Column<Row>[] = [
  { key: "name", label: "Name", show: (row) => row.name },
  {
    key: "people",
    label: "People",
    isNumber: true,
    show: (row) => `${row.people} people`,
    sort: (row) => row.people,
  },
];

it("writes a table that a spreadsheet reads and that starts no formula", () => {
  const rows = [
    { name: 'Say "hi"', people: 7 },
    { name: "=1+1", people: 8 },
  ];
  expect(toCsv(columns, rows)).toBe('\ufeff"Name","People"\r\n"Say ""hi""",7\r\n"\'=1+1",8\r\n');
});

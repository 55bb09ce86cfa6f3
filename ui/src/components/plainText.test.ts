import { describe, expect, it } from "vitest";

import { plainText } from "./plainText";

describe("plainText", () => {
  it.each([
    ["Looks for `date=*/*.parquet` in `/lake`.", "Looks for date=*/*.parquet in /lake."],
    ["The files are **dirty** and *late*, ~~gone~~ _soon_.", "The files are dirty and late, gone soon."],
    ["See [the docs](https://example.com) ![map](a.png).", "See the docs map."],
    ["# Orders\n\n- one a row\n- by `day_of_week`\n\n> checked", "Orders one a row by day_of_week checked"],
    ["```sql\nselect * from orders\n```", "select * from orders"],
    [
      "snake_case_names and 2 * 3 * 4 stay, so does a ` alone",
      "snake_case_names and 2 * 3 * 4 stay, so does a ` alone",
    ],
    ["", ""],
  ])("%j reads %j", (source, text) => {
    expect(plainText(source)).toBe(text);
  });
});

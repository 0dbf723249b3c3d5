import fc from "fast-check";
import { expect, it } from "vitest";
import { spliceJson } from "./splice-json.ts";

it.each([
  ["{}", '{"events":[1,2]}'],
  ['{"type":"events"}', '{"type":"events","events":[1,2]}'],
  ['{"a":{}}', '{"a":{},"events":[1,2]}'],
])("appends a field to %s", (head, text) => {
  expect(spliceJson(head, "events", "[1,2]")).toBe(text);
});

it("parses as the object with that field, whatever the values and the names", () => {
  const name = fc.string({ unit: "binary", maxLength: 8 });
  const json = fc.jsonValue({ maxDepth: 1 });
  const object = fc.dictionary(name, json, { maxKeys: 4 });
  fc.assert(
    fc.property(object, name, json, (head, field, value) => {
      fc.pre(!Object.hasOwn(head, field));
      const text = spliceJson(JSON.stringify(head), field, JSON.stringify(value));
      const expected = JSON.stringify(Object.fromEntries([...Object.entries(head), [field, value]]));
      expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(JSON.parse(expected)));
    }),
  );
});

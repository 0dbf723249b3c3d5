/**
 * JSON put together from text that is JSON already. Events travel as text from the outbox to the clients: parsing and
 * stringifying them again for each frame would cost more than all the rest of sending them.
 */

/**
 * Appends a field to an object's JSON: `spliceJson('{"type":"events"}', "events", '[1,2]')` gives
 * `{"type":"events","events":[1,2]}`.
 *
 * `head` is the JSON of an object as `JSON.stringify` writes it, without white space around it and without a field
 * of this name. `raw` is valid JSON. Neither is checked.
 */
export function spliceJson(head: string, field: string, raw: string): string {
  const separator = head === "{}" ? "" : ",";
  return `${head.slice(0, -1)}${separator}${JSON.stringify(field)}:${raw}}`;
}

/** One AMI packet as the framer cuts it out of the bytes: headers in Asterisk's own spelling, not interpreted yet. */

/** Headers: a value by its name, or all of them. */
export type Fields = Pick<ReadonlyMap<string, string>, "get" | "has" | typeof Symbol.iterator>;

/**
 * `fields` has the first value of every header, so that a later line of the same name cannot replace an earlier one.
 * `repeated` has all values of headers that occur more than once (`Variable`, `ChanVariable`). `output` has the lines
 * of a `Command` answer.
 */
export type Packet = Readonly<{
  kind: "packet";
  fields: Fields;
  repeated: ReadonlyMap<string, readonly string[]>;
  output: readonly string[];
}>;

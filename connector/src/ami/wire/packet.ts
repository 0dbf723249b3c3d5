/**
 * One AMI packet as the framer cuts it out of the bytes: header lines in Asterisk's own spelling, nothing interpreted yet.
 */

/** A header's value by its name, or all of them. */
export type Fields = Pick<ReadonlyMap<string, string>, "get" | "has" | typeof Symbol.iterator>;

/**
 * `fields` has the first value of every header (a later line of the same name cannot overrule an earlier one); `repeated` has
 * all values of those that came more than once (`Variable`, `ChanVariable`). `output` holds the lines of a `Command` answer.
 */
export type Packet = Readonly<{
  fields: Fields;
  repeated: ReadonlyMap<string, readonly string[]>;
  output: readonly string[];
}>;

/**
 * One AMI packet as the framer cuts it out of the bytes: header lines in Asterisk's own spelling, nothing interpreted yet.
 */

/**
 * `fields` has the first value of every header (a later line of the same name cannot overrule an earlier one); `repeated` has
 * all values of those that came more than once (`Variable`, `ChanVariable`). `output` holds the lines of a `Command` answer.
 */
export type Packet = Readonly<{
  fields: ReadonlyMap<string, string>;
  repeated: ReadonlyMap<string, readonly string[]>;
  output: readonly string[];
}>;

/** Something that reads AMI and counts events. */
export type Engine = Readonly<{
  /** Reads a chunk of the stream, after the banner. */
  push: (chunk: Buffer) => void;
  /** How many events were read so far, including those that were skipped. */
  counted: () => number;
  close: () => void;
}>;

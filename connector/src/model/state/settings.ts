/** What the connector's settings say to the model. */

/**
 * `wrapUpSeconds`: EV3, by queue, `*` for all that are not named. `logMs`: for how long what ended while AMI was away
 * waits for Asterisk's queue_log before it is published as `unknown`; 0 without one.
 */
export type ModelSettings = Readonly<{ wrapUpSeconds: Readonly<Record<string, number>>; logMs: number }>;

export const defaultSettings: ModelSettings = { wrapUpSeconds: {}, logMs: 0 };

/**
 * The write classes of which an action needs one, from `ListCommands` of Asterisk 22.10: the actions that a connector
 * uses, and a few that it must not.
 */
const classes: Readonly<Record<string, readonly string[]>> = {
  Atxfer: ["call"],
  CancelAtxfer: ["call"],
  Challenge: [],
  Command: ["command"],
  CoreSettings: ["system", "reporting"],
  CoreShowChannels: ["system", "reporting"],
  CoreStatus: ["system", "reporting"],
  DeviceStateList: ["call", "reporting"],
  Events: [],
  ExtensionStateList: ["call", "reporting"],
  Filter: ["system"],
  Getvar: ["call", "reporting"],
  Hangup: ["system", "call"],
  ListCommands: [],
  Login: [],
  Logoff: [],
  MixMonitorMute: ["system", "call"],
  Originate: ["originate"],
  Park: ["call"],
  ParkedCalls: [],
  Ping: [],
  PlayDTMF: ["call"],
  QueueAdd: ["agent"],
  QueueChangePriorityCaller: [],
  QueuePause: ["agent"],
  QueuePenalty: ["agent"],
  QueueRemove: ["agent"],
  QueueReset: [],
  QueueStatus: [],
  Redirect: ["call"],
  Setvar: ["call"],
  StopMixMonitor: ["system", "call"],
};

/** `write`: the write classes of the account. */
export function isPermitted(write: readonly string[], action: string): boolean {
  const name = Object.keys(classes).find((one) => one.toLowerCase() === action.toLowerCase());
  const needed = name === undefined ? [] : (classes[name] ?? []);
  return needed.length === 0 || write.includes("all") || needed.some((one) => write.includes(one));
}

/** The lines of `ListCommands` for an account. */
export function commandList(write: readonly string[]): readonly (readonly [string, string])[] {
  return Object.entries(classes)
    .filter(([action]) => isPermitted(write, action))
    .map(([action, needed]) => {
      const privileges = needed.length === 0 ? "<none>" : [...needed, "all"].join(",");
      return [action, `Does what it is called.  (Priv: ${privileges})`] as const;
    });
}

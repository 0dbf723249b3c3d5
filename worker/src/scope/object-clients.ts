/** How many clients one object serves (SC1): the setting `PBXIS_OBJECT_CLIENTS`. Pure. */

/** A client takes about 9 KB of the isolate's heap, of 128 MB, and 120 KB of the runtime outside of it. */
export const defaultObjectClients = 1_000;
/** Beyond this one object does not deliver in good time. */
const most = 10_000;

export type ObjectClients = Readonly<{ ok: true; clients: number }> | Readonly<{ ok: false; message: string }>;

export function objectClients({
  PBXIS_OBJECT_CLIENTS: text,
}: Readonly<{ PBXIS_OBJECT_CLIENTS?: string }>): ObjectClients {
  const clients = text ? Number(/^\d{1,5}$/.exec(text.trim())?.[0] ?? Number.NaN) : defaultObjectClients;
  if (clients >= 1 && clients <= most) return { ok: true, clients };
  return { ok: false, message: `PBXIS_OBJECT_CLIENTS must be a number of clients from 1 to ${most}` };
}

/** A scope object's alarm: one, at the earliest end of a grant, so that a quiet stream ends in time too. */
type AlarmStorage = Pick<DurableObjectStorage, "getAlarm" | "setAlarm" | "deleteAlarm">;

/** `ends` in ms. @throws what storage throws; the alarm is as it was then. */
export async function scheduleExpiry(storage: AlarmStorage, ends: readonly number[]): Promise<void> {
  if (ends.length === 0) return;
  const end = ends.reduce((earliest, one) => Math.min(earliest, one));
  const set = await storage.getAlarm();
  if (set === null || set > end) await storage.setAlarm(end);
}

/** An object that never had an alarm stores nothing, and deleting one would be the first thing that it stores. */
export async function clearExpiry(storage: AlarmStorage): Promise<void> {
  if ((await storage.getAlarm()) !== null) await storage.deleteAlarm();
}

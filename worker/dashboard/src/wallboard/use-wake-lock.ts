/** Keeps the screen on, if the browser supports it. The browser releases the lock whenever the page is hidden. */
import { useEffect } from "preact/hooks";

export function useWakeLock(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    let isUnmounted = false;
    const request = async (): Promise<void> => {
      if (document.hidden || !("wakeLock" in navigator)) return;
      const acquired = await navigator.wakeLock.request("screen").catch(() => undefined);
      if (isUnmounted) await acquired?.release();
      else lock = acquired;
    };
    const onVisible = (): void => void request();
    document.addEventListener("visibilitychange", onVisible);
    onVisible();
    return () => {
      isUnmounted = true;
      document.removeEventListener("visibilitychange", onVisible);
      void lock?.release();
    };
  }, []);
}

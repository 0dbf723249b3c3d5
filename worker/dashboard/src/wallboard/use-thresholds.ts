/** The thresholds that this browser stores, and a function that changes them. */
import { useState } from "preact/hooks";
import { browserStorage, readJson } from "../ui/storage.ts";
import { parseThresholds, type ThresholdsByQueue, thresholdsKey } from "./thresholds.ts";

export function useThresholds(): readonly [ThresholdsByQueue, (thresholds: ThresholdsByQueue) => void] {
  const [thresholds, setThresholds] = useState(() => parseThresholds(readJson(browserStorage, thresholdsKey)));
  const store = (chosen: ThresholdsByQueue): void => {
    browserStorage.setItem(thresholdsKey, JSON.stringify(chosen));
    setThresholds(chosen);
  };
  return [thresholds, store];
}

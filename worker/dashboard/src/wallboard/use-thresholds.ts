/** The limits that this browser keeps, for the wallboard and for its dialog. */
import { useState } from "preact/hooks";
import { browserStorage, readJson } from "../ui/storage.ts";
import { parseThresholds, type Thresholds, thresholdsKey } from "./thresholds.ts";

export function useThresholds(): readonly [Thresholds, (thresholds: Thresholds) => void] {
  const [thresholds, setThresholds] = useState(() => parseThresholds(readJson(browserStorage, thresholdsKey)));
  const keep = (chosen: Thresholds): void => {
    browserStorage.setItem(thresholdsKey, JSON.stringify(chosen));
    setThresholds(chosen);
  };
  return [thresholds, keep];
}

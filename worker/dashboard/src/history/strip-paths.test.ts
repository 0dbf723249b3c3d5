import { describe, expect, it } from "vitest";
import { stripPaths, targetPath } from "./strip-paths.ts";

const pathsOf = (waiting: (number | null)[], serviceLevel: (number | null)[] = []) =>
  stripPaths({ waiting, serviceLevel });

describe("the chart's paths", () => {
  it("are steps: a value holds until the next", () => {
    expect(pathsOf([0, 4, 2])).toMatchObject({ width: 3, waiting: "M0 100H1V4H2V52H3" });
  });

  it("have a gap where nothing is known, not a zero", () => {
    const { waiting, area } = pathsOf([null, 4, null, 4]);
    expect(waiting).toBe("M1 4H2M3 4H4");
    expect(area).toBe("M1 4H2V100H1ZM3 4H4V100H3Z");
  });

  it("scale to the most callers, at least four; the service level to 100%", () => {
    expect(pathsOf([1, 1]).waiting).toBe("M0 76H1V76H2");
    expect(pathsOf([8, 4]).waiting).toBe("M0 4H1V52H2");
    expect(pathsOf([1], [100, 50]).serviceLevel).toBe("M0 4H1V52H2");
  });

  it("have the target on the scale of the service level", () => {
    expect(targetPath(3, 100)).toBe("M0 4H3");
    expect(targetPath(3, 0)).toBe("M0 100H3");
  });

  it("are empty without data", () => {
    expect(pathsOf([])).toEqual({ width: 1, waiting: "", area: "", serviceLevel: "" });
  });
});

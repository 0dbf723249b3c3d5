/** Test files share one isolate of the worker. Each begins with empty storage, so that it may name its sites freely. */
import { reset } from "cloudflare:test";
import { afterAll } from "vitest";

afterAll(() => reset());

/**
 * The table of the worker's paths for `/openapi.json` (AP9): one operation per path and method. A test compares it with
 * the routes of the app.
 */
import { adminOperations } from "./admin-operations.ts";
import { compatOperations } from "./compat-operations.ts";
import type { Operation, Operations } from "./operation.ts";
import { publicOperations } from "./public-operations.ts";
import { siteOperations } from "./site-operations.ts";
import { streamOperations } from "./stream-operations.ts";
import { webhookOperations } from "./webhook-operations.ts";

export type TaggedOperation = Operation & Readonly<{ tag: string }>;

/** No path is in two of the tables. */
export const operations: Operations<TaggedOperation> = {
  ...tagged("streams", streamOperations),
  ...tagged("sites", siteOperations),
  ...tagged("administration", adminOperations),
  ...tagged("webhooks", webhookOperations),
  ...tagged("descriptions and pages", publicOperations),
  ...tagged("pbxis-ws", compatOperations),
};

/** Descriptions group the operations by their tag. */
function tagged(tag: string, table: Operations): Operations<TaggedOperation> {
  return Object.fromEntries(
    Object.entries(table).map(([path, methods]) => [
      path,
      Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, { ...operation, tag }])),
    ]),
  );
}

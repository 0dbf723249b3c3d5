/** The schema of a cursor's wire form. Text of any other form is the client's mistake, not an outdated cursor (ST1). */
import * as z from "zod";
import { cursorPattern } from "./cursor.ts";

export const CursorText = z.string().regex(cursorPattern, "must be <epoch>-<sequence>, such as k3-41");

/** The schema of a cursor's wire form; a string of another form is a client's mistake, not an old cursor. */
import * as z from "zod";
import { cursorPattern } from "./cursor.ts";

export const CursorText = z.string().regex(cursorPattern, "must be <epoch>-<sequence>, such as k3-41");

/**
 * The phases of a link.
 *
 * | phase     | waits for                                      | next                                                |
 * |-----------|------------------------------------------------|-----------------------------------------------------|
 * | greeting  | Asterisk's banner                              | banner → challenge, or login if plain; else → ended |
 * | challenge | the challenge for MD5                          | received → login; refused → ended                   |
 * | login     | the answer to Login                            | accepted → booting; refused → ended                 |
 * | booting   | FullyBooted, or a start time from CoreStatus   | received → filtering                                |
 * | filtering | the answers to the filters                     | all accepted → lists; one refused → mask → lists    |
 * | lists     | the regeneration's lists                       | all complete → live; a required one failed → ended  |
 * | live      | events, requests, further regenerations        | regeneration → lists; silence → ended               |
 * | any       |                                                | Shutdown, closed by the shell → ended               |
 * | ended     | nothing                                        | the shell creates a new link for a new connection   |
 */
export type Phase = "greeting" | "challenge" | "login" | "booting" | "filtering" | "lists" | "live" | "ended";

/** Why the connection ends if the phase does not end in time. */
export function overdueReason(phase: Phase): string {
  return phase === "greeting"
    ? "the server did not send a greeting in time; is it an Asterisk Manager Interface?"
    : `Asterisk did not answer in time (${phase})`;
}

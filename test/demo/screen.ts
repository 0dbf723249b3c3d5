/**
 * The demo's first screen: which processes run where, and what to try. The token is long and needed in many places: it
 * is printed once, in the dashboard's link, and the other lines read it from a file.
 */

type Screen = Readonly<{
  /** The first is that of the examples. */
  sites: readonly string[];
  edge: URL;
  token: string;
  /** The file that contains the token. */
  tokenFile: string;
  pbx: string;
  hasColour: boolean;
}>;

export function firstScreen({ sites, edge, token, tokenFile, pbx, hasColour }: Screen): string {
  const bold = (text: string) => (hasColour ? `\u001b[1m${text}\u001b[0m` : text);
  const base = new URL(`v1/sites/${sites[0]}`, edge).href;
  const isSeveral = sites.length > 1;
  const all = new URL(`v1/events?sites=${sites}&agents=*&queues=*`, edge).href;
  const allLine = isSeveral
    ? `\n  curl -sN -H "Authorization: Bearer $TOKEN" -H "Accept: text/event-stream" "${all}"   ${bold("# all sites, live")}`
    : "";
  const live = `${base.replace(/^http/, "ws")}/events?agents=*&queues=*&access_token=$TOKEN`;
  return `
  ${bold("PBX")}        ${pbx}
  ${bold("connector")}  beside the PBX: one AMI connection in, one WebSocket out, no open port
  ${bold("worker")}     ${edge.href}  (on Cloudflare in production; here in the same runtime)
  ${bold("client")}     anywhere: it receives the live events below from the worker by WebSocket

  ${bold("The dashboard, signed in: open this in a browser")}
  ${edge.href}#token=${token}

  ${bold("Or in another terminal:")}

  TOKEN=$(cat ${tokenFile})

  curl -s -H "Authorization: Bearer $TOKEN" "${base}/state?agents=*&queues=*"          ${bold("# all states now")}
  curl -sN -H "Authorization: Bearer $TOKEN" -H "Accept: text/event-stream" "${base}/events?agents=*&queues=*"   ${bold("# live, SSE")}
  curl -s -H "Authorization: Bearer $TOKEN" "${base}/events?agents=*&queues=*"         ${bold("# long poll; then with &since=<cursor>")}
  curl -s -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '{"type":"queuePause","agent":"1001","reason":"Lunch"}' "${base}/commands"   ${bold("# a command")}${allLine}

  echo "${live}"   ${bold("# the address for any WebSocket client")}

  Press Ctrl-C to stop.

  ${bold(`time      ${isSeveral ? "site    " : ""}agent            queue      event`)}`;
}

import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { connect as connectTls } from "node:tls";
import { expect, it } from "vitest";
import { describeConnectError } from "./connect-error.ts";

const failure = (code: string, message = "library words") => Object.assign(new Error(message), { code });

it.each([
  ["ECONNREFUSED", "nothing listens there (ECONNREFUSED)", "other"],
  ["ENOTFOUND", "this name has no address (ENOTFOUND)", "other"],
  ["CERT_HAS_EXPIRED", "the certificate has expired (CERT_HAS_EXPIRED)", "certificate"],
  ["CERT_REVOKED", "the certificate is not accepted (CERT_REVOKED)", "certificate"],
  ["HPE_INVALID_CONSTANT", "the other side does not answer in HTTP", "noHttp"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "the other side does not speak TLS", "noTls"],
  ["EUNHEARD", "library words", "other"],
])("%s", (code, text, kind) => {
  expect(describeConnectError(failure(code))).toEqual({ text, kind });
});

it.each([
  ["an HTTP server", () => createHttpServer()],
  ["AMI", () => createServer((socket) => socket.end("Asterisk Call Manager/9.0.0\r\n"))],
])("TLS to the plain port of %s is recognised", async (_title, create) => {
  const server = create().listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connectTls({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
  const [error] = await once(socket, "error").catch((thrown) => [thrown]);
  server.close();
  expect(describeConnectError(error)).toMatchObject({ kind: "noTls" });
});

// Posts a transfer (FILE.json) or a batch, one transfer a line (FILE.ndjson), and waits for the receipts. Node 18 or later, nothing to install.
//
//     GATEWAY=https://gateway.example KEY=... node client.mjs transfer.json
//
// Ends with 0 when everything was taken in, with 1 when something was refused, with 2 when nothing could be sent.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const { GATEWAY, KEY } = process.env;
const TRIES = 8;

// Status and JSON of the answer. Asks again after 409, 429, 503 and a broken connection: the same request, so that nothing is posted twice.
async function call(path, { body, headers = {} } = {}) {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    let wait = 2 ** attempt;
    try {
      const answer = await fetch(GATEWAY + path, {
        method: body ? "POST" : "GET",
        body,
        headers: { Authorization: `Bearer ${KEY}`, ...headers },
        signal: AbortSignal.timeout(60_000),
      });
      const said = await answer.json();
      if (![409, 429, 503].includes(answer.status)) return [answer.status, said];
      wait = Number(answer.headers.get("Retry-After") ?? wait);
    } catch (error) {
      console.error(`not sent: ${error.cause?.code ?? error.message}`);
    }
    await sleep(wait * 1000);
  }
  process.exit(2);
}

// What became of one transfer: `received` until the gateway has come to it, which takes a second or less.
async function receipt(id) {
  for (;;) {
    const [status, said] = await call(`/v1/receipts/${id}`);
    if (status !== 202) return status === 200 ? said : { status: `unknown (${status})` };
    await sleep(500);
  }
}

const name = process.argv[2];
const body = await readFile(name);
const [status, said] = await call("/v1/transfers", {
  body,
  headers: {
    "Content-Type": name.endsWith(".ndjson") ? "application/x-ndjson" : "application/json",
    // A key made of the body: this program, started again after a crash, asks for the same answer and posts nothing anew.
    "Idempotency-Key": createHash("sha256").update(body).digest("hex"),
  },
});
if (![202, 422].includes(status) || !said.transfers) {
  console.error(`${status} ${said.code}: ${said.detail}`);
  process.exit(2);
}
for (const one of said.transfers) {
  const outcome = one.status === "accepted" ? await receipt(one.receipt) : one;
  console.log(`line ${one.line}: ${outcome.status} ${outcome.code ?? ""} ${outcome.detail ?? ""}`.trimEnd());
  if (outcome.status !== "accepted") process.exitCode = 1;
}

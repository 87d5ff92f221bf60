// enrich-as - the sample `enrich`, in AssemblyScript: adds what another server knows of a customer to an order, and
// remembers it for a while.
import { Code, config, handler, http, JSON, kv, log, Request, Response } from "leat/assembly";
export { allocate } from "leat/assembly";

function enrich(request: Request): Response {
  const order = JSON.parse(request.text);
  if (!order || !order.isObject) return problem(400, "The body must be a JSON object.");
  const named = order.get("customer");
  const id = named.isString ? named.asString() : named.isNumber ? named.toString() : "";
  if (!isId(id)) return problem(400, "The order's customer must be 1-64 letters, digits and '-'.");

  const key = "customer:" + id;
  const cached = kv.getText(key);
  if (!cached.isOk && !cached.isAbsent) log.warn("the cache was not read");
  const known = cached.isOk ? JSON.parse(cached.value) : null;
  if (known) return enriched(order, known, "hit");

  const answer = http.get(config.str("base_url", "") + "/customers/" + id).header("accept", "application/json").send();
  if (answer.code == Code.DENIED) return problem(502, "The server of customers is not allowed: see http.allow.");
  if (!answer.isOk) return problem(502, "The server of customers did not answer.");
  if (answer.value.status == 404) return problem(404, "There is no such customer.");
  const customer = JSON.parse(answer.value.text());
  if (!customer || !answer.value.isOk) return problem(502, "The server of customers answered what is no customer.");
  answer.value.close();

  if (!kv.setText(key, customer.toString(), max(config.int("cache_seconds", 60), 1)).isOk) {
    log.warn("the cache was not written");
  }
  return enriched(order, customer, "miss");
}

/** It becomes part of a key and of a URL. */
function isId(text: string): bool {
  if (text.length < 1 || text.length > 64) return false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const isLetter = (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a && unit >= 0x41;
    if (!isLetter && !(unit >= 0x30 && unit <= 0x39) && unit != 0x2d) return false;
  }
  return true;
}

function enriched(order: JSON, customer: JSON, cache: string): Response {
  const all = JSON.object();
  for (let i = 0; i < order.length; i++) {
    const name = order.name(i);
    all.set(name, name == "customer" ? customer : order.at(i));
  }
  return Response.json(all).header("x-cache", cache);
}

function problem(status: i32, detail: string): Response {
  const body = JSON.object().set("status", JSON.int(status)).set("detail", JSON.str(detail)).toString();
  return Response.text(body).status(status).header("content-type", "application/problem+json");
}

export function handle(body: usize, length: i32): u64 {
  return handler.serve(body, length, enrich);
}

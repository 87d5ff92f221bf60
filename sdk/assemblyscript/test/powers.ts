// Every power, for powers.test.mjs: what a path asks for, and what came of it as text.
import { config, handler, http, JSON, kv, log, metrics, Request, Response, secrets, sql, state } from "../assembly";
export { allocate } from "../assembly";

function ask(request: Request): Response {
  const path = request.path;
  if (path == "/echo") {
    const name = request.header("X-Name");
    return Response.text(
      request.method + " " + request.query + " " + name.or("nobody") + " " + request.text,
    ).status(201);
  }
  if (path == "/throw") throw new Error("no reason");
  if (path == "/kv") return Response.text(keyValues().join("|"));
  if (path == "/kv/refused") return Response.text(kv.setText("a", "b").code.toString());
  if (path == "/kv/value") return Response.text(kv.getText("none").value);
  if (path == "/config") {
    return Response.text(
      config.str("name", "?") + config.int("limit", 0).toString() + config.boolean("on", false).toString() +
        config.str("none", "?") + config.keys().value.join("+") + secrets.get("key").value +
        secrets.get("none").isAbsent.toString(),
    );
  }
  if (path == "/log") {
    log.warn("careful");
    log.fields(log.Level.INFO, "sold", JSON.object().set("pieces", JSON.int(3)).set("to", JSON.str('A"b\n')));
    metrics.counter("calls", 2);
    metrics.counter("calls", 3, JSON.object().set("to", JSON.str("a")));
    metrics.timer("took", 250);
    return Response.text("");
  }
  if (path == "/http") {
    const page = http.get("https://example.com/").header("accept", "text/plain").send();
    if (!page.isOk) return Response.text(page.code.toString());
    const answer = page.value;
    const etag = answer.header("etag");
    const text = answer.status.toString() + answer.isOk.toString() + etag.or("?") + answer.text().length.toString();
    answer.close();
    return Response.text(text);
  }
  if (path == "/sql") {
    sql.begin();
    const rows = sql.query("select id, name from t where id > ?", [JSON.int(6)]).value;
    const changed = sql.execute("update t set n = ?", [JSON.str("x"), JSON.NULL]).value.affected;
    sql.commit();
    return Response.text(
      rows.length.toString() + rows.value(0, "NAME").asString() + rows.value(1, "name").isNull.toString() +
        rows.at(0, 0).asInt().toString() + changed.toString(),
    );
  }
  if (path == "/state") {
    const before = state.get();
    state.set(String.UTF8.encode((before ? String.UTF8.decode(before) : "") + "x"));
    return Response.text(before ? String.UTF8.decode(before) : "none");
  }
  if (path == "/json") {
    const json = JSON.parse(request.text);
    return Response.text(json ? json.toString() : "no JSON");
  }
  return Response.text("?").status(404);
}

function keyValues(): string[] {
  const said: string[] = [];
  said.push(kv.get("a").isAbsent.toString());
  said.push(kv.setText("a", "1", 10).isOk.toString());
  said.push(kv.increment("a", 41).value.toString());
  said.push(kv.getText("a").value);
  said.push(kv.exists("a").value.toString());
  said.push(kv.compareAndSet("b", null, String.UTF8.encode("x")).isOk.toString());
  said.push(kv.compareAndSet("b", null, String.UTF8.encode("y")).code.toString());
  said.push(kv.compareAndSet("b", String.UTF8.encode("x"), String.UTF8.encode("no number")).isOk.toString());
  said.push(kv.increment("b").code.toString());
  said.push(kv.list("", 10).value.join("+"));
  said.push(kv.expire("none", 1).value.toString());
  said.push(kv.remove("b").value.toString());
  said.push(kv.remove("b").value.toString());
  said.push(kv.set("long", new ArrayBuffer(100000)).isOk.toString());
  said.push(kv.get("long").value.byteLength.toString());
  return said;
}

export function handle(body: usize, length: i32): u64 {
  return handler.serve(body, length, ask);
}

// ledger-as - the sample `ledger`, in AssemblyScript: moves money between accounts of a database, in one transaction.
import { handler, JSON, log, Request, Response, sql } from "leat/assembly";
export { allocate } from "leat/assembly";

function serve(request: Request): Response {
  return request.method == "GET" ? balance(request.path) : transfer(request.text);
}

function balance(path: string): Response {
  const account = path.startsWith("/") ? path.substring(1) : path;
  const rows = sql.query("SELECT cents FROM accounts WHERE name = ?", [JSON.str(account)]).value;
  if (rows.length == 0) return problem(404, "There is no such account.");
  return Response.json(JSON.object().set("account", JSON.str(account)).set("cents", rows.at(0, 0)));
}

function transfer(body: string): Response {
  const order = JSON.parse(body);
  const from = order ? order.get("from") : JSON.NULL;
  const to = order ? order.get("to") : JSON.NULL;
  const cents = order ? order.get("cents") : JSON.NULL;
  const isWhole = cents.isNumber && JSON.int(cents.asInt()).toString() == cents.toString();
  if (
    !from.isString || !to.isString || from.asString() == to.asString() ||
    !isWhole || cents.asInt() < 1 || cents.asInt() > 1000000000
  ) {
    return problem(400, 'A transfer is {"from", "to", "cents"}: two accounts, 1 to 1000000000.');
  }
  if (!sql.begin().isOk) return away();

  // The condition is part of the change: what was read before could have changed meanwhile.
  const taken = sql.execute(
    "UPDATE accounts SET cents = cents - ? WHERE name = ? AND cents >= ?", [cents, from, cents]);
  if (!taken.isOk) return undone(away());
  if (taken.value.affected == 0) {
    return undone(problem(409, "The account has too little, or there is no such account."));
  }
  const given = sql.execute("UPDATE accounts SET cents = cents + ? WHERE name = ?", [cents, to]);
  if (!given.isOk) return undone(away());
  if (given.value.affected == 0) return undone(problem(404, "There is no account to move it to."));
  const noted = sql.execute(
    "INSERT INTO transfers (from_account, to_account, cents) VALUES (?, ?, ?)", [from, to, cents]);
  if (!noted.isOk) return undone(away());
  const read = sql.query("SELECT name, cents FROM accounts WHERE name IN (?, ?)", [from, to]);
  if (!read.isOk) return undone(away());
  if (!sql.commit().isOk) return away();

  const balances = JSON.object();
  for (let row = 0; row < read.value.length; row++) {
    balances.set(read.value.value(row, "name").asString(), read.value.value(row, "cents"));
  }
  return Response.json(balances);
}

/** Undoes what the transaction did; it would be undone at the end of the call in any case. */
function undone(answer: Response): Response {
  sql.rollback();
  return answer;
}

function away(): Response {
  log.error("nothing was moved: the database refused");
  return problem(503, "The ledger cannot be reached just now. Nothing was moved.");
}

function problem(status: i32, detail: string): Response {
  const body = JSON.object().set("status", JSON.int(status)).set("detail", JSON.str(detail)).toString();
  return Response.text(body).status(status).header("content-type", "application/problem+json");
}

export function handle(body: usize, length: i32): u64 {
  return handler.serve(body, length, serve);
}

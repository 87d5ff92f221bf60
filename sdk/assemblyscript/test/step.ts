// A step that asks all there is, for powers.test.mjs.
import { JSON, step } from "../assembly";
export { allocate } from "../assembly";

function ask(context: JSON): step.Done | null {
  if (context.get("fails").isBool) return null;
  if (context.get("throws").isBool) throw new Error("no reason");
  const said = JSON.array([]);
  said.push(JSON.boolean(step.get("none").isAbsent));
  said.push(step.get("order").value.get("id"));
  said.push(JSON.int(step.set("", JSON.NULL).code));
  step.set("seen", JSON.boolean(true)).value;
  said.push(step.get("seen").value);
  const request = JSON.object().set("method", JSON.str("post")).set("url", JSON.str("https://example.com/"));
  const answer = step.httpRequest(request.set("body", JSON.object().set("n", JSON.int(1))));
  said.push(answer.isOk ? answer.value.get("body") : JSON.int(answer.code));
  const query = JSON.object().set("sql", JSON.str("select n from t")).set("params", JSON.array([JSON.int(1)]));
  const rows = step.dbQuery(query);
  said.push(rows.isOk ? rows.value.get("rows") : JSON.int(rows.code));
  return new step.Done(JSON.object().set("said", said)).next(["mail", "bill"]).error("late");
}

function run(context: usize, length: i32): u64 {
  return step.run(context, length, ask);
}

export { run as step };

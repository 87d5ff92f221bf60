import { JSON, log, step } from "leat/assembly";
export { allocate } from "leat/assembly";

/** Greets whom the context names, and has what comes next send it. */
function greet(context: JSON): step.Done | null {
  const name = context.get("name");
  if (!name.isString) {
    log.error("The context names nobody.");
    return null;
  }
  step.set("greeted", JSON.boolean(true));
  const greeting = JSON.str("Hello, " + name.asString() + "!");
  return new step.Done(JSON.object().set("greeting", greeting)).next(["send"]);
}

function run(context: usize, length: i32): u64 {
  return step.run(context, length, greet);
}

export { run as step };

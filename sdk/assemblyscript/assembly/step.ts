// The contract `step`. A function's entry file exports what the host calls:
//
//     import { JSON, step } from "leat/assembly";
//     export { allocate } from "leat/assembly";
//
//     function run(context: JSON): step.Done | null {
//       return new step.Done(JSON.object().set("order", context.get("order"))).next(["mail"]);
//     }
//
//     function serve(context: usize, length: i32): u64 {
//       return step.run(context, length, run);
//     }
//     export { serve as step };
//
// and is compiled with `--use abort=leat/assembly/step/stop`. The other powers, such as `http` and `sql`, are there too.
import * as host from "./host";
import { JSON } from "./json";
import * as log from "./log";
import { packed, reason, taken } from "./memory";
import { Code, done, Result, Utf8 } from "./result";

/** What a step comes to. */
export class Done {
  private following: JSON = JSON.NULL;
  private errors: JSON[] = [];

  /** @param output an object */
  constructor(readonly output: JSON) {}

  /** The steps that come next: one or several; none ends the job here. Unless it is called, the job says. */
  next(steps: string[]): Done {
    const names: JSON[] = [];
    for (let i = 0; i < steps.length; i++) names.push(JSON.str(steps[i]));
    this.following = names.length == 1 ? names[0] : JSON.array(names);
    return this;
  }

  /** Says what went wrong, although there is an output. */
  error(text: string): Done {
    this.errors.push(JSON.str(text));
    return this;
  }

  toString(): string {
    return JSON.object()
      .set("output", this.output)
      .set("next", this.following)
      .set("errors", JSON.array(this.errors))
      .toString();
  }
}

/** @param step the context in, what it comes to out; null is a failure, whose reason is in the log */
export function run(context: usize, length: i32, step: (context: JSON) => Done | null): u64 {
  const json = JSON.parse(String.UTF8.decode(taken(context, length)));
  if (!json) throw new Error("The context is no JSON of 128 levels at the most.");
  const result = step(json);
  return result ? packed(String.UTF8.encode(result.toString())) : 0;
}

/** A member of the context; absent when it has none of this name. */
export function get(key: string): Result<JSON> {
  const name = new Utf8(key);
  return given(host.get_context(name.pointer, name.length), Code.ABSENT);
}

/** Sets a member of the context, which later steps get. */
export function set(key: string, value: JSON): Result<bool> {
  const name = new Utf8(key);
  const json = new Utf8(value.toString());
  return done(host.set_context(name.pointer, name.length, json.pointer, json.length));
}

/** `{"method", "url", "headers", "body"}` in, a url at least; `{"status", "headers", "body"}` out. */
export function httpRequest(request: JSON): Result<JSON> {
  const json = new Utf8(request.toString());
  return answered(given(host.http_request(json.pointer, json.length), Code.UNAVAILABLE));
}

/** `{"connection", "sql", "params"}` in, a sql at least; `{"columns", "rows", "rowsAffected"}` out. */
export function dbQuery(request: JSON): Result<JSON> {
  const json = new Utf8(request.toString());
  return answered(given(host.db_query(json.pointer, json.length), Code.UNAVAILABLE));
}

/** What the host gave in memory of the function's. */
function given(packed: u64, otherwise: Code): Result<JSON> {
  if (packed == 0) return new Result<JSON>(otherwise, JSON.NULL);
  const text = String.UTF8.decode(taken(<usize>(packed >> 32), <i32>(<u32>packed)));
  return JSON.of(new Result<string>(0, text));
}

function answered(answer: Result<JSON>): Result<JSON> {
  if (!answer.isOk || answer.value.get("error").isNull) return answer;
  return new Result<JSON>(codeOf(answer.value.get("error").get("code").asString()), answer.value);
}

/** By the word that a step is told. */
function codeOf(word: string): Code {
  if (word == "absent") return Code.ABSENT;
  if (word == "denied") return Code.DENIED;
  if (word == "invalid") return Code.INVALID;
  if (word == "quota") return Code.QUOTA;
  if (word == "timeout") return Code.TIMEOUT;
  if (word == "too-large") return Code.TOO_LARGE;
  if (word == "conflict") return Code.CONFLICT;
  return Code.UNAVAILABLE;
}

/** What AssemblyScript calls when it gives up. A step has no `fail`: what was thrown is in its log. */
export function stop(message: string | null, file: string | null, line: u32, column: u32): void {
  log.error(reason(message, file, line));
  unreachable();
}

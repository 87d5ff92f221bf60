// The contract `handler`. A function's entry file exports what the host calls:
//
//     import { handler, Request, Response } from "leat/assembly";
//     export { allocate } from "leat/assembly";
//
//     export function handle(body: usize, length: i32): u64 {
//       return handler.serve(body, length, (request: Request): Response => Response.text("Hello"));
//     }
//
// and is compiled with `--use abort=leat/assembly/handler/stop`.
import * as host from "./host";
import { packed, reason, taken } from "./memory";
import { Request, Response } from "./request";
import { Utf8 } from "./result";

export function serve(body: usize, length: i32, handle: (request: Request) => Response): u64 {
  const response = handle(new Request(taken(body, length)));
  response.send();
  return packed(response.body);
}

/** The call fails, with this text for the operator. */
export function fail(text: string): void {
  const words = new Utf8(text);
  host.fail(words.pointer, words.length);
}

/** What AssemblyScript calls when it gives up: what was thrown ends the call. */
export function stop(message: string | null, file: string | null, line: u32, column: u32): void {
  fail(reason(message, file, line));
  unreachable();
}

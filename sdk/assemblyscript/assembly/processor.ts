// The contract `processor`. A function's entry file exports what the host calls:
//
//     import { processor } from "leat/assembly";
//     export { allocate, free } from "leat/assembly";
//
//     export function process_event(event: usize, length: i32): u64 {
//       return processor.process(event, length, (event: string): string | null => event);
//     }
//
// and is compiled with `--use abort=leat/assembly/processor/stop`.
import * as log from "./log";
import { packed, reason, taken } from "./memory";

/** @param process null refuses the event */
export function process(event: usize, length: i32, process: (event: string) => string | null): u64 {
  const result = process(String.UTF8.decode(taken(event, length)));
  return result ? packed(String.UTF8.encode(result)) : 0;
}

/** What AssemblyScript calls when it gives up. A processor has no `fail`: what was thrown is in its log. */
export function stop(message: string | null, file: string | null, line: u32, column: u32): void {
  log.error(reason(message, file, line));
  unreachable();
}

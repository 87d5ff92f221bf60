import { handler, log, Request, Response } from "leat/assembly";
export { allocate } from "leat/assembly";

/** Answers the name in the body with a greeting. */
function greet(request: Request): Response {
  const name = request.text;
  if (name.length == 0) throw new Error("The body must be a name.");
  log.info(name);
  return Response.text("Hello, " + name + "!\n");
}

export function handle(body: usize, length: i32): u64 {
  return handler.serve(body, length, greet);
}

package dev.leat.gateway.control;

/** What happens for one operation of the document. Runs on a virtual thread and may block. */
@FunctionalInterface
interface Operation {
  Reply run(Call call);
}

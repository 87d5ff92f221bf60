package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.Excerpt;
import dev.leat.contract.FunctionName;
import dev.leat.contract.Outcome;
import dev.leat.contract.ProblemCode;
import dev.leat.gateway.control.reply.InvocationReply;
import dev.leat.gateway.control.reply.PageReply;
import dev.leat.invocations.ExecutionLog;
import dev.leat.invocations.ExecutionStore.Filter;
import java.util.Map;
import java.util.Optional;

/** What ran lately. */
final class InvocationOperations {
  private final ExecutionLog executions;

  InvocationOperations(ExecutionLog executions) {
    this.executions = executions;
  }

  Map<String, Operation> byId() {
    return Map.of("listInvocations", this::list);
  }

  private Reply list(Call call) {
    return Reply.ok(
        call.limit()
            .then(limit ->
                filter(call)
                    .then(filter ->
                        executions.list(call.tenant(), filter, limit, call.query("cursor"))))
            .map(page ->
                PageReply.of(
                    page.filter(record -> call.by().scope().allows(record.function().name())),
                    InvocationReply::of)));
  }

  private static Answer<Filter> filter(Call call) {
    Optional<String> function = call.query("function");
    if (function.isPresent() && !FunctionName.isValid(function.get())) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST, "The parameter 'function' must be a function's name.");
    }
    Optional<String> outcome = call.query("outcome");
    if (outcome.isPresent() && !Outcome.words().contains(outcome.get())) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "The parameter 'outcome' must be one of %s; was '%s'."
              .formatted(String.join(", ", Outcome.words()), Excerpt.of(outcome.get())));
    }
    return Answer.done(new Filter(function.map(FunctionName::new), outcome));
  }
}

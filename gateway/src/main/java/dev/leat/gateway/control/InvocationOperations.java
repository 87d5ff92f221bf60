package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.ExecutionRecord;
import dev.leat.contract.FunctionName;
import dev.leat.contract.Outcome;
import dev.leat.contract.ProblemCode;
import dev.leat.invocations.ExecutionLog;
import dev.leat.invocations.ExecutionStore.Filter;
import java.util.LinkedHashMap;
import java.util.Locale;
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
    return Reply.of(
        call.limit(),
        limit ->
            Reply.of(
                filter(call),
                filter ->
                    Reply.of(
                        executions.list(call.tenant(), filter, limit, call.query("cursor")),
                        page ->
                            Reply.ok(ModuleOperations.page(page, InvocationOperations::json)))));
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
              .formatted(String.join(", ", Outcome.words()), Call.abbreviate(outcome.get())));
    }
    return Answer.done(new Filter(function.map(FunctionName::new), outcome));
  }

  private static Map<String, Object> json(ExecutionRecord record) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", record.id());
    json.put("function", record.function().name().value());
    json.put("version", record.version());
    json.put("endedAt", record.endedAt().toString());
    json.put("outcome", record.outcome());
    if (!record.isSuccess()) {
      json.put("error", record.error());
    }
    json.put("fuel", record.usage().fuel());
    json.put("initFuel", record.usage().initFuel());
    json.put("peakMemoryBytes", record.usage().peakMemoryBytes());
    json.put("acquire", record.usage().acquire().name().toLowerCase(Locale.ROOT));
    json.put("queueMicros", record.usage().queueNanos() / 1_000);
    json.put("acquireMicros", record.usage().acquireNanos() / 1_000);
    json.put("execMicros", record.usage().execNanos() / 1_000);
    return json;
  }
}

package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.Excerpt;
import dev.leat.contract.FunctionName;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Outcome;
import dev.leat.contract.ProblemCode;
import dev.leat.gateway.control.reply.InvocationReply;
import dev.leat.gateway.control.reply.LogReply;
import dev.leat.gateway.control.reply.PageReply;
import dev.leat.invocations.ExecutionLog;
import dev.leat.invocations.ExecutionStore.Filter;
import dev.leat.invocations.InvocationLogs;
import dev.leat.invocations.LogStore;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What ran lately, and what it wrote. */
final class InvocationOperations {
  private final ExecutionLog executions;
  private final InvocationLogs logs;

  InvocationOperations(ExecutionLog executions, InvocationLogs logs) {
    this.executions = executions;
    this.logs = logs;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "listInvocations", this::list,
        "getInvocation", this::show,
        "listInvocationLogs", this::logs,
        "listFunctionLogs", this::functionLogs);
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
    Optional<String> version = call.query("version");
    if (version.isPresent() && !version.get().matches("v[1-9][0-9]{0,8}")) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "The parameter 'version' must be a version's label such as v3, was '%s'."
              .formatted(Excerpt.of(version.get())));
    }
    Optional<String> module = call.query("module");
    if (module.isPresent() && !ModuleDigest.isValid(module.get())) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST, "The parameter 'module' must be a module's digest.");
    }
    return call.instant("since")
        .then(since ->
            call.instant("until")
                .map(until ->
                    new Filter(
                        function.map(FunctionName::new),
                        version.map(label -> Integer.valueOf(label.substring(1))),
                        outcome,
                        module,
                        call.query("caller"),
                        since,
                        until)));
  }

  private Reply show(Call call) {
    String id = call.parameter("id");
    return executions
        .find(call.tenant(), id)
        .filter(record -> call.by().scope().allows(record.function().name()))
        .map(record -> Reply.ok(InvocationReply.of(record)))
        .orElseGet(() ->
            Reply.refused(
                ProblemCode.NOT_FOUND,
                "There is no record of the invocation '%s': it is more than seven days old, or was left out under load, or never was."
                    .formatted(Excerpt.of(id))));
  }

  private Reply logs(Call call) {
    return logs(call, new LogStore.Filter(Optional.empty(), Optional.of(call.parameter("id"))));
  }

  private Reply functionLogs(Call call) {
    return Reply.of(
        call.function(),
        function -> logs(call, new LogStore.Filter(Optional.of(function), Optional.empty())));
  }

  private Reply logs(Call call, LogStore.Filter filter) {
    String after = call.query("after").orElse("");
    if (!after.matches("[0-9]{0,18}")) {
      return Reply.refused(
          ProblemCode.INVALID_REQUEST,
          "The parameter 'after' must be the 'last' of another answer.");
    }
    OptionalLong position =
        after.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(after));
    return Reply.ok(
        call.limit()
            .map(limit -> logs.list(call.tenant(), filter, position, limit))
            .map(lines ->
                LogReply.of(
                    lines, position, line -> call.by().scope().allows(line.function().name()))));
  }
}

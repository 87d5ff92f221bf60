package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.Excerpt;
import dev.leat.contract.ExecutionRecord;
import dev.leat.contract.FunctionName;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Outcome;
import dev.leat.contract.ProblemCode;
import dev.leat.gateway.control.reply.AcceptedInvocationReply;
import dev.leat.gateway.control.reply.InvocationReply;
import dev.leat.gateway.control.reply.LogReply;
import dev.leat.gateway.control.reply.PageReply;
import dev.leat.invocations.ExecutionLog;
import dev.leat.invocations.ExecutionStore.Filter;
import dev.leat.invocations.InvocationLogs;
import dev.leat.invocations.LogStore;
import dev.leat.invocations.async.AsyncInvocations;
import dev.leat.invocations.async.InvocationStatus;
import dev.leat.tenants.Access;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What ran lately, and what it wrote. */
final class InvocationOperations {
  private final ExecutionLog executions;
  private final InvocationLogs logs;
  private final AsyncInvocations async;

  InvocationOperations(ExecutionLog executions, InvocationLogs logs, AsyncInvocations async) {
    this.executions = executions;
    this.logs = logs;
    this.async = async;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "listInvocations", this::list,
        "getInvocation", this::show,
        "getInvocationResult", this::result,
        "cancelInvocation", this::cancel,
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
    Optional<ExecutionRecord> record =
        executions
            .find(call.tenant(), id)
            .filter(it -> maySee(call, it.function().name(), it.caller()));
    Optional<InvocationStatus> accepted = accepted(call);
    if (accepted.isPresent()) {
      return Reply.ok(
          AcceptedInvocationReply.of(accepted.get(), record.map(InvocationReply::of).orElse(null)));
    }
    return record
        .map(it -> Reply.ok(InvocationReply.of(it)))
        .orElseGet(() ->
            Reply.refused(
                ProblemCode.NOT_FOUND,
                "There is no record of the invocation '%s': it is more than seven days old, or was left out under load, or never was."
                    .formatted(Excerpt.of(id))));
  }

  /** Who may call functions, and no more, sees what he called himself. */
  private static boolean maySee(Call call, FunctionName function, String caller) {
    return call.by().scope().allows(function)
        && (Access.decide(call.by(), Access.Right.READ, call.tenant()) == Access.Decision.ALLOWED
            || caller.equals(call.by().subject()));
  }

  /** The asynchronous invocation that the path names, if there is one. */
  private Optional<InvocationStatus> accepted(Call call) {
    return async
        .find(call.tenant(), call.parameter("id"))
        .filter(it -> maySee(call, it.version().function().name(), it.caller()));
  }

  private Reply result(Call call) {
    Optional<InvocationStatus> accepted = accepted(call);
    if (accepted.isEmpty()) {
      return async.wasKept(call.tenant(), call.parameter("id"))
          ? Reply.refused(
              ProblemCode.RESULT_EXPIRED,
              "What it came to is not kept any more. The function's async.keepResult says how long that is.")
          : unknown(call);
    }
    InvocationStatus status = accepted.get();
    return switch (status.state()) {
      case QUEUED, RUNNING ->
          Reply.refused(
              ProblemCode.NOT_READY,
              "It is %s, begun %d times. Ask again later."
                  .formatted(status.state().word(), status.attempts()));
      case DONE -> answer(call, status);
      case FAILED, DEAD ->
          Reply.refused(
              ProblemCode.NO_RESULT,
              "The function did not answer in %d attempts; the last one ended as '%s': %s. It is among the dead letters."
                  .formatted(status.attempts(), status.ending(), status.reason()));
      case CANCELLED ->
          Reply.refused(ProblemCode.NO_RESULT, "It was cancelled before the function answered.");
    };
  }

  /** Read only when there is memory for it. */
  private Reply answer(Call call, InvocationStatus done) {
    OptionalLong bytes = async.resultBytes(call.tenant(), done.id());
    if (bytes.isPresent() && !call.memory().test(bytes.getAsLong())) {
      return Reply.refused(
          ProblemCode.OVERLOADED, "The memory for responses is used up. Ask again later.");
    }
    return async
        .result(call.tenant(), done.id())
        .<Reply>map(it -> new Reply.OfFunction(it.status(), it.headers(), it.body()))
        .orElseGet(() -> unknown(call));
  }

  private Reply cancel(Call call) {
    return accepted(call)
        .flatMap(it -> async.cancel(call.tenant(), it.id()))
        .map(it -> Reply.ok(AcceptedInvocationReply.of(it, null)))
        .orElseGet(() -> unknown(call));
  }

  private static Reply unknown(Call call) {
    return Reply.refused(
        ProblemCode.NOT_FOUND,
        "There is no asynchronous invocation '%s'.".formatted(Excerpt.of(call.parameter("id"))));
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

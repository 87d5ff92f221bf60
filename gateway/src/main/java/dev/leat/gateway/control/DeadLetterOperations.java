package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.Excerpt;
import dev.leat.contract.FunctionName;
import dev.leat.contract.HttpCall;
import dev.leat.contract.ProblemCode;
import dev.leat.gateway.control.reply.DeadLetterProgress;
import dev.leat.gateway.control.reply.DeadLetterReply;
import dev.leat.gateway.control.reply.PageReply;
import dev.leat.gateway.control.request.DeadLetterChoice;
import dev.leat.invocations.InvocationLogs;
import dev.leat.invocations.LogStore;
import dev.leat.invocations.async.DeadLetter;
import dev.leat.invocations.async.DeadLetterStore.Filter;
import dev.leat.invocations.async.DeadLetters;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Invocations that were given up. */
final class DeadLetterOperations {
  private static final int LOG_LINES = 50;

  private final DeadLetters letters;
  private final InvocationLogs logs;

  DeadLetterOperations(DeadLetters letters, InvocationLogs logs) {
    this.letters = letters;
    this.logs = logs;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "listDeadLetters", this::list,
        "getDeadLetter", this::show,
        "redriveDeadLetters", this::redrive,
        "purgeDeadLetters", this::purge);
  }

  private Reply list(Call call) {
    return Reply.ok(
        call.limit()
            .then(limit ->
                filter(call)
                    .map(
                        filter -> letters.list(call.tenant(), filter, limit, call.query("cursor"))))
            .map(page -> PageReply.of(page, DeadLetterReply::of)));
  }

  private static Answer<Filter> filter(Call call) {
    Optional<String> function = call.query("function");
    if (function.isPresent() && !FunctionName.isValid(function.get())) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST, "The parameter 'function' must be a function's name.");
    }
    return call.instant("since")
        .then(since ->
            call.instant("until")
                .map(until ->
                    new Filter(
                        function.map(FunctionName::new), call.query("outcome"), since, until)));
  }

  private Reply show(Call call) {
    String id = call.parameter("id");
    Optional<DeadLetter> letter = letters.find(call.tenant(), id);
    Optional<HttpCall> input = letter.flatMap(it -> letters.input(call.tenant(), id));
    if (letter.isEmpty() || input.isEmpty()) {
      return Reply.refused(
          ProblemCode.NOT_FOUND, "There is no dead letter '%s'.".formatted(Excerpt.of(id)));
    }
    LogStore.Filter ofIt = new LogStore.Filter(Optional.empty(), Optional.of(id));
    return Reply.ok(
        DeadLetterReply.of(
            letter.get(),
            input.get(),
            logs.list(call.tenant(), ofIt, OptionalLong.empty(), LOG_LINES).stream()
                .map(LogStore.Kept::line)
                .toList()));
  }

  private Reply redrive(Call call) {
    DeadLetterChoice choice = call.json(DeadLetterChoice.class);
    return Reply.ok(
        choice
            .filter()
            .then(filter ->
                letters.redrive(
                    call.tenant(),
                    choice.named(),
                    filter,
                    Optional.ofNullable(choice.to()),
                    choice.isDryRun()))
            .map(DeadLetterProgress::of));
  }

  private Reply purge(Call call) {
    DeadLetterChoice choice = call.json(DeadLetterChoice.class);
    return Reply.ok(
        choice
            .filter()
            .map(filter -> letters.purge(call.tenant(), choice.named(), filter, choice.isDryRun()))
            .map(DeadLetterProgress::of));
  }
}

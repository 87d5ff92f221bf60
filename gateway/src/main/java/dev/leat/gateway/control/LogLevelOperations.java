package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.gateway.control.reply.LogLevelReply;
import dev.leat.gateway.control.request.LogLevelChange;
import dev.leat.registry.function.FunctionCatalog;
import dev.leat.registry.loglevel.LogLevel;
import dev.leat.registry.loglevel.LogLevels;
import java.util.Map;

/** From which level on lines of a function's log are kept. */
final class LogLevelOperations {
  private final FunctionCatalog functions;
  private final LogLevels levels;

  LogLevelOperations(FunctionCatalog functions, LogLevels levels) {
    this.functions = functions;
    this.levels = levels;
  }

  Map<String, Operation> byId() {
    return Map.of("getLogLevel", this::show, "setLogLevel", this::set);
  }

  private Reply show(Call call) {
    return Reply.ok(
        call.function()
            .then(name -> functions.whole(call.tenant(), name))
            .map(function -> reply(function.ref().name(), levels.of(function.ref()))));
  }

  private Reply set(Call call) {
    LogLevel level = LogLevel.ofWord(call.json(LogLevelChange.class).level()).orElseThrow();
    Answer<FunctionName> function = call.function();
    return Reply.ok(
        function
            .then(name -> levels.set(new FunctionRef(call.tenant(), name), level))
            .then(set -> function.map(name -> reply(name, set))));
  }

  private static LogLevelReply reply(FunctionName function, LogLevel level) {
    return new LogLevelReply(function.value(), level.word());
  }
}

package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.Excerpt;
import dev.leat.contract.FunctionName;
import dev.leat.contract.Page;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.gateway.control.reply.PageReply;
import dev.leat.gateway.control.reply.UsageReply;
import dev.leat.tenants.FunctionScope;
import dev.leat.tenants.usage.UsageLog;
import dev.leat.tenants.usage.UsageQuery;
import dev.leat.tenants.usage.UsageQuery.By;
import dev.leat.tenants.usage.UsageTotal;
import java.time.InstantSource;
import java.time.YearMonth;
import java.util.Map;
import java.util.Optional;

/** What tenants used, to look at and for invoices. */
final class UsageOperations {
  private final UsageLog usage;
  private final Invoices invoices;
  private final InstantSource clock;

  UsageOperations(UsageLog usage, Invoices invoices, InstantSource clock) {
    this.usage = usage;
    this.invoices = invoices;
    this.clock = clock;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "getUsage", this::list,
        "exportUsage", call -> export(call, Optional.of(call.tenant())),
        "exportAllUsage", call -> export(call, Optional.empty()));
  }

  private Reply list(Call call) {
    return Reply.ok(
        call.limit()
            .then(
                limit -> query(call).then(query -> usage.list(query, limit, call.query("cursor"))))
            .map(page -> reply(page, call.by().scope())));
  }

  /** Those who may see some functions alone see no sums of others. */
  private static PageReply<UsageReply> reply(Page<UsageTotal> page, FunctionScope scope) {
    return PageReply.of(
        page.filter(total -> scope.isAll() || scope.allows(total.function())), UsageReply::of);
  }

  private Answer<UsageQuery> query(Call call) {
    Optional<String> function = call.query("function");
    if (function.isPresent() && !FunctionName.isValid(function.get())) {
      return refused("The parameter 'function' must be a function's name.");
    }
    return by(call, "hour")
        .then(by ->
            UsageQuery.of(
                call.tenant(),
                function.map(FunctionName::new),
                by,
                call.query("since"),
                call.query("until"),
                clock.instant()));
  }

  private static Answer<By> by(Call call, String standard) {
    String word = call.query("by").orElse(standard);
    return By.ofWord(word)
        .map(Answer::done)
        .orElseGet(
            () -> refused("The parameter 'by' must be minute, hour or day, was '%s'.", word));
  }

  private Reply export(Call call, Optional<TenantId> tenant) {
    return Reply.of(
        month(call)
            .then(month -> isDaily(call).then(isDaily -> invoices.export(tenant, month, isDaily))),
        lines -> new Reply.Bytes("application/jsonl", lines));
  }

  private static Answer<YearMonth> month(Call call) {
    String text = call.query("month").orElse("");
    return text.matches("[0-9]{4}-(0[1-9]|1[0-2])")
        ? Answer.done(YearMonth.parse(text))
        : refused("The parameter 'month' must be such as 2026-11, was '%s'.", text);
  }

  private static Answer<Boolean> isDaily(Call call) {
    String word = call.query("by").orElse("month");
    return word.equals("month") || word.equals("day")
        ? Answer.done(word.equals("day"))
        : refused("The parameter 'by' must be day or month, was '%s'.", word);
  }

  private static <T> Answer<T> refused(String detail) {
    return Answer.refused(ProblemCode.INVALID_REQUEST, detail);
  }

  private static <T> Answer<T> refused(String detail, String given) {
    return refused(detail.formatted(Excerpt.of(given)));
  }
}
